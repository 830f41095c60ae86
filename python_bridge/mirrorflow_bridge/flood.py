"""A client that sends without end, for the fuzz test and the tests: floods of small messages, and the largest ones.

python -m mirrorflow_bridge.flood ENDPOINT KIND
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgpack
import zmq

from .endpoint import is_ipv6

ENTRIES = 199_000
ENDLESS = 300_000  # frames of the message that never ends; ZeroMQ keeps each of them
_ROWS = [[None] * ENTRIES] * 40  # within max_header_bytes, and max_items each


def _request(**fields: Any) -> list[bytes]:
    return [msgpack.packb({"v": 1, "id": 7, **fields})]


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
def flood_process(endpoint: str, kind: str) -> Iterator[subprocess.Popen[str]]:
    """A process that floods the server at `endpoint` with `kind` (one of `KINDS`, or "endless") until the end."""
    command = [sys.executable, "-m", "mirrorflow_bridge.flood", endpoint, kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "flooding\n"
            yield process
        finally:
            process.kill()


def _flood(endpoint: str, kind: str) -> None:
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.ipv6 = is_ipv6(endpoint)
    socket.connect(endpoint)
    if kind == "endless":
        for _ in range(ENDLESS):
            socket.send(b"", zmq.SNDMORE)
        print("flooding", flush=True)
        sys.stdin.read()
        return
    message, greets = KINDS[kind]
    if greets:
        socket.send_multipart(_request(op="hello", client={"name": "flood", "version": "1"}))
        socket.recv_multipart()
    socket.send_multipart(message)
    print("flooding", flush=True)
    while True:
        socket.send_multipart(message)
        while socket.poll(0):
            socket.recv_multipart()


if __name__ == "__main__":
    _flood(*sys.argv[1:3])
