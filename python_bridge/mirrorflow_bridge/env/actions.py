"""How a client's actions are read: as spaces/from_wire.py does, with what depends on the space looked up once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete

from ..spaces.from_wire import from_wire, from_wire_batch
from .arrays import writable

Read = Callable[[Any], Any]
_UNSIGNED = {np.dtype(kind).itemsize: kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64)}  # by their bytes


def action_reader(space: Space[Any], n: int) -> Read:
    """A function from a decoded action to what the environment gets.

    Args:
        space: the space of one action.
        n: how many actions come as one batch; 0 for a single action.

    Returns:
        `from_wire` or `from_wire_batch` for this space, their read-only arrays copied. It raises what they raise.
    """
    if n == 0:
        one = from_wire.dispatch(type(space))
        return _one_int(space, one) if type(space) is Discrete else lambda value: writable(one(space, value, "action"))
    batch = from_wire_batch.dispatch(type(space))
    if type(space) is Discrete:
        return _ints(space, n, batch)
    return lambda value: writable(batch(space, value, n, "action"))


def _one_int(space: Discrete, slow: Callable[..., Any]) -> Read:
    low, high, number = int(space.start), int(space.start) + int(space.n), space.dtype.type

    def read(value: Any) -> Any:
        return number(value) if type(value) is int and low <= value < high else slow(space, value, "action")

    return read


def _ints(space: Discrete, n: int, slow: Callable[..., Any]) -> Read:
    low, count, dtype = int(space.start), int(space.n), space.dtype

    def read(value: Any) -> Any:
        if type(value) is np.ndarray and value.shape == (n,) and value.dtype.kind == "i":
            # A number below `low` is a very large one without its sign: one comparison for both ends.
            offsets = value.astype(np.int64) - low if low else value
            if int(np.maximum.reduce(offsets.view(_UNSIGNED[offsets.itemsize]))) < count:
                return value.astype(dtype)
        return slow(space, value, n, "action")

    return read
