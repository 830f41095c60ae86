"""Environments for the tests: some that fail, one that is slow, one for each space."""

from __future__ import annotations

import os
import time
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces as gs

SPACES: dict[str, gs.Space] = {
    "box": gs.Box(-1, 1, (2, 3), np.float32),
    "discrete": gs.Discrete(4, start=-1),
    "multi_binary": gs.MultiBinary(3),
    "multi_discrete": gs.MultiDiscrete([3, 4], start=[1, -1]),
    "text": gs.Text(5, charset="ab"),
    "dict": gs.Dict(a=gs.Discrete(3), b=gs.Box(0, 1, (2,))),
    "tuple": gs.Tuple((gs.Discrete(2), gs.Text(3))),
    "sequence": gs.Sequence(gs.Box(0, 1, (2,), np.float32)),
    "graph": gs.Graph(gs.Box(-1, 1, (2,), np.float32), gs.Discrete(3)),
    "one_of": gs.OneOf((gs.Discrete(2), gs.Box(0, 1, (2,), np.float32))),
    "nested": gs.Dict(x=gs.Tuple((gs.Dict(y=gs.Discrete(2)), gs.MultiBinary(2))), z=gs.Text(4)),
}


class Mirror(gymnasium.Env):
    """Observations are samples of a space; a step's info has the action as the environment saw it.

    Episodes end after `length` steps, by turns terminated and truncated.
    """

    def __init__(self, space: str = "box", length: int = 3) -> None:
        self.action_space = SPACES[space]
        self.observation_space = SPACES[space]
        self.length, self.steps, self.episodes, self.last_action = length, 0, 0, None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.source = type(self).source_of(self.observation_space, seed)
        self.steps = 0
        self.episodes += 1
        return self.source.sample(), {"episode": self.episodes, "options": repr(options)}

    @staticmethod
    def source_of(space: gs.Space, seed: int) -> gs.Space:
        import copy

        source = copy.deepcopy(space)
        source.seed(seed)
        return source

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action), f"{action!r} is not in {self.action_space}"
        self.steps += 1
        self.last_action = action
        over = self.steps >= self.length
        info = {"steps": self.steps, "half": self.steps / 2} | ({"name": "end"} if over else {})
        return (
            self.source.sample(),
            self.steps * 0.5,
            over and self.episodes % 2 == 0,
            over and self.episodes % 2 == 1,
            info,
        )


class Awkward(gymnasium.Env):
    """Raises, sleeps, exits or changes its action in place, as its action says."""

    observation_space = gs.Discrete(10)
    action_space = gs.Discrete(7)
    public = 5

    def __init__(self, fail_in_make: bool = False) -> None:
        if fail_in_make:
            raise KeyError("no such thing")
        self.count = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        if options and options.get("fail"):
            raise RuntimeError("reset failed")
        return self.count, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.count = (self.count + 1) % 10
        if action == 1:
            try:
                int("three")
            except ValueError as error:
                raise RuntimeError("the simulator broke") from error
        if action == 2:
            time.sleep(60)
        if action == 3:
            raise SystemExit(3)
        if action == 4:
            os._exit(7)
        if action == 5:
            return np.zeros(3), 0.0, False, False, {}
        if action == 6:
            return self.count, 0.0, False, False, {"odd": odd_values()}
        return self.count, 1.0, False, False, {}

    def render(self) -> None:
        return None

    def double(self, array: np.ndarray) -> np.ndarray:
        array *= 2
        return array

    def double_all(self, values: list[Any]) -> list[Any]:
        return [self.double(values[0]), {"x": self.double(values[1]["x"])}]

    def echo(self, *args: Any, **kwargs: Any) -> Any:
        return [list(args), kwargs]


def odd_values() -> dict[Any, Any]:
    """Values as they turn up in info maps."""
    cyclic: list[Any] = [1]
    cyclic.append(cyclic)
    return {
        "set": {1},
        "big": 2**80,
        "numpy": np.float32(0.5),
        "int8": np.int8(-3),
        "bool": np.bool_(True),
        "objects": np.array([1, "a", None], object),
        "words": np.array(["x", "yz"]),
        "complex": np.array([1j]),
        "cyclic": cyclic,
        (1, 2): "tuple key",
        "$dollar": {"$nd": 1},
        "bytes": b"abc",
        "big_endian": np.array([1, 2], ">i4"),
        "not_contiguous": np.arange(6).reshape(2, 3).T,
        "surrogate": "\ud800",
    }


gymnasium.register("Mirror-v0", Mirror)
gymnasium.register("Awkward-v0", Awkward)
