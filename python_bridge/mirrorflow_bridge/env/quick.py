"""Short cuts for what Gymnasium's environments do in every step, with the same results."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete, MultiDiscrete
from gymnasium.vector import VectorEnv


class QuickContains:
    """`space.contains` of a `Discrete`, sooner for an integer of its own dtype: nothing is asked about its type."""

    __slots__ = ("_high", "_low", "_n", "_start", "_type", "space")

    def __init__(self, space: Discrete) -> None:
        self.space = space
        self._type, self._start, self._n = space.dtype.type, space.start, space.n
        self._low, self._high = int(space.start), int(space.start) + int(space.n)

    def __call__(self, x: Any) -> bool:
        """Whether `x` is in the space."""
        space = self.space
        if type(x) is self._type and space.n is self._n and space.start is self._start:
            return self._low <= int(x) < self._high
        return Discrete.contains(space, x)


class QuickContainsAll:
    """`space.contains` of a `MultiDiscrete`, sooner for an array of int64 as the space is: one comparison, not two."""

    __slots__ = ("space",)

    def __init__(self, space: MultiDiscrete) -> None:
        self.space = space

    def __call__(self, x: Any) -> bool:
        """Whether `x` is in the space."""
        start, nvec = self.space.start, self.space.nvec
        if type(x) is np.ndarray and x.shape == nvec.shape and x.dtype == nvec.dtype == start.dtype == np.int64:
            # A number below its start is a very large one without its sign.
            return bool(np.logical_and.reduce((x - start).view(np.uint64) < nvec.view(np.uint64), axis=None))
        return MultiDiscrete.contains(self.space, x)


def quicken(env: gymnasium.Env | VectorEnv) -> None:
    """Let `env` check its actions sooner: many of Gymnasium's ask `action_space.contains` in every step."""
    space = getattr(env.unwrapped, "action_space", None)
    if type(space) is Discrete:
        vars(space).setdefault("contains", QuickContains(space))
    elif type(space) is MultiDiscrete:
        vars(space).setdefault("contains", QuickContainsAll(space))
