"""Replies whose header was read before: but for the id and the entries of the arrays they say the same."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgpack
import numpy as np

from ..message.codec import VERSION, pack

MOST = 8  # forms of a client
_START = pack("v") + pack(VERSION) + pack("id")
_ID = 1 + len(_START)  # where the id is, after the first byte of a small map


class Form(NamedTuple):
    """What a header says.

    Attributes:
        size: bytes of the one array frame.
        fields: the reply; the arrays and the id stand for others.
        arrays: `(name, shape, dtype, at)` of each.
    """

    size: int
    fields: dict[str, Any]
    arrays: list[tuple[str, tuple[int, ...], np.dtype, int]]


class Forms:
    """The forms of a client's replies with one array frame."""

    def __init__(self) -> None:
        self._known: dict[bytes, Form] = {}

    def read(self, header: bytes, frame: Any) -> dict[str, Any] | None:
        """The reply, as `decode` gives it; None where its form is not known."""
        split = _split(header)
        form = None if split is None else self._known.get(split[1])
        if split is None or form is None or len(frame) != form.size:
            return None
        reply = form.fields.copy()
        reply["id"] = split[0]
        for name, shape, dtype, at in form.arrays:
            reply[name] = np.ndarray(shape, dtype, frame, at)
        return reply

    def add(self, header: bytes, frame: Any, reply: dict[str, Any]) -> None:
        """Keep the form of a reply that `decode` gave, if it has nothing but flags and arrays with entries."""
        split = _split(header)
        if split is None or not all(_is_kept(name, value) for name, value in reply.items()):
            return
        raw = msgpack.unpackb(header)
        arrays = [
            (name, value.shape, value.dtype, raw[name].get("at", 0))
            for name, value in reply.items()
            if type(value) is np.ndarray
        ]
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[split[1]] = Form(len(frame), reply.copy(), arrays)


def _is_kept(name: str, value: Any) -> bool:
    """Whether a field is the same in every reply of the form, or an array."""
    return name in ("v", "id") or type(value) is bool or (type(value) is np.ndarray and value.size > 0)


def _split(header: bytes) -> tuple[int, bytes] | None:
    """The id of a header that begins with `v` and `id`, and all other bytes of it."""
    first = header[_ID] if len(header) > _ID + 9 and header[1:_ID] == _START else 0xC0
    if first < 0x80:
        return first, header[:_ID] + header[_ID + 1 :]
    if not 0xCC <= first <= 0xCE:
        return None
    end = _ID + 1 + (1 << first - 0xCC)
    return int.from_bytes(header[_ID + 1 : end], "big"), header[:_ID] + header[end:]
