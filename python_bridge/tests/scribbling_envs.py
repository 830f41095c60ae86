"""Environments that write again to every array they returned: an earlier reply must not show it."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces as gs
from gymnasium.vector import AutoresetMode, VectorEnv

SHAPE = (210, 160, 3)  # an Atari picture: 100 KB


class Scribbler(gymnasium.Env):
    """Step t of episode k fills one buffer with 10 k + t, and returns it as observation and in info."""

    metadata = {"render_modes": ["rgb_array"]}  # noqa: RUF012
    action_space = gs.Discrete(2)

    def __init__(self, kind: str = "box", length: int = 100, render_mode: str | None = None) -> None:
        self.kind, self.length, self.render_mode = kind, length, render_mode
        box = gs.Box(0, 255, SHAPE, np.uint8)
        self.observation_space = {
            "box": box,
            "dict": gs.Dict(a=box, b=gs.Discrete(256)),
            "tuple": gs.Tuple((box, gs.Text(3))),
            "sequence": gs.Sequence(box),
            "graph": gs.Graph(gs.Box(0, 255, (40_000,), np.uint8), None),
        }[kind]
        self.buffer = np.zeros(SHAPE, np.uint8)
        self.count, self.episode = 0, -1

    def _observation(self) -> Any:
        self.buffer[...] = self.count
        if self.kind == "dict":
            return {"a": self.buffer, "b": self.count}
        if self.kind == "tuple":
            return (self.buffer, "abc")
        if self.kind == "sequence":
            return (self.buffer,)
        if self.kind == "graph":
            return gs.GraphInstance(self.buffer.reshape(-1)[:40_000].reshape(1, -1), None, None)
        return self.buffer

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.episode += 1
        self.count = 10 * self.episode
        return self._observation(), {"frame": self.buffer}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.count += 1
        over = self.count % 10 >= self.length
        info = {"frame": self.buffer, "deep": {"list": [self.buffer]}}
        return self._observation(), float(self.count), over, False, info

    def render(self) -> np.ndarray:
        return self.buffer


class ScribblerVector(VectorEnv):
    """A native vector environment of one buffer for observations, and one each for the rest."""

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012

    def __init__(self, num_envs: int = 1) -> None:
        self.num_envs = num_envs
        self.single_observation_space, self.single_action_space = gs.Box(0, 255, (16,), np.uint8), gs.Discrete(2)
        self.observation_space = gs.Box(0, 255, (num_envs, 16), np.uint8)
        self.action_space = gs.MultiDiscrete([2] * num_envs)
        self.obs, self.rewards = np.zeros((num_envs, 16), np.uint8), np.zeros(num_envs)
        self.over = np.zeros(num_envs, np.bool_)
        self.count = 0

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        self.count = 0
        self.obs[...] = 0
        return self.obs, {}

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        self.count += 1
        self.obs[...] = self.rewards[...] = self.count
        self.over[...] = self.count % 2 == 0
        return self.obs, self.rewards, self.over, self.over, {}

    def close_extras(self, **kwargs: Any) -> None:
        pass


gymnasium.register("Scribbler-v0", Scribbler, vector_entry_point=ScribblerVector, disable_env_checker=True)
