"""EnvPool as a backend: its environments behind the calls of Gymnasium's `VectorEnv`."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ..errors import BridgeError


class EnvPoolVectorEnv(VectorEnv):
    """An EnvPool of `num_envs` environments, all stepped at once.

    EnvPool seeds its environments when it is made: a reset with a seed makes the pool anew. It resets an environment in
    the step after its episode ended (the action is ignored), which is Gymnasium's mode `next_step`.
    """

    def __init__(self, id: str, num_envs: int, kwargs: dict[str, Any]) -> None:
        self._arguments = (id, num_envs, kwargs)
        self.num_envs = num_envs
        self.render_mode = None
        self._pool = self._make(None)
        self.single_observation_space = self._pool.observation_space
        self.single_action_space = self._pool.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        config = self._pool.spec.config
        self.spec = EnvSpec(
            id,
            reward_threshold=getattr(config, "reward_threshold", None),
            max_episode_steps=getattr(config, "max_episode_steps", None),
            kwargs=dict(kwargs),
        )
        self.metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def _make(self, seed: int | None) -> Any:
        import envpool

        id, num_envs, kwargs = self._arguments
        seeds = {} if seed is None else {"seed": int(seed)}
        return envpool.make(id, env_type="gymnasium", num_envs=num_envs, **{**kwargs, **seeds})

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Reset all environments; `seed` is one int, or None."""
        if seed is not None:
            if not isinstance(seed, int):
                raise BridgeError("BadArgument", "EnvPool takes one seed for the pool.", expected="an int or nil")
            self._pool.close()
            self._pool = self._make(seed)
        observations, info = self._pool.reset()
        return observations, self._masked(info)

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One step of every environment."""
        observations, reward, terminated, truncated, info = self._pool.step(actions)
        return observations, reward, terminated, truncated, self._masked(info)

    def _masked(self, info: dict[str, Any]) -> dict[str, Any]:
        """EnvPool's info with Gymnasium's `_key` masks: every environment has every key."""
        result: dict[str, Any] = {}
        for key, value in info.items():
            result[key] = self._masked(value) if isinstance(value, dict) else value
            result[f"_{key}"] = np.ones(self.num_envs, np.bool_)
        return result

    def close_extras(self, **kwargs: Any) -> None:
        """Close the pool."""
        self._pool.close()


def make_envpool(request: Any) -> VectorEnv:
    """The EnvPool that a `MakeRequest` describes."""
    if request.wrappers or request.render_mode is not None:
        raise BridgeError("BadArgument", "EnvPool takes neither wrappers nor a render_mode.", remedy="use backend sync")
    kwargs = {**request.kwargs, **request.vector_kwargs}
    if request.max_episode_steps is not None:
        kwargs["max_episode_steps"] = request.max_episode_steps
    try:
        import envpool
    except ModuleNotFoundError as error:
        raise BridgeError(
            "MissingPackage",
            f"The backend envpool needs a Python package that is not installed: {error}.",
            remedy="pip install envpool",
        ) from error
    if request.id not in envpool.list_all_envs():
        raise BridgeError("UnknownEnvironment", f"EnvPool has no environment {request.id!r}.")
    return EnvPoolVectorEnv(request.id, request.num_envs, kwargs)
