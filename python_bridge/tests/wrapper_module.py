"""A module of wrappers without `__all__`, which imports more than it offers."""

from __future__ import annotations

from os import system  # noqa: F401

import gymnasium
from gymnasium.wrappers import RecordVideo  # noqa: F401

CALLED: list[str] = []


class Doubled(gymnasium.RewardWrapper):
    """Doubles the reward."""

    def reward(self, reward: float) -> float:
        return 2 * reward


def make_doubled(env: gymnasium.Env) -> gymnasium.Env:
    return Doubled(env)


def no_wrapper(env: gymnasium.Env) -> str:
    return "no environment"


class Record:
    """A class that has nothing to do with environments."""

    def __init__(self, env: object) -> None:
        CALLED.append("Record")


def _hidden(env: gymnasium.Env) -> gymnasium.Env:
    return env
