"""Gymnasium's spaces from their descriptions: the inverse of `spaces.describe`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces as gs

from ..errors import BridgeError
from .text import AnyText


def space_of(description: Any) -> gs.Space[Any]:
    """The space that a description of docs/protocol.md stands for.

    Raises:
        BridgeError: `BadMessage` where it is none.
    """
    try:
        return _MAKERS[description["type"]](description)
    except BridgeError:
        raise
    except Exception as error:
        raise BridgeError("BadMessage", f"A space's description is wrong: {type(error).__name__}: {error}.") from error


def _box(d: dict[str, Any]) -> gs.Box:
    dtype, shape = np.dtype(d["dtype"]), tuple(d["shape"])
    low, high = (np.full(shape, d[name], dtype) if np.ndim(d[name]) == 0 else d[name] for name in ("low", "high"))
    return gs.Box(low, high, shape, dtype.type)


def _text(d: dict[str, Any]) -> gs.Space[str]:
    if d["charset"] is None:
        return AnyText(d["min_length"], d["max_length"])
    return gs.Text(d["max_length"], min_length=d["min_length"], charset=d["charset"])


def _discrete(d: dict[str, Any]) -> gs.Discrete:
    # Older versions of Gymnasium know no other dtype.
    other = {} if d.get("dtype", "int64") == "int64" else {"dtype": np.dtype(d["dtype"]).type}
    return gs.Discrete(d["n"], start=d["start"], **other)


def _graph(d: dict[str, Any]) -> gs.Graph:
    return gs.Graph(space_of(d["node_space"]), None if d["edge_space"] is None else space_of(d["edge_space"]))


_MAKERS: dict[str, Callable[[dict[str, Any]], gs.Space[Any]]] = {
    "Box": _box,
    "Discrete": _discrete,
    "MultiBinary": lambda d: gs.MultiBinary(d["shape"][0] if len(d["shape"]) == 1 else d["shape"]),
    "MultiDiscrete": lambda d: gs.MultiDiscrete(
        np.asarray(d["nvec"]), dtype=np.dtype(d["dtype"]).type, start=np.asarray(d["start"])
    ),
    "Text": _text,
    "Dict": lambda d: gs.Dict([(key, space_of(sub)) for key, sub in d["spaces"]]),
    "Tuple": lambda d: gs.Tuple([space_of(sub) for sub in d["spaces"]]),
    "OneOf": lambda d: gs.OneOf([space_of(sub) for sub in d["spaces"]]),
    "Sequence": lambda d: gs.Sequence(space_of(d["space"]), stack=d["stack"]),
    "Graph": _graph,
}
