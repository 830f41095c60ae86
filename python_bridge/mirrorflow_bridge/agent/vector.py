"""Environments of every kind as one, for `RemoteAgent.learn`. Stable-Baselines3 is never imported."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv

from .batches import batched


class Step(NamedTuple):
    """What a step of n environments gave.

    Attributes:
        obs: the observations to act on next, a batch.
        final: what the step led to: the same, but the last observation of an episode where one ended.
        reward, terminated, truncated: arrays [n] of float64, bool and bool.
        infos: as the environment gives them: a list of n, or the dict of arrays of a Gymnasium vector environment.
    """

    obs: Any
    final: Any
    reward: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    infos: Any = None


class SingleEnv:
    """A `gymnasium.Env`, reset when its episode ends."""

    autoreset = "disabled"
    num_envs = 1

    def __init__(self, env: gymnasium.Env) -> None:
        self.env = env
        self.view = OneEnv(env)
        self.observation_space, self.action_space = env.observation_space, env.action_space

    def reset(self, seed: int | None) -> Any:
        """Begin an episode; the observation as a batch of one."""
        return batched(self.observation_space, self.env.reset(seed=seed)[0])

    def step(self, actions: np.ndarray) -> Step:
        """Take one step, and reset where it was the last."""
        obs, reward, terminated, truncated, info = self.env.step(single_action(self.action_space, actions))
        ended = terminated or truncated
        # The reset may write to the same memory.
        final = batched(self.observation_space, deepcopy(obs) if ended else obs)
        return Step(
            self.reset(None) if ended else final,
            final,
            np.array([reward], np.float64),
            np.array([terminated], np.bool_),
            np.array([truncated], np.bool_),
            [info],
        )


class OneEnv(gymnasium.Wrapper):
    """A `gymnasium.Env` as callbacks and `evaluate_policy` of Stable-Baselines3 take it; it counts its uses."""

    num_envs = 1

    def __init__(self, env: gymnasium.Env) -> None:
        super().__init__(env)
        self.uses = 0

    def reset(self, **options: Any) -> Any:
        """As the environment's."""
        self.uses += 1
        return self.env.reset(**options)

    def step(self, action: Any) -> Any:
        """As the environment's."""
        self.uses += 1
        return self.env.step(action)


class GymnasiumVector:
    """A `gymnasium.vector.VectorEnv` in any autoreset mode."""

    def __init__(self, env: VectorEnv) -> None:
        self.env = env
        self.num_envs = env.num_envs
        self.observation_space, self.action_space = env.single_observation_space, env.single_action_space
        mode = env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
        self.autoreset = AutoresetMode(mode).name.lower()

    def reset(self, seed: int | None) -> Any:
        """Begin an episode in every environment."""
        return self.env.reset(seed=seed)[0]

    def step(self, actions: np.ndarray) -> Step:
        """Take one step in every environment; where resets are ours to make, make them."""
        obs, reward, terminated, truncated, info = self.env.step(actions)
        # Copies: the reset may write to the same memory.
        reward, terminated, truncated = np.array(reward, np.float64), np.array(terminated), np.array(truncated)
        final, ended = obs, terminated | truncated
        if ended.any() and self.autoreset == "same_step":
            final = replaced(self.observation_space, obs, info["final_obs"])
        elif ended.any() and self.autoreset == "disabled":
            final = replaced(self.observation_space, obs, [None] * self.num_envs)
            obs, _ = self.env.reset(options={"reset_mask": ended})
        return Step(obs, final, reward, terminated, truncated, info)


class StableBaselinesVector:
    """A `VecEnv` of Stable-Baselines3, which resets in the step that ends an episode."""

    autoreset = "same_step"

    def __init__(self, env: Any) -> None:
        self.env = env
        self.num_envs = env.num_envs
        self.observation_space, self.action_space = env.observation_space, env.action_space

    def reset(self, seed: int | None) -> Any:
        """Begin an episode in every environment."""
        if seed is not None:
            self.env.seed(seed)
        return self.env.reset()

    def step(self, actions: np.ndarray) -> Step:
        """Take one step in every environment."""
        obs, reward, dones, infos = self.env.step(actions)
        dones = np.asarray(dones, np.bool_)
        truncated = dones & np.array([bool(info.get("TimeLimit.truncated")) for info in infos])
        last = [info["terminal_observation"] if done else None for done, info in zip(dones, infos, strict=True)]
        final = replaced(self.observation_space, obs, last) if dones.any() else obs
        return Step(obs, final, np.asarray(reward, np.float64), dones & ~truncated, truncated, infos)


def single_action(space: gymnasium.Space[Any], actions: np.ndarray) -> Any:
    """The one action of a batch, as its space contains it: an int of a Discrete, else an array."""
    return int(actions[0]) if isinstance(space, gymnasium.spaces.Discrete) else actions[0, ...]


def as_vector(env: Any) -> SingleEnv | GymnasiumVector | StableBaselinesVector:
    """`env` as something of n ≥ 1 environments.

    Raises:
        TypeError: it is no environment that is known here.
    """
    if isinstance(env, VectorEnv):
        return GymnasiumVector(env)
    if isinstance(env, gymnasium.Env):
        return SingleEnv(env)
    if hasattr(env, "step_async") and hasattr(env, "num_envs"):
        return StableBaselinesVector(env)
    raise TypeError(
        f"env is {type(env).__name__}; expected a gymnasium.Env, a gymnasium.vector.VectorEnv or a VecEnv of "
        "Stable-Baselines3."
    )


def replaced(space: gymnasium.Space[Any], batch: Any, values: Any) -> Any:
    """A copy of `batch` with the entries of `values` that are not None in their places."""
    if isinstance(space, gymnasium.spaces.Dict):
        return {
            key: replaced(sub, batch[key], [None if value is None else value[key] for value in values])
            for key, sub in space.spaces.items()
        }
    if isinstance(space, gymnasium.spaces.Tuple):
        return tuple(
            replaced(sub, batch[i], [None if value is None else value[i] for value in values])
            for i, sub in enumerate(space.spaces)
        )
    if isinstance(batch, np.ndarray):
        result = batch.copy()
        for i, value in enumerate(values):
            if value is not None:
                result[i] = value
        return result
    return tuple(deepcopy(old) if value is None else value for old, value in zip(batch, values, strict=True))
