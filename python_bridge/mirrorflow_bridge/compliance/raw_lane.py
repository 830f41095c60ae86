"""A lane byte by byte, for rules and mutations that a well-formed client cannot make."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..client import Client
from ..client.whole import aligned, message, whole
from ..errors import BridgeError
from ..limits import Limits
from ..message.codec import VERSION, decode
from ..message.joined import LENGTHS
from .rule import Broken, Skipped, Target, expect

CLIENT = {"name": "lane", "version": "1"}


class RawLane:
    """A connection to the socket of a lane.

    Args:
        path: where it listens.
        timeout: seconds to wait for a message.
    """

    def __init__(self, path: str, timeout: float) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)

    def __enter__(self) -> RawLane:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, id: int, op: str, /, **fields: Any) -> None:
        """Send a request."""
        self.socket.sendall(request(id, op, **fields))

    def receive(self) -> dict[str, Any] | None:
        """The next reply; None where the server closed the connection.

        Raises:
            Broken: the message breaks the form of a lane's.
            TimeoutError: none came.
        """
        frames = self.receive_frames()
        return None if frames is None else decode(frames, Limits())

    def receive_frames(self) -> list[bytes] | None:
        """As `receive`: `[header]` or `[header, body]`."""
        lengths = self._read(LENGTHS.size)
        if lengths is None:
            return None
        header, body = LENGTHS.unpack(lengths)
        expect(header > 0 and body % 8 == 0, f"a message has {header} bytes of header and {body} of body")
        padded = self._read(aligned(header))
        data = self._read(body) if body else b""
        if padded is None or data is None:
            raise Broken("the connection was closed within a message")
        expect(not any(padded[header:]), "the bytes between header and body are no zeros")
        return [padded[:header], data] if body else [padded[:header]]

    def _read(self, size: int) -> bytes | None:
        """So many bytes; None at the end."""
        data = bytearray()
        while len(data) < size:
            try:
                found = self.socket.recv(size - len(data))
            except ConnectionResetError:  # it closed without reading all
                found = b""
            if not found:
                expect(not data, "the connection was closed within a message")
                return None
            data += found
        return bytes(data)

    def ask(self, op: str, /, **fields: Any) -> dict[str, Any]:
        """Send a request and read its reply, while nothing else is on its way.

        Raises:
            BridgeError: the reply's error.
            Broken: another reply came, or the end.
        """
        self.send(77, op, **fields)
        reply = self.receive()
        expect(reply is not None and reply["id"] == 77, f"{op} was answered with {str(reply)[:200]}")
        assert reply is not None
        if not reply["ok"]:
            raise BridgeError.from_map(reply["error"])
        return reply

    def expect_end(self, *, told: bool = False) -> None:
        """Raise `Broken` unless the server closes the connection; errors with id 0 may come before, if `told` must."""
        replies = 0
        while (reply := self.receive()) is not None:
            expect(reply["ok"] is False and reply["id"] == 0, f"the end was due, and there came {str(reply)[:200]}")
            replies += 1
        expect(replies > 0 or not told, "the connection was closed without an error")


def request(id: int, op: str, /, **fields: Any) -> bytes:
    """The bytes of a request."""
    return packed(*whole({"v": VERSION, "id": id, "op": op, **fields}))


def packed(header: bytes, parts: list[Any], size: int) -> bytes:
    """The bytes of a message with this header and a body of `size` bytes in `parts`."""
    return b"".join(message(header, parts, size))


def offered(client: Client) -> dict[str, str]:
    """Greet; where the lane is, and its token.

    Raises:
        Skipped: the server offers none.
    """
    lane = client.request("hello", client=CLIENT).get("lane")
    if lane is None:
        raise Skipped("the server offers no lane at this endpoint")
    found: dict[str, str] = lane
    return found


@contextmanager
def opened(target: Target) -> Iterator[tuple[Client, RawLane]]:
    """A client and its lane, which is open."""
    with target.client(greet=False) as client:
        offer = offered(client)
        with RawLane(offer["path"], target.timeout) as lane:
            lane.ask("lane", token=offer["token"])
            yield client, lane
