"""Requests as whole messages of a lane: all arrays one behind another in the body."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from ..message.codec import VERSION, pack
from ..message.encode import COPY_BELOW, Arrays, to_plain
from ..message.joined import ALIGNMENT, LENGTHS, PADDING, place_in_body
from ..message.template import Template

MOST_ID = 2**32 - 1  # which takes four bytes, as every id of a `Prepared`
_ID = struct.Struct(">I")
_ANY = 2**62  # bytes


def whole(fields: dict[str, Any]) -> tuple[bytes, list[Any], int]:
    """A request with `fields`.

    Returns:
        The header, the buffers of the body one after another, and the bytes of the body.
    """
    header, _, parts = _placed(fields)
    return header, parts, sum(map(len, parts))


def message(header: bytes, parts: list[Any], size: int) -> list[Any]:
    """What is sent for a header and a body of `size` bytes in `parts`, one buffer after another."""
    start = LENGTHS.pack(len(header), size) + header + PADDING[len(header) % ALIGNMENT]
    if size < COPY_BELOW:
        return [b"".join((start, *parts))]
    return [start, *parts]


def aligned(size: int) -> int:
    """`size` bytes with those that follow up to a multiple of `ALIGNMENT`."""
    return size + -size % ALIGNMENT


class Prepared:
    """A request of which only the id and the entries of the arrays change, ready for both ways.

    Args:
        fields: as in a message; arrays stand for others of their dtype and shape, which are given in this order. Each
            has entries.
    """

    def __init__(self, fields: dict[str, Any]) -> None:
        self._template = Template(fields)
        header, arrays, parts = _placed({"v": VERSION, "id": MOST_ID, **fields})
        self.header, self.body = len(header), sum(map(len, parts))  # bytes
        # In memory that is written over for each request.
        data = b"".join(message(header, parts, self.body))
        self._data = bytearray(data)
        self._id = data.index(b"\xa2id\xce") + 4
        start = len(data) - self.body
        self._arrays = [
            np.frombuffer(self._data, array.dtype, array.size, start + form["at"]).reshape(array.shape)
            for array, form in zip(arrays, arrays.forms, strict=True)
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


def _placed(fields: dict[str, Any]) -> tuple[bytes, Arrays, list[Any]]:
    """The header, the arrays, and the bytes of the body in parts."""
    arrays = Arrays()
    plain = to_plain(fields, arrays, 0)
    parts = place_in_body(arrays, arrays.forms, _ANY) or [] if arrays else []
    return pack(plain), arrays, [part if type(part) is bytes else memoryview(part).cast("B") for part in parts]
