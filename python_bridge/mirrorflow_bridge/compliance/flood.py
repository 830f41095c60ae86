"""A client that sends without end, for the fuzz test and the tests: floods of small messages, and the largest ones.

python -m mirrorflow_bridge.compliance.flood ENDPOINT KIND
"""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgpack
import zmq

from ..message.codec import VERSION
from ..server.endpoint import is_ipv6

ENTRIES = 199_000
_ROWS = [[None] * ENTRIES] * 40  # within max_header_bytes, and max_items each


def _request(**fields: Any) -> list[bytes]:
    return [msgpack.packb({"v": VERSION, "id": 7, **fields})]


# What is sent, and whether after a hello.
KINDS: dict[str, tuple[list[bytes], bool]] = {
    "stranger": (_request(op="ping"), False),
    "garbage": ([b"\xc1" * 200], False),
    "header of a stranger": (_request(op="ping", x=_ROWS), False),
    "ping": (_request(op="ping"), True),
    "cancel": (_request(op="cancel", target=1), True),
    "frames": (_request(op="ping") + [b""] * 2_000, True),
    "header": (_request(op="step", handle=1, action=_ROWS), True),
    "largest header": (_request(op="step", handle=1, action=[None] * (ENTRIES - 1)), True),
}


@contextmanager
def endless(path: str, frames: int, mechanism: bytes = b"NULL") -> Iterator[int]:
    """Send the first `frames` empty frames of a message that never ends to the ipc socket at `path`.

    By hand, in ZMTP 3.0: a socket of ZeroMQ sends a message only once it is whole.

    Yields:
        How many were sent before the server closed the connection, which stays as it is until the end.
    """
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + mechanism.ljust(20, b"\0") + bytes(32)
    ready = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
    block = b"\x01\x00" * 10_000  # "more follows", no bytes
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(10)
        peer.connect(path)
        sent = 0
        with suppress(OSError):
            peer.sendall(greeting + bytes([4, len(ready)]) + ready)
            while sent < frames:
                peer.sendall(block)
                sent += 10_000
            time.sleep(1)  # until ZeroMQ has read what is on its way
        yield sent


@contextmanager
def flood_process(endpoint: str, kind: str) -> Iterator[subprocess.Popen[str]]:
    """A process that floods the server at `endpoint` with `kind` (one of `KINDS`) until the end."""
    command = [sys.executable, "-m", "mirrorflow_bridge.compliance.flood", endpoint, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "flooding\n"
            yield process
        finally:
            process.kill()


def _flood(endpoint: str, kind: str) -> None:
    dealer: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
    dealer.linger = 0
    dealer.ipv6 = is_ipv6(endpoint)
    dealer.connect(endpoint)
    message, greets = KINDS[kind]
    if greets:
        dealer.send_multipart(_request(op="hello", client={"name": "flood", "version": "1"}))
        dealer.recv_multipart()
    dealer.send_multipart(message)
    print("flooding", flush=True)
    while True:
        dealer.send_multipart(message)
        while dealer.poll(0):
            dealer.recv_multipart()


if __name__ == "__main__":
    _flood(*sys.argv[1:3])
