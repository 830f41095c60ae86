"""Messages of which only the id and the entries of the arrays change: their header is packed once."""

from __future__ import annotations

from typing import Any

from .codec import VERSION, encode, pack


class Template:
    """The header of a message with `fields`, but for its id.

    Args:
        fields: as in a message; arrays stand for others of their dtype and shape, whose frames follow in this order.
    """

    __slots__ = ("after", "before")

    def __init__(self, fields: dict[str, Any]) -> None:
        header: bytes = encode({"v": VERSION, "id": 0, **fields})[0]
        end = header.index(b"\xa2id") + 3
        self.before, self.after = header[:end], header[end + 1 :]

    def header(self, id: int) -> bytes:
        """The header frame with `id`."""
        return self.before + pack(id) + self.after
