"""Values from a client to an environment, checked against their space; errors name what, where and the expected."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import spaces as gs

from ..errors import BridgeError
from .describe import int_dtype, unknown_space
from .text import is_text

Where = str
FEW = 64  # entries of an array: Python looks at as many faster than NumPy


def misfit(where: Where, got: str, expected: str) -> BridgeError:
    """The `BadArgument` for a value that is not in its space."""
    return BridgeError("BadArgument", f"{where} is {got}.", expected=expected)


@singledispatch
def from_wire(space: Any, value: Any, where: Where) -> Any:
    """One value of `space` from its wire form.

    Args:
        space: a Gymnasium space.
        value: the decoded wire form.
        where: the name of the value in errors, such as `action` or `action["speed"]`.

    Returns:
        What the environment would get in process; arrays may be read-only views on the message.

    Raises:
        BridgeError: `BadArgument` where the value is not in the space.
    """
    if not is_text(space):
        raise unknown_space(space)
    if type(value) is not str or not space.contains(value):
        raise misfit(where, _what(value), f"a str that is in {str(space)[:200]}")
    return value


@singledispatch
def from_wire_batch(space: Any, value: Any, n: int, where: Where) -> Any:
    """A batch of `n` values of `space`, in the form of Gymnasium's `batch_space`; see `from_wire`."""
    return tuple(from_wire(space, entry, f"{where}[{i}]") for i, entry in enumerate(_list(value, n, where)))


def _list(value: Any, n: int | None, where: Where) -> list[Any]:
    expected = "an array" if n is None else f"an array of {n} values"
    if type(value) is not list:
        raise misfit(where, _what(value), expected)
    if n is not None and len(value) != n:
        raise misfit(where, f"an array of {len(value)} values", expected)
    return value


def _what(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {list(value.shape)}"
    if isinstance(value, (dict, list)):
        return f"{'a map' if isinstance(value, dict) else 'a list'} of {len(value)} entries"
    return "nil" if value is None else f"the {type(value).__name__} {str(value)[:80]!r}"


def _array(value: Any, dtype: np.dtype, shape: tuple[int, ...], where: Where) -> np.ndarray:
    if type(value) is not np.ndarray or value.shape != shape or value.dtype != dtype:
        raise misfit(where, _what(value), f"an array of dtype {dtype} and shape {list(shape)}")
    return value


def _ints(value: Any, shape: tuple[int, ...], where: Where) -> np.ndarray:
    if type(value) is not np.ndarray or value.shape != shape or value.dtype.kind not in "iu":
        raise misfit(where, _what(value), f"an array of integers of shape {list(shape)}")
    return value


def _within(value: np.ndarray, low: Any, high: Any, space: gs.Space[Any], where: Where) -> None:
    inside = (value >= low) & (value <= high)
    if b"\0" in inside.tobytes() if inside.size <= FEW else not inside.all():
        index = [int(i) for i in np.argwhere(~inside)[0]]
        low_there, high_there = (np.broadcast_to(bound, value.shape)[tuple(index)] for bound in (low, high))
        at = f" at {index}" if index else ""
        raise misfit(
            where,
            f"{value[tuple(index)]}{at}, outside {str(space)[:200]}",
            f"a value from {low_there} to {high_there}",
        )


def _box(space: gs.Box, value: Any, shape: tuple[int, ...], where: Where) -> np.ndarray:
    array = _array(value, space.dtype, shape, where)
    _within(array, space.low, space.high, space, where)
    return array


@from_wire.register
def _(space: gs.Box, value: Any, where: Where) -> np.ndarray:
    return _box(space, value, space.shape, where)


@from_wire_batch.register
def _(space: gs.Box, value: Any, n: int, where: Where) -> np.ndarray:
    return _box(space, value, (n, *space.shape), where)


@from_wire.register
def _(space: gs.Discrete, value: Any, where: Where) -> Any:
    low, high = int(space.start), int(space.start) + int(space.n) - 1
    if type(value) is not int or not low <= value <= high:
        raise misfit(where, _what(value), f"an int from {low} to {high}")
    return space.dtype.type(value)


@from_wire_batch.register
def _(space: gs.Discrete, value: Any, n: int, where: Where) -> np.ndarray:
    array = _ints(value, (n,), where)
    low, high = int(space.start), int(space.start) + int(space.n) - 1
    if array.size and (array.min() < low or array.max() > high):
        _within(array, low, high, space, where)
    return array.astype(space.dtype)


def _binary(space: gs.MultiBinary, value: Any, shape: tuple[int, ...], where: Where) -> np.ndarray:
    array = _array(value, np.dtype(np.int8), shape, where)
    _within(array, 0, 1, space, where)
    return array


@from_wire.register
def _(space: gs.MultiBinary, value: Any, where: Where) -> np.ndarray:
    return _binary(space, value, space.shape, where)


@from_wire_batch.register
def _(space: gs.MultiBinary, value: Any, n: int, where: Where) -> np.ndarray:
    return _binary(space, value, (n, *space.shape), where)


def _multi_discrete(space: gs.MultiDiscrete, value: Any, shape: tuple[int, ...], where: Where) -> np.ndarray:
    array = _ints(value, shape, where)
    wide = int_dtype(space)
    low = space.start.astype(wide)
    _within(array, low, low + (space.nvec - 1).astype(wide), space, where)
    return array.astype(space.dtype)


@from_wire.register
def _(space: gs.MultiDiscrete, value: Any, where: Where) -> np.ndarray:
    return _multi_discrete(space, value, space.shape, where)


@from_wire_batch.register
def _(space: gs.MultiDiscrete, value: Any, n: int, where: Where) -> np.ndarray:
    return _multi_discrete(space, value, (n, *space.shape), where)


@from_wire.register
def _(space: gs.Text, value: Any, where: Where) -> str:
    expected = f"a str of {space.min_length} to {space.max_length} of the characters {space.characters[:100]!r}"
    if type(value) is not str or not space.contains(value):
        raise misfit(where, _what(value), expected)
    return value


def _keys(space: gs.Dict, value: Any, where: Where) -> None:
    if type(value) is not dict or value.keys() != space.spaces.keys():
        got = f"a map with the keys {sorted(map(str, value))[:20]}" if type(value) is dict else _what(value)
        raise misfit(where, got, f"a map with the keys {sorted(map(str, space.spaces))}")


@from_wire.register
def _(space: gs.Dict, value: Any, where: Where) -> dict[Any, Any]:
    _keys(space, value, where)
    return {key: from_wire(sub, value[key], f"{where}[{key!r}]") for key, sub in space.spaces.items()}


@from_wire_batch.register
def _(space: gs.Dict, value: Any, n: int, where: Where) -> dict[Any, Any]:
    _keys(space, value, where)
    return {key: from_wire_batch(sub, value[key], n, f"{where}[{key!r}]") for key, sub in space.spaces.items()}


@from_wire.register(gs.Tuple)
def _(space: gs.Tuple[Any], value: Any, where: Where) -> tuple[Any, ...]:
    entries = _list(value, len(space.spaces), where)
    pairs = zip(space.spaces, entries, strict=True)
    return tuple(from_wire(sub, entry, f"{where}[{i}]") for i, (sub, entry) in enumerate(pairs))


@from_wire_batch.register(gs.Tuple)
def _(space: gs.Tuple[Any], value: Any, n: int, where: Where) -> tuple[Any, ...]:
    entries = _list(value, len(space.spaces), where)
    pairs = zip(space.spaces, entries, strict=True)
    return tuple(from_wire_batch(sub, entry, n, f"{where}[{i}]") for i, (sub, entry) in enumerate(pairs))


@from_wire.register(gs.OneOf)
def _(space: gs.OneOf[Any], value: Any, where: Where) -> tuple[Any, Any]:
    index, entry = _list(value, 2, where)
    if type(index) is not int or not 0 <= index < len(space.spaces):
        raise misfit(f"{where}[0]", _what(index), f"an int from 0 to {len(space.spaces) - 1}")
    return np.int64(index), from_wire(space.spaces[index], entry, f"{where}[1]")


@from_wire.register
def _(space: gs.Sequence, value: Any, where: Where) -> Any:
    if space.stack:
        return from_wire_batch(space.feature_space, value, _count(space.feature_space, value, where), where)
    return tuple(from_wire(space.feature_space, v, f"{where}[{i}]") for i, v in enumerate(_list(value, None, where)))


@from_wire.register
def _(space: gs.Graph, value: Any, where: Where) -> gs.GraphInstance:
    names = {"nodes", "edges", "edge_links"}
    if type(value) is not dict or value.keys() != names:
        raise misfit(where, _what(value), "a map with the keys nodes, edges and edge_links")
    nodes = _rows(space.node_space, value["nodes"], f"{where}.nodes")
    edges, links = value["edges"], value["edge_links"]
    if (edges is None) != (links is None) or (edges is not None and space.edge_space is None):
        expected = "edges and edge_links, or nil for both" if space.edge_space else "nil for edges and edge_links"
        raise misfit(where, "a graph whose edges do not fit its space", expected)
    if edges is not None and space.edge_space is not None:
        edges = _rows(space.edge_space, edges, f"{where}.edges")
        links = _ints(links, (len(edges), 2), f"{where}.edge_links").astype(np.int32)
        _within(links, 0, len(nodes) - 1, space, f"{where}.edge_links")
    return gs.GraphInstance(nodes, edges, links)


def _rows(space: gs.Space[Any], value: Any, where: Where) -> np.ndarray:
    rows: np.ndarray = from_wire_batch(space, value, _count(space, value, where), where)
    return rows


def _count(space: gs.Space[Any], value: Any, where: Where) -> int:
    """How many values the batch `value` of `space` claims to hold; its parts are checked against it afterwards."""
    if isinstance(space, gs.Dict) and space.spaces:
        _keys(space, value, where)
        key, sub = next(iter(space.spaces.items()))
        return _count(sub, value[key], f"{where}[{key!r}]")
    if isinstance(space, gs.Tuple) and space.spaces:
        return _count(space.spaces[0], _list(value, len(space.spaces), where)[0], f"{where}[0]")
    if type(value) is list:
        return len(value)
    if type(value) is np.ndarray and value.ndim:
        return len(value)
    raise misfit(where, _what(value), "a batch of values")
