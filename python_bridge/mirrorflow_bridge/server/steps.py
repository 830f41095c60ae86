"""Requests of `step` that were read before: of a client's steps only the id and the array of actions change.

The bytes of a header that equal those of an earlier one, but for the id, mean the same, so they are not read again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import BridgeError
from ..limits import Limits
from ..message.codec import SAFE_INT, VERSION, pack
from ..message.decode import Decoder

MOST = 64  # headers of a client: a discrete action is in the header, so each action has one
_START = pack("v") + pack(VERSION) + pack("id")
_ID = 1 + len(_START)  # where the id is, after a map's first byte
_PLAIN = (str, bool, float, type(None))


class Step:
    """A `step` whose header was read and checked.

    Args:
        handle: of the environment.
        action: as the header has it, resolved.
        at: where the array of the action begins in the one array frame; None if the action is in the header.
    """

    __slots__ = ("_at", "_dtype", "_shape", "action", "handle", "size")

    def __init__(self, handle: int, action: Any, at: int | None) -> None:
        self.handle = handle
        self.size = -1  # bytes of the array frame that it needs; -1 for none
        if at is None:
            self.action = action
        else:
            self._at, self._dtype, self._shape = at, action.dtype, action.shape
            self.size = at + action.nbytes

    def action_of(self, frames: list[Any]) -> Any:
        """The action of a request with these array frames: an array is a view on its frame."""
        if self.size < 0:
            return self.action
        data = getattr(frames[0], "buffer", frames[0])
        return np.ndarray(self._shape, self._dtype, data, self._at)


class Steps:
    """The steps of one client that were read before."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[bytes, tuple[Step, bool]] = {}

    def find(self, data: bytes, frames: list[Any]) -> tuple[int, Step] | None:
        """The id and the step of a request, where its header was read before and its frame has the size it needs."""
        split = _split(data)
        if split is None:
            return None
        id, key = split
        found = self._known.get(key)
        if found is None:
            return None
        step, is_exact = found
        if step.size < 0:
            return None if frames else (id, step)
        if len(frames) != 1:
            return None
        size = len(frames[0])
        return (id, step) if size == step.size or (size > step.size and not is_exact) else None

    def add(self, data: bytes, header: dict[str, Any], frames: list[Any]) -> None:
        """Keep a step that was just read, if it has one of the forms that are kept."""
        split = _split(data)
        handle, action, at = header["handle"], header["action"], None
        # A header in which a name comes twice has fewer names than entries.
        if split is None or data[0] != 0x80 | len(header) or not _is_safe(handle):
            return
        if type(action) is dict and "$nd" in action and len(frames) == 1:
            is_exact = "at" not in action
            at = action.get("at", 0)
            try:
                action = Decoder(frames, self._limits, allow_repr=False).value(action, 1)
            except BridgeError:
                return  # which is found again when it is carried out
            if action.size == 0:
                return
        elif frames or not (type(action) in _PLAIN or _is_safe(action)):
            return
        else:
            is_exact = False
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[split[1]] = Step(handle, action, at), is_exact


def _is_safe(value: Any) -> bool:
    return type(value) is int and -SAFE_INT <= value <= SAFE_INT


def _split(data: bytes) -> tuple[int, bytes] | None:
    """The id of a header that begins with `v` and `id`, and all other bytes of it."""
    if len(data) < _ID + 9 or data[1:_ID] != _START:
        return None
    first = data[_ID]
    if first < 0x80:
        return first, data[:_ID] + data[_ID + 1 :]
    if not 0xCC <= first <= 0xCF:
        return None
    end = _ID + 1 + (1 << (first - 0xCC))
    id = int.from_bytes(data[_ID + 1 : end], "big")
    return (id, data[:_ID] + data[end:]) if id <= SAFE_INT else None
