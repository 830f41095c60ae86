"""Environments whose values are unusual and still Gymnasium's to take: NumPy's flags, other dtypes, other shapes."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces as gs
from gymnasium.vector import AutoresetMode, VectorEnv

OBSERVATIONS: dict[str, tuple[gs.Space, Any]] = {
    "float64 for float32": (gs.Box(-9, 9, (3,), np.float32), lambda t: np.full(3, t / 10)),
    "a list": (gs.Box(-9, 9, (3,), np.float32), lambda t: [t / 10, 1.0, 2.0]),
    "a list of float64": (gs.Box(-9, 9, (3,), np.float64), lambda t: [t / 10, 1.0, 2.0]),
    "of two axes, in Fortran's order": (gs.Box(-9, 9, (2, 3), np.float32), lambda t: np.full((3, 2), t, np.float32).T),
    "a strided view": (gs.Box(-9, 9, (2,), np.int64), lambda t: np.arange(t, t + 4)[::2]),
    "of no axes": (gs.Box(-9, 9, (), np.float32), lambda t: np.float32(t / 10)),
    "of no entries": (gs.Box(-9, 9, (0,), np.float32), lambda t: np.zeros(0, np.float32)),
    "a plain int": (gs.Discrete(20), lambda t: t),
    "int8 for int64": (gs.Discrete(20), lambda t: np.int8(t)),
    "of int32": (gs.Discrete(20, dtype=np.int32), lambda t: t),
    "bits": (gs.MultiBinary(2), lambda t: np.array([t % 2, 1], np.int8)),
    "a masked array": (gs.Box(-9, 9, (2,), np.float32), lambda t: np.ma.masked_array([t, 1], [0, 1], np.float32)),
    "float64 for integers": (gs.Box(0, 99, (2,), np.uint8), lambda t: np.full(2, t + 0.5)),
    "of another shape now and then": (gs.Box(-9, 9, (2,), np.float32), lambda t: np.zeros(2 + (t == 4), np.float32)),
    "a text": (gs.Box(-9, 9, (2,), np.float32), lambda t: "no" if t == 3 else np.zeros(2, np.float32)),
}
FLAGS: dict[str, Any] = {
    "bool": bool,
    "NumPy's bool": np.bool_,
    "int": int,
    "an array": np.array,
    "nothing for no": lambda flag: True if flag else None,
}
REWARDS: dict[str, Any] = {
    "int": int,
    "float32": np.float32,
    "bool": bool,
    "an array of no axes": lambda x: np.array(float(x)),
    "a word": lambda x: "high",
    "two": lambda x: [x, x],
}


class Odd(gymnasium.Env):
    """Step t observes t; the episode ends after `length` steps, by turns in two ways."""

    def __init__(self, observation: str = "a plain int", flag: str = "bool", reward: str = "int", length: int = 3):
        self.observation_space, self.observe = OBSERVATIONS[observation]
        self.action_space = gs.Discrete(3, start=-1)
        self.flag, self.reward = FLAGS[flag], REWARDS[reward]
        self.length, self.episodes, self.steps = length, 0, 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.episodes, self.steps = self.episodes + 1, 0
        return self.observe(0), {}

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        self.steps += 1
        over, odd = self.steps >= self.length, self.episodes % 2 == 1
        info = {"action": action, "type": type(action).__name__} if self.steps == 2 else {}
        return self.observe(self.steps), self.reward(self.steps), self.flag(over and odd), self.flag(over), info


class Short(VectorEnv):
    """A native vector environment one of whose columns is of another shape or kind than `num_envs` values."""

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012

    def __init__(self, num_envs: int = 1, column: str = "reward") -> None:
        self.num_envs, self.column = num_envs, column
        self.single_observation_space = self.single_action_space = gs.Discrete(2)
        self.observation_space = self.action_space = gs.MultiDiscrete([2] * num_envs)

    def reset(self, *, seed: Any = None, options: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
        return np.zeros(self.num_envs, np.int64), {}

    def step(self, actions: Any) -> tuple[Any, ...]:
        columns = {name: np.zeros(self.num_envs) for name in ("reward", "terminated", "truncated")}
        columns[self.column] = {"reward": np.zeros((self.num_envs, 1)), "terminated": np.False_}.get(self.column, ["a"])
        return np.zeros(self.num_envs, np.int64), *columns.values(), {}

    def close_extras(self, **kwargs: Any) -> None:
        pass


gymnasium.register("Short-v0", vector_entry_point=Short)
