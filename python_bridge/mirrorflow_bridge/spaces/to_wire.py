"""Values from an environment to a client: `to_wire` for one, `to_wire_batch` for those of a vector environment.

Values to an environment are in from_wire.py. A wire value is made of arrays, maps, lists, numbers and str; the codec
turns its arrays into frames.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import spaces as gs

from ..errors import BridgeError
from .describe import int_dtype
from .text import misfit_of, text_of


def _shaped(space: gs.Space[Any], value: Any, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
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


@to_wire.register(gs.Tuple)
def _(space: gs.Tuple[Any], value: Any) -> list[Any]:
    return [to_wire(sub, entry) for sub, entry in zip(space.spaces, value, strict=True)]


@to_wire_batch.register(gs.Tuple)
def _(space: gs.Tuple[Any], value: Any, n: int) -> list[Any]:
    return [to_wire_batch(sub, entry, n) for sub, entry in zip(space.spaces, value, strict=True)]


@to_wire.register(gs.OneOf)
def _(space: gs.OneOf[Any], value: Any) -> list[Any]:
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


def batch_length(space: gs.Space[Any], value: Any) -> int:
    """How many values of `space` are in the batch `value`; 0 where it has no parts to count."""
    if isinstance(space, gs.Dict):
        return next((batch_length(sub, value[key]) for key, sub in space.spaces.items()), 0)
    if isinstance(space, gs.Tuple):
        return next((batch_length(sub, entry) for sub, entry in zip(space.spaces, value, strict=True)), 0)
    return len(value)


def array_form(space: gs.Space[Any], n: int) -> tuple[np.dtype, tuple[int, ...]] | None:
    """The dtype and shape of the one array that a value of `space` is on the wire, or a batch of n where n is not 0.

    None where it is no array, or one of no fixed shape.
    """
    batch = (n,) if n else ()
    if type(space) is gs.Box:
        return space.dtype, (*batch, *space.shape)
    if type(space) is gs.MultiBinary:
        return np.dtype(np.int8), (*batch, *space.shape)
    if type(space) is gs.MultiDiscrete:
        return int_dtype(space), (*batch, *space.shape)
    return None
