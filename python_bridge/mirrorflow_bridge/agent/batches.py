"""One observation or many: what `predict` was given, and the shape of what it gives back."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces as gs

WHOLE = "observation"  # the name of an observation in errors; a part's has its key behind it


def batch_size(space: gs.Space[Any], observation: Any, where: str = WHOLE) -> int | None:
    """How many observations of `space` there are; None for a single one, which has no axis for it.

    Raises:
        ValueError: the shape is neither that of one observation nor of a batch, or the dtype cannot be the space's.
    """
    is_reset = isinstance(observation, tuple) and len(observation) == 2 and isinstance(observation[1], dict)
    if is_reset and not isinstance(space, gs.Tuple):
        raise ValueError(
            f"{where} is a tuple of an observation and a dict, as env.reset() of Gymnasium gives it; expected the "
            "first part alone: `observation, info = env.reset()`."
        )
    if isinstance(space, (gs.Dict, gs.Tuple)):
        is_dict = isinstance(space, gs.Dict)
        parts: Any = space.spaces
        keys: list[Any] = list(parts) if is_dict else list(range(len(parts)))
        if not keys or not isinstance(observation, dict if is_dict else tuple) or len(observation) != len(keys):
            raise ValueError(f"{where} is {type(observation).__name__}; expected the parts {keys} of {space}.")
        sizes = {batch_size(parts[key], observation[key], f"{where}[{key!r}]") for key in keys}
        if len(sizes) > 1:
            raise ValueError(f"{where} has parts of different numbers of environments: {sizes}.")
        return sizes.pop()
    if space.shape is None:
        return None if space.contains(observation) else len(observation)
    assert space.dtype is not None, "every space of Gymnasium with a shape has a dtype"
    array = np.asarray(observation)
    shape: tuple[int, ...] = array.shape
    kinds = "iu" if isinstance(space, (gs.Discrete, gs.MultiDiscrete)) else None
    if not (array.dtype.kind in kinds if kinds else np.can_cast(array.dtype, space.dtype, "same_kind")):
        raise ValueError(f"{where} has the dtype {array.dtype}; expected {space.dtype}, as {str(space)[:200]} has it.")
    if shape == space.shape:
        return None
    if shape[1:] == space.shape and len(shape) == len(space.shape) + 1:
        return shape[0]
    raise ValueError(f"{where} has the shape {shape}; expected {space.shape}, or (n, *{space.shape}) for n of them.")


def batched(space: gs.Space[Any], observation: Any) -> Any:
    """A single observation as a batch of one."""
    if isinstance(space, gs.Dict):
        return {key: batched(sub, observation[key]) for key, sub in space.spaces.items()}
    if isinstance(space, gs.Tuple):
        return tuple(batched(sub, observation[i]) for i, sub in enumerate(space.spaces))
    if space.shape is None:
        return (observation,)
    return np.asarray(observation)[None]
