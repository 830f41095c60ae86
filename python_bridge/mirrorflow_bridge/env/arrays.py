"""The arrays in a value, wherever they stand: copied, or made writable; and whether a space's batches are arrays."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple


def map_arrays(function: Callable[[np.ndarray], np.ndarray], value: Any) -> Any:
    """`value` with `function` applied to each array in its dicts, lists and tuples (named ones, too)."""
    if isinstance(value, np.ndarray):
        return function(value)
    kind = type(value)
    if kind is dict:
        return {key: map_arrays(function, entry) for key, entry in value.items()}
    if kind is list:
        return [map_arrays(function, entry) for entry in value]
    if isinstance(value, tuple):
        entries = [map_arrays(function, entry) for entry in value]
        return kind(*entries) if hasattr(value, "_fields") else tuple(entries)
    return value


def writable(value: Any) -> Any:
    """`value` with its read-only arrays copied: an environment may change what it is given, as it may in process."""
    return map_arrays(lambda array: array if array.flags.writeable else array.copy(), value)


def detached(value: Any) -> Any:
    """`value` with all its arrays copied: it stays as it is when their owner writes to them again."""
    return map_arrays(lambda array: array.copy(order="K"), value)


def has_array_batch(space: Space[Any]) -> bool:
    """Whether a batch of values of `space` is made of arrays, not of the values one by one."""
    if isinstance(space, Dict):
        return all(map(has_array_batch, space.spaces.values()))
    if isinstance(space, Tuple):
        return all(map(has_array_batch, space.spaces))
    return isinstance(space, (Box, Discrete, MultiBinary, MultiDiscrete))


def is_sole(array: np.ndarray) -> bool:
    """Whether nobody but the caller, who has `array` in one variable, can write to it: it need not be copied."""
    return array.base is None and array.flags.owndata and sys.getrefcount(array) <= _SOLE


def _references(array: np.ndarray) -> int:
    return sys.getrefcount(array)


def _calibrate() -> int:
    array = np.empty(0)
    return _references(array)


# What Python counts on the way here differs from version to version.
_SOLE = _calibrate()
