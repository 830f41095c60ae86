"""Environments whose observations, infos and attributes are too large, too many or too strange for one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces as gs

SPACES: dict[str, gs.Space] = {
    "box": gs.Box(0, np.inf, (2,), np.float32),
    "dict": gs.Dict(a=gs.Box(0, np.inf, (2,), np.float32), b=gs.Discrete(100), c=gs.MultiDiscrete([100])),
    "graph": gs.Graph(gs.Box(0, 9, (1,), np.float32), gs.Box(0, 9, (1,), np.float32)),
}
SPACES["missing_key"] = SPACES["dict"]


class Numbered(gymnasium.Env):
    """Observations are the step's number; `info` names what is in the info beside it."""

    metadata = {"render_modes": ["rgb_array"]}  # noqa: RUF012
    action_space = gs.Discrete(2)

    def __init__(
        self, kind: str = "box", length: int = 100, info: str | None = None, render_mode: str | None = None
    ) -> None:
        self.kind, self.length, self.info, self.render_mode = kind, length, info, render_mode
        self.observation_space = SPACES.get(kind, SPACES["box"])
        self.count = 0
        self.array = np.array([1, 2, 3])

    @property
    def huge(self) -> np.ndarray:
        return np.zeros(300_000_000, np.uint8)

    def make_huge(self) -> np.ndarray:
        return self.huge

    def _observation(self) -> Any:
        k = np.float32(self.count)
        if self.kind == "dict":
            return {"a": np.array([k, k]), "b": self.count, "c": np.array([self.count])}
        if self.kind == "graph":
            nodes = np.array([[k], [k + 1], [k + 2]])
            return gs.GraphInstance(nodes, np.array([[k]]), np.array([[0, 1]], np.int32))
        if self.kind == "missing_key":
            both = {"a": np.array([k, k]), "b": self.count, "c": np.array([self.count])}
            return both if self.count == 0 else {"a": both["a"], "c": both["c"]}
        return np.array([k, k])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.count = 0
        return self._observation(), {"final_obs": "mine"} if self.info == "final_obs" else {}

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        self.count += 1
        info: dict[str, Any] = {}
        if self.info == "final_obs":
            info = {"final_obs": "mine"}
        elif self.info is not None:
            large = contents(self.info)
            info = {"small": self.count, "large": large, "deep": {"small": self.count, "large": large}}
        reward = np.array([1.5, 2.5]) if self.kind == "bad_reward" else 0.5
        return self._observation(), reward, self.count >= self.length, False, info

    def render(self) -> np.ndarray:
        return np.full((4, 5, 3), self.count, np.uint8)


class Huge(gymnasium.Env):
    """An observation of 90 MB."""

    observation_space = gs.Box(0, 255, (90_000_000,), np.uint8)
    action_space = gs.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        return np.zeros(90_000_000, np.uint8), {}


class Raises:
    """Raises whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")


class StrangeMapping(Mapping):
    def __getitem__(self, key: Any) -> Any:
        raise RuntimeError("no")

    def __iter__(self) -> Any:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


class StrangeInt(int):
    def __int__(self) -> int:
        raise RuntimeError("no")


class StrangeFloat(float):
    def __float__(self) -> float:
        raise RuntimeError("no")


class StrangeSequence(list, Sequence):
    def __iter__(self) -> Any:
        raise RuntimeError("no")


def contents(info: str) -> Any:
    if info == "long_list":
        return [0] * 300_000
    if info == "long_text":
        return "x" * 9_000_000
    if info == "many_maps":
        return [{"a": 1, "b": 2}] * 80_000
    if info == "huge_array":
        return np.zeros(300_000_000, np.uint8)
    return {
        "timedelta": np.timedelta64(5, "s"),
        "datetime": np.datetime64("2020-01-01"),
        "mapping": StrangeMapping(),
        "int": StrangeInt(3),
        "float": StrangeFloat(3),
        "sequence": StrangeSequence([1]),
        "structured": np.zeros(2, [("a", int)]),
        "array": np.array([np.timedelta64(1, "s")]),
        "masked": np.ma.array([1, 2, 3], mask=[False, True, False]),
        "raises": Raises(),
        "key": {Raises: 1},
        "after": "still here",
    }


gymnasium.register("Numbered-v0", Numbered, disable_env_checker=True)
gymnasium.register("Huge-v0", Huge, disable_env_checker=True)
