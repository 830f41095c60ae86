"""`SyncVectorEnv` with a faster `step`, the same in every value it returns.

What is saved: writes of single array entries, the stacking of many small arrays, empty info maps, a deep copy of the
observations (each step fills a fresh array instead).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.vector.utils import concatenate, create_empty_array, iterate

from .info import Keep, filter_info, final_entries, without_final

_SAME_STEP, _DISABLED = AutoresetMode.SAME_STEP, AutoresetMode.DISABLED
_NO: Any = np.False_  # NumPy has one of it, as Python has one False
_ONE_ARRAY = (Box, Discrete, MultiBinary, MultiDiscrete)  # the spaces whose batches are one array


class FastSyncVectorEnv(SyncVectorEnv):
    """Gymnasium's `SyncVectorEnv`; only `step` is done another way.

    `keep` tells which entries of info a step returns: all (True), none (False), or these keys.
    It uses private names of Gymnasium, so pyproject.toml bounds Gymnasium's version; the tests compare every step with
    `SyncVectorEnv`.
    """

    def __init__(self, factories: Sequence[Callable[[], gymnasium.Env]], **kwargs: Any) -> None:
        super().__init__(factories, **kwargs)
        space = self.single_observation_space
        self.keep: Keep = True
        # Whether an episode ended in the last step, so that its environment is reset in the next.
        self._ended = False
        # What each step would look up: how a batch of actions is taken apart, what a batch of observations is.
        self._indices = range(self.num_envs)
        self._iterate = iterate.dispatch(type(self.action_space))
        self._shape = (self.num_envs, *space.shape) if type(space) in _ONE_ARRAY and space.shape is not None else None

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One step of every environment; see `gymnasium.vector.SyncVectorEnv.step`."""
        mode, keep = self.autoreset_mode, self.keep
        same_step = mode is _SAME_STEP
        pending = self._autoreset_envs.tolist() if self._ended and not same_step else None
        observations: list[Any] = self._env_obs
        rewards: list[Any] = [0.0] * self.num_envs
        flags: list[tuple[int, Any, Any]] = []
        infos: dict[str, Any] = {}
        each_action = self._iterate(self.action_space, actions)
        for i, env, action in zip(self._indices, self.envs, each_action, strict=True):
            if pending and pending[i]:
                assert mode is not _DISABLED, f"{self._autoreset_envs=}"
                observations[i], info = env.reset()
            else:
                observations[i], rewards[i], terminated, truncated, info = env.step(action)
                if (terminated is not False and terminated is not _NO) or (
                    truncated is not False and truncated is not _NO
                ):
                    flags.append((i, terminated, truncated))
                    if same_step and (terminated or truncated):
                        final = final_entries(observations[i], info) if keep else {}
                        observations[i], info = env.reset()
                        info = {**info, **final}
                    elif same_step:
                        info = without_final(info)
                elif same_step:
                    info = without_final(info)
            if info and keep:
                infos = self._add_info(infos, info if keep is True else filter_info(info, keep), i)
        self._rewards = _numbers(rewards)
        self._mark(flags)
        self._observations = self._stack(observations)
        return self._observations, self._rewards, self._terminations, self._truncations, infos

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """See `gymnasium.vector.SyncVectorEnv.reset`; what a step returned is the caller's, so it is not written to."""
        self._terminations, self._truncations = self._terminations.copy(), self._truncations.copy()
        self._observations = create_empty_array(self.single_observation_space, n=self.num_envs)
        try:
            return super().reset(seed=seed, options=options)
        finally:
            self._ended = bool(self._autoreset_envs.any())

    def _mark(self, flags: list[tuple[int, Any, Any]]) -> None:
        """Fill the flags of this step: false but for the environments in `flags` (index, terminated, truncated)."""
        self._terminations = np.zeros(self.num_envs, np.bool_)
        self._truncations = np.zeros(self.num_envs, np.bool_)
        for i, terminated, truncated in flags:
            self._terminations[i], self._truncations[i] = terminated, truncated
        if flags or self._ended:
            self._autoreset_envs = self._terminations | self._truncations
            self._ended = bool(self._autoreset_envs.any())

    def _stack(self, observations: list[Any]) -> Any:
        """The observations of all environments as one batch, in fresh arrays."""
        space = self.single_observation_space
        if self._shape is not None:
            try:
                array = np.array(observations)
                if array.shape == self._shape and array.dtype == space.dtype:
                    return array
            except ValueError:
                pass  # they differ in shape, which is told below
        try:
            batch: Any = create_empty_array(space, n=self.num_envs)
            return concatenate(space, observations, batch)
        except Exception as error:
            odd = next((i for i, entry in enumerate(observations) if not space.contains(entry)), 0)
            text = f"sub-environment {odd} gave the observation {observations[odd]!r:.200}; expected a value of {space}"
            raise ValueError(text) from error


def _numbers(rewards: list[Any]) -> np.ndarray:
    try:
        return np.fromiter(rewards, np.float64, len(rewards))
    except (TypeError, ValueError):
        for i, reward in enumerate(rewards):
            if np.ndim(reward) or not isinstance(reward, SupportsFloat):
                raise ValueError(f"sub-environment {i} gave the reward {reward!r:.200}; expected one number") from None
        raise
