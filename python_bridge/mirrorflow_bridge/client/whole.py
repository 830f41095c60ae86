"""Requests as whole messages of a lane: all arrays one behind another in the body."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from ..message.codec import VERSION, pack, to_plain
from ..message.encode import bytes_of
from ..message.joined import _place as place
from ..message.template import Template

LENGTHS = struct.Struct("<II")  # of the header and of the body of a message
ALIGNMENT = 8  # bytes: where a body begins, and what its length is a multiple of
JOINED_BELOW = 32_768  # bytes; smaller buffers are copied into one, which costs less than a system call for each
MOST_ID = 2**32 - 1  # which takes four bytes, as every id of a `Prepared`
_ID = struct.Struct(">I")


def whole(fields: dict[str, Any]) -> tuple[bytes, list[Any], int]:
    """A request with `fields`.

    Returns:
        The header, the buffers of the body one after another, and the bytes of the body.
    """
    plain, frames, _, size = _placed(fields)
    parts: list[Any] = []
    for frame in frames:
        data = frame if isinstance(frame, bytes) else memoryview(frame).cast("B")
        parts += [data, bytes(-len(data) % ALIGNMENT)]
    if frames and not size:
        parts, size = [bytes(ALIGNMENT)], ALIGNMENT
    return pack(plain), parts, size


def message(header: bytes, parts: list[Any], size: int) -> list[Any]:
    """What is sent for a header and a body, one buffer after another."""
    start = LENGTHS.pack(len(header), size) + header + bytes(-len(header) % ALIGNMENT)
    if not parts:
        return [start]
    small: list[Any] = [start]
    result: list[Any] = []
    for part in parts:
        if len(part) < JOINED_BELOW:
            small.append(part)
        else:
            result += [b"".join(small), part]
            small = []
    return [*result, b"".join(small)]


class Prepared:
    """A request of which only the id and the entries of the arrays change, ready for both ways.

    Args:
        fields: as in a message; arrays stand for others of their dtype and shape, which are given in this order.
    """

    def __init__(self, fields: dict[str, Any]) -> None:
        self._template = Template(fields)
        fields = {"v": VERSION, "id": MOST_ID, **fields}
        _, frames, places, _ = _placed(fields)
        header, parts, body = whole(fields)
        self.header, self.body = len(header), body  # bytes
        # In memory that is written over for each request.
        data = b"".join(message(header, parts, body))
        self._data = bytearray(data)
        self._id = data.index(b"\xa2id\xce") + 4
        start = len(data) - body
        self._arrays = [
            np.frombuffer(self._data, frame.dtype, frame.size, start + at).reshape(frame.shape)
            for frame, at in zip(frames, places, strict=True)
        ]

    def frames(self, id: int, *arrays: np.ndarray) -> list[Any]:
        """The frames for ZeroMQ."""
        return [self._template.header(id), *arrays]

    def message(self, id: int, *arrays: np.ndarray) -> bytearray:
        """The bytes for a lane, which the next call writes over."""
        _ID.pack_into(self._data, self._id, id)
        for array, entries in zip(self._arrays, arrays, strict=True):
            array[...] = entries
        return self._data


def aligned(size: int) -> int:
    """`size` bytes with those that follow up to a multiple of `ALIGNMENT`."""
    return size + -size % ALIGNMENT


def _placed(fields: dict[str, Any]) -> tuple[dict[str, Any], list[Any], list[int], int]:
    """The fields in the protocol's forms, their arrays, where each begins in the body, and the bytes of all."""
    frames: list[Any] = [b""]
    plain = {key: to_plain(value, frames, 1) for key, value in fields.items()}
    places, size = [], 0
    for frame in frames[1:]:
        places.append(size)
        size += aligned(bytes_of(frame))
    if places:
        place(plain, [(0, at) for at in places])
    return plain, frames[1:], places, size
