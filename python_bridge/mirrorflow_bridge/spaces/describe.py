"""Gymnasium's spaces as their descriptions on the wire."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import spaces as gs

from ..errors import BridgeError
from .text import ANY_TEXT, is_text

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


@describe.register(gs.Tuple)
def _(space: gs.Tuple[Any]) -> dict[str, Any]:
    return {"type": "Tuple", "spaces": [describe(sub) for sub in space.spaces]}


@describe.register(gs.OneOf)
def _(space: gs.OneOf[Any]) -> dict[str, Any]:
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
