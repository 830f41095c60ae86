"""`SyncVectorEnv` with a faster `step`, the same in every value it returns.

What is saved: writes of single array entries, the stacking of many small arrays, empty info maps, a deep copy of the
observations (each step fills a fresh array instead).
"""

from __future__ import annotations

from typing import Any, SupportsFloat

import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.vector.utils import concatenate, create_empty_array, iterate

from .info import final_entries, without_final


class FastSyncVectorEnv(SyncVectorEnv):
    """Gymnasium's `SyncVectorEnv`; only `step` is done another way.

    It uses private names of Gymnasium, so pyproject.toml bounds Gymnasium's version; the tests compare every step with
    `SyncVectorEnv`.
    """

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One step of every environment; see `gymnasium.vector.SyncVectorEnv.step`."""
        same_step = self.autoreset_mode == AutoresetMode.SAME_STEP
        disabled = self.autoreset_mode == AutoresetMode.DISABLED
        pending = None if same_step or not self._autoreset_envs.any() else self._autoreset_envs.tolist()
        observations, rewards, terminations, truncations = self._env_obs, [], [], []
        infos: dict[str, Any] = {}
        reward: SupportsFloat
        for i, (env, action) in enumerate(zip(self.envs, iterate(self.action_space, actions), strict=True)):
            if pending and pending[i]:
                assert not disabled, f"{self._autoreset_envs=}"
                observations[i], info = env.reset()
                reward, terminated, truncated = 0.0, False, False
            else:
                observations[i], reward, terminated, truncated, info = env.step(action)
                if same_step and (terminated or truncated):
                    final = final_entries(observations[i], info)
                    observations[i], info = env.reset()
                    info = {**info, **final}
                elif same_step:
                    info = without_final(info)
            rewards.append(reward)
            terminations.append(terminated)
            truncations.append(truncated)
            if info:
                infos = self._add_info(infos, info, i)
        n = self.num_envs
        self._rewards = _numbers(rewards)
        self._terminations = np.fromiter(terminations, np.bool_, n)
        self._truncations = np.fromiter(truncations, np.bool_, n)
        self._autoreset_envs = self._terminations | self._truncations
        self._observations = self._stack(observations)
        return self._observations, self._rewards, self._terminations, self._truncations, infos

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """See `gymnasium.vector.SyncVectorEnv.reset`; what a step returned is the caller's, so it is not written to."""
        self._terminations, self._truncations = self._terminations.copy(), self._truncations.copy()
        self._observations = create_empty_array(self.single_observation_space, n=self.num_envs)
        return super().reset(seed=seed, options=options)

    def _stack(self, observations: list[Any]) -> Any:
        """The observations of all environments as one batch, in fresh arrays."""
        space = self.single_observation_space
        if type(space) is Box and space.shape and _fit(observations, space.shape):
            out = np.empty((self.num_envs, *space.shape), space.dtype)
            np.concatenate(observations, axis=0, out=out.reshape(self.num_envs * space.shape[0], *space.shape[1:]))
            return out
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


def _fit(observations: list[Any], shape: tuple[int, ...]) -> bool:
    return {type(entry) for entry in observations} == {np.ndarray} and {entry.shape for entry in observations} == {
        shape
    }
