"""Gymnasium's spaces on the wire: their descriptions, and values from an environment (`to_wire`, `to_wire_batch`).

Values to an environment are in space_values.py. A wire value is made of arrays, maps, lists, numbers and str; the
codec turns its arrays into frames.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import spaces as gs

from .errors import BridgeError
from .text_spaces import ANY_TEXT, is_text, misfit_of, text_of

INT32 = np.iinfo(np.int32)


def unknown_space(space: Any) -> BridgeError:
    """The error for a space that Gymnasium does not have, so that no client can know it."""
    kind = type(space)
    return BridgeError(
        "BadArgument",
        f"The space {str(space)[:200]} of type {kind.__name__} of {kind.__module__} has no form in the protocol.",
        expected="one of gymnasium.spaces, or a space whose values are str",
        remedy="wrap the environment so that its spaces are Gymnasium's",
    )


@singledispatch
def describe(space: Any) -> dict[str, Any]:
    """The description of `space`: `{"type": name, …}`, its arrays still NumPy's.

    A space of another package whose values are str is a Text of any characters.

    Raises:
        BridgeError: `BadArgument` for another space that is not one of Gymnasium's.
    """
    if is_text(space):
        return dict(ANY_TEXT)
    raise unknown_space(space)


def _one_number(bound: np.ndarray) -> Any:
    """A bound as one number where all its entries are equal, else as it is."""
    if bound.size and (bound == bound.flat[0]).all():
        value = bound.flat[0].item()
        return int(value) if isinstance(value, bool) else value
    return bound


@describe.register
def _(space: gs.Box) -> dict[str, Any]:
    low, high = _one_number(space.low), _one_number(space.high)
    return {"type": "Box", "low": low, "high": high, "shape": list(space.shape), "dtype": space.dtype.name}


@describe.register
def _(space: gs.Discrete) -> dict[str, Any]:
    return {"type": "Discrete", "n": int(space.n), "start": int(space.start), "dtype": space.dtype.name}


@describe.register
def _(space: gs.MultiBinary) -> dict[str, Any]:
    return {"type": "MultiBinary", "shape": list(space.shape)}


@describe.register
def _(space: gs.MultiDiscrete) -> dict[str, Any]:
    wire = int_dtype(space)
    nvec = space.nvec.astype(wire if int(space.nvec.max(initial=0)) <= INT32.max else np.int64)
    start = space.start.astype(wire)
    return {"type": "MultiDiscrete", "nvec": nvec, "start": start, "dtype": space.dtype.name}


@describe.register
def _(space: gs.Text) -> dict[str, Any]:
    charset = "".join(sorted(space.character_set))
    return {"type": "Text", "min_length": space.min_length, "max_length": space.max_length, "charset": charset}


@describe.register
def _(space: gs.Dict) -> dict[str, Any]:
    return {"type": "Dict", "spaces": [[key, describe(sub)] for key, sub in space.spaces.items()]}


@describe.register
def _(space: gs.Tuple) -> dict[str, Any]:
    return {"type": "Tuple", "spaces": [describe(sub) for sub in space.spaces]}


@describe.register
def _(space: gs.OneOf) -> dict[str, Any]:
    return {"type": "OneOf", "spaces": [describe(sub) for sub in space.spaces]}


@describe.register
def _(space: gs.Sequence) -> dict[str, Any]:
    return {"type": "Sequence", "space": describe(space.feature_space), "stack": bool(space.stack)}


@describe.register
def _(space: gs.Graph) -> dict[str, Any]:
    edge = None if space.edge_space is None else describe(space.edge_space)
    return {"type": "Graph", "node_space": describe(space.node_space), "edge_space": edge}


def int_dtype(space: gs.Discrete | gs.MultiDiscrete) -> np.dtype:
    """The dtype in which the integers of `space` travel: int32 where its bounds fit, else int64."""
    if isinstance(space, gs.Discrete):
        low, high = int(space.start), int(space.start) + int(space.n) - 1
    else:
        low = int(space.start.min(initial=0))
        high = max((int(s) + int(n) - 1 for s, n in zip(space.start.flat, space.nvec.flat, strict=True)), default=0)
    return np.dtype(np.int32 if INT32.min <= low and high <= INT32.max else np.int64)


def _shaped(space: gs.Space, value: Any, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(value)
    if array.shape == shape and array.dtype == dtype:
        return array
    if array.shape != shape or not np.can_cast(array.dtype, dtype, "same_kind"):
        raise BridgeError(
            "EnvironmentFault",
            f"The environment gave shape {list(array.shape)} and dtype {array.dtype} for {str(space)[:200]}.",
            expected=f"shape {list(shape)} and dtype {dtype}",
            remedy="correct the environment or its observation_space",
        )
    return array.astype(dtype)


@singledispatch
def to_wire(space: Any, value: Any) -> Any:
    """One value of `space` (from an environment) as it travels.

    Raises:
        BridgeError: `EnvironmentFault` where the value has not the space's shape or type.
    """
    return text_of(space, value)  # no other space that Gymnasium does not have gets through `describe`


@singledispatch
def to_wire_batch(space: Any, value: Any, n: int) -> Any:
    """A batch of `n` values of `space`, in the form of Gymnasium's `batch_space`, as it travels."""
    return [to_wire(space, entry) for entry in value]


@to_wire.register
def _(space: gs.Box, value: Any) -> np.ndarray:
    return _shaped(space, value, space.dtype, space.shape)


@to_wire_batch.register
def _(space: gs.Box, value: Any, n: int) -> np.ndarray:
    return _shaped(space, value, space.dtype, (n, *space.shape))


@to_wire.register
def _(space: gs.Discrete, value: Any) -> int:
    try:
        number = int(value)
        if number == value:
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise misfit_of(space, value, "an integer")


@to_wire_batch.register
def _(space: gs.Discrete, value: Any, n: int) -> np.ndarray:
    return _shaped(space, value, int_dtype(space), (n,))


@to_wire.register
def _(space: gs.MultiBinary, value: Any) -> np.ndarray:
    return _shaped(space, value, np.dtype(np.int8), space.shape)


@to_wire_batch.register
def _(space: gs.MultiBinary, value: Any, n: int) -> np.ndarray:
    return _shaped(space, value, np.dtype(np.int8), (n, *space.shape))


@to_wire.register
def _(space: gs.MultiDiscrete, value: Any) -> np.ndarray:
    return _shaped(space, value, int_dtype(space), space.shape)


@to_wire_batch.register
def _(space: gs.MultiDiscrete, value: Any, n: int) -> np.ndarray:
    return _shaped(space, value, int_dtype(space), (n, *space.shape))


@to_wire.register
def _(space: gs.Text, value: Any) -> str:
    return text_of(space, value)


@to_wire.register
def _(space: gs.Dict, value: Any) -> dict[Any, Any]:
    return {key: to_wire(sub, value[key]) for key, sub in space.spaces.items()}


@to_wire_batch.register
def _(space: gs.Dict, value: Any, n: int) -> dict[Any, Any]:
    return {key: to_wire_batch(sub, value[key], n) for key, sub in space.spaces.items()}


@to_wire.register
def _(space: gs.Tuple, value: Any) -> list[Any]:
    return [to_wire(sub, entry) for sub, entry in zip(space.spaces, value, strict=True)]


@to_wire_batch.register
def _(space: gs.Tuple, value: Any, n: int) -> list[Any]:
    return [to_wire_batch(sub, entry, n) for sub, entry in zip(space.spaces, value, strict=True)]


@to_wire.register
def _(space: gs.OneOf, value: Any) -> list[Any]:
    index = int(value[0])
    return [index, to_wire(space.spaces[index], value[1])]


@to_wire.register
def _(space: gs.Sequence, value: Any) -> Any:
    if space.stack:
        return to_wire_batch(space.feature_space, value, batch_length(space.feature_space, value))
    return [to_wire(space.feature_space, entry) for entry in value]


@to_wire.register
def _(space: gs.Graph, value: Any) -> dict[str, Any]:
    edges, links = value.edges, value.edge_links
    if space.edge_space is None or edges is None:
        edges = links = None
    else:
        edges = to_wire_batch(space.edge_space, edges, len(edges))
        links = np.asarray(links, dtype=np.int32)
    return {
        "nodes": to_wire_batch(space.node_space, value.nodes, len(value.nodes)),
        "edges": edges,
        "edge_links": links,
    }


def batch_length(space: gs.Space, value: Any) -> int:
    """How many values of `space` are in the batch `value`; 0 where it has no parts to count."""
    if isinstance(space, gs.Dict):
        return next((batch_length(sub, value[key]) for key, sub in space.spaces.items()), 0)
    if isinstance(space, gs.Tuple):
        return next((batch_length(sub, entry) for sub, entry in zip(space.spaces, value, strict=True)), 0)
    return len(value)
