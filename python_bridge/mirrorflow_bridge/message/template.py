"""Messages of which only the id and the entries of the arrays change: their header is packed once."""

from __future__ import annotations

from typing import Any

from .codec import VERSION, pack
from .encode import Arrays, to_plain
from .joined import ALIGNMENT, bytes_of, place_in_body


class Template:
    """The header of a message with `fields`, but for its id.

    Args:
        fields: as in a message; arrays stand for others of their dtype and shape, which follow in this order.
        one_body: whether they follow in one frame (`joined.body_of`), not in a frame each.
    """

    __slots__ = ("after", "before")

    def __init__(self, fields: dict[str, Any], *, one_body: bool = False) -> None:
        arrays = Arrays()
        plain = to_plain({"v": VERSION, "id": 0, **fields}, arrays, 0)
        if one_body:
            place_in_body(arrays, arrays.forms, sum(map(bytes_of, arrays)) + ALIGNMENT * len(arrays))
        header: bytes = pack(plain)
        end = header.index(b"\xa2id") + 3
        self.before, self.after = header[:end], header[end + 1 :]

    def header(self, id: int) -> bytes:
        """The header frame with `id`."""
        return self.before + pack(id) + self.after
