"""A small client of the lane, written from docs/protocol.md alone: it uses nothing of the server's code."""

from __future__ import annotations

import itertools
import socket
import struct
from typing import Any

import msgpack
import numpy as np

_PREFIX = struct.Struct("<II")


def lane_message(fields: dict[str, Any]) -> bytes:
    """A message as it travels over the lane."""
    body, arrays = bytearray(), 0

    def plain(value: Any) -> Any:
        nonlocal arrays
        if isinstance(value, np.ndarray):
            arrays += 1
            form = {"$nd": 0, "dtype": value.dtype.str, "shape": list(value.shape), "at": len(body)}
            body.extend(value.tobytes())
            body.extend(bytes(-len(body) % 8))
            return form
        if isinstance(value, dict):
            return {key: plain(entry) for key, entry in value.items()}
        return [plain(entry) for entry in value] if isinstance(value, list) else value

    header = msgpack.packb(plain(fields))
    return framed(header, bytes(body) or bytes(8 * (arrays > 0)))


def framed(header: bytes, body: bytes = b"") -> bytes:
    """A header and a body with what stands before and between them."""
    return _PREFIX.pack(len(header), len(body)) + header + bytes(-len(header) % 8) + body


def _arrays(value: Any, body: bytes) -> Any:
    if isinstance(value, dict):
        if "$nd" in value:
            assert value.keys() == {"$nd", "dtype", "shape", "at"}
            assert value["$nd"] == 0
            assert value["at"] % 8 == 0
            count = int(np.prod(value["shape"], dtype=np.int64))
            return np.frombuffer(body, value["dtype"], count, value["at"]).reshape(value["shape"])
        return {key: _arrays(entry, body) for key, entry in value.items()}
    return [_arrays(entry, body) for entry in value] if isinstance(value, list) else value


class LaneClient:
    """A connection to the lane; it is not opened yet.

    Args:
        path: of the socket.
        timeout: seconds to wait for anything.
    """

    def __init__(self, path: str, timeout: float = 30.0) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self._ids = itertools.count(1_000_000)

    def __enter__(self) -> LaneClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, op: str, **fields: Any) -> int:
        """Send a request; its id."""
        id = next(self._ids)
        self.socket.sendall(lane_message({"v": 2, "id": id, "op": op, **fields}))
        return id

    def receive(self) -> dict[str, Any]:
        """The next reply; `EOFError` where the server has closed the connection."""
        header, body = self.receive_parts()
        return _arrays(msgpack.unpackb(header, strict_map_key=False), body)

    def receive_parts(self) -> tuple[bytes, bytes]:
        """The header and the body of the next reply."""
        length, size = _PREFIX.unpack(self._read(8))
        assert length > 0
        assert size % 8 == 0
        header = self._read(length)
        assert not any(self._read(-length % 8))
        return header, self._read(size)

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except ConnectionResetError:
                part = b""
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def request(self, op: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its reply, which is the next one."""
        id = self.send(op, **fields)
        reply = self.receive()
        assert reply["id"] == id
        return reply

    def code(self, op: str, **fields: Any) -> str | None:
        """The code of the error that a request ends with; None for none."""
        error = self.request(op, **fields).get("error")
        return None if error is None else error["code"]

    def is_closed(self) -> bool:
        """Whether the server closes the connection before it sends anything more."""
        try:
            self._read(1)
        except EOFError:
            return True
        return False
