"""An environment that a client holds: its operations from wire values to the frames of the reply."""

from __future__ import annotations

from typing import Any, NoReturn

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv

from ..errors import BridgeError, ServerEnds, environment_fault
from ..limits import Limits
from ..message import reply
from ..message.encode import own, spec_map
from ..spaces.describe import describe
from ..spaces.to_wire import array_form, to_wire, to_wire_batch
from .actions import action_reader
from .arrays import has_array_batch, is_sole, writable
from .checks import autoreset_of
from .info import Keep, filter_info, wire_final_obs
from .misfit import misfit
from .request import MakeRequest
from .sync_env import FastSyncVectorEnv

# Fields of a transition that a vector of ours fills anew each time.
FRESH = frozenset({"obs", "reward", "terminated", "truncated"})


# The one field of a reply that holds a new array, which `reply` need not copy again.
OBS = frozenset({"obs"})


class Held:
    """One handle.

    Args:
        env: an environment or a vector environment.
        request: what it was made from.
        keep: which entries of info are sent: all (True), none (False), or these keys.
        limits: what replies keep to.
    """

    def __init__(self, env: gymnasium.Env | VectorEnv, request: MakeRequest, keep: Keep, limits: Limits) -> None:
        self.env = env
        self.request = request
        self.keep = keep
        self.limits = limits
        self.vector = isinstance(env, VectorEnv)
        self.observation_space: gymnasium.Space[Any]
        self.action_space: gymnasium.Space[Any]
        if isinstance(env, VectorEnv):
            self.n = env.num_envs
            self.observation_space, self.action_space = env.single_observation_space, env.single_action_space
        else:
            self.n = 0
            self.observation_space, self.action_space = env.observation_space, env.action_space
        if isinstance(env, FastSyncVectorEnv):
            env.keep = keep
        self.autoreset = autoreset_of(env)
        self.started = False
        # Nobody writes again to what these vectors returned; any other environment may return its own buffer.
        self.is_fresh = self.vector and request.backend in ("sync", "async")
        self._fresh = FRESH if self.is_fresh and has_array_batch(self.observation_space) else reply.NOTHING
        self._action = action_reader(self.action_space, self.n)
        self._form = array_form(self.observation_space, self.n)
        self._columns = (self.n,)
        self._single: reply.SingleStep | None = None
        self._batch: reply.VectorStep | None = None

    def description(self) -> dict[str, Any]:
        """The reply to `make`, without the handle."""
        spec = reply_spec(self.env, self.request)
        return {
            "spec": spec,
            "metadata": dict(self.env.metadata),
            "observation_space": describe(self.observation_space),
            "action_space": describe(self.action_space),
            "num_envs": self.n if self.vector else None,
            "autoreset": self.autoreset,
            "render_mode": self.request.render_mode,
            "imported": self.request.modules,
        }

    def run(self, doing: str, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the environment; what it raises becomes an `EnvironmentFault`."""
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            self._fail(error, doing)

    def _fail(self, error: BaseException, doing: str) -> NoReturn:
        """Raise what an exception of the environment amounts to."""
        if isinstance(error, (BridgeError, ServerEnds)):
            raise error
        cause = self._worker_death(error) if isinstance(error, OSError | EOFError) else error
        raise environment_fault(cause, f"in {doing} of {self.request.id}") from error

    def _worker_death(self, error: BaseException) -> BaseException:
        """The death of a worker process where that is what broke the pipe to it, else `error`."""
        if hasattr(self.env, "check_alive"):
            try:
                self.env.check_alive()
            except Exception as death:
                return death
        return error

    def reset(self, id: int, fields: dict[str, Any], *, lane: bool = False) -> list[Any]:
        """Carry out `reset`; the frames of the reply, which goes over a lane or not."""
        options = fields.get("options")
        options = writable(options)
        mask = fields.get("mask")
        if mask is not None:
            self._check_mask(mask)
            options = {**(options or {}), "reset_mask": np.array(mask)}
        seed = self._seed(fields.get("seed"))
        obs, info = self.run("reset", self.env.reset, seed=seed, options=options)
        self.started = True
        fields = {"obs": self._obs(obs), "info": self._info(info)}
        return reply.transition(id, fields, self.limits, self._fresh, lane=lane)

    def _seed(self, seed: Any) -> Any:
        if isinstance(seed, list) and (not self.vector or len(seed) != self.n):
            expected = f"an int, nil or an array of {self.n}" if self.vector else "an int or nil"
            raise BridgeError("BadArgument", f"reset: seed is an array of {len(seed)}.", expected=expected)
        return seed

    def _check_mask(self, mask: np.ndarray) -> None:
        if not self.vector or mask.shape != (self.n,) or not mask.any():
            what = f"has {mask.size} entries" if mask.any() else "has no entry that is true"
            expected = (
                f"{self.n} entries, at least one of them true" if self.vector else "no mask: this is one environment"
            )
            raise BridgeError("BadArgument", f"reset: mask {what}.", expected=expected)
        if not self.started:
            raise BridgeError("BadArgument", "reset: a mask before the first reset.", remedy="reset all of them first")
        if self.request.backend not in ("sync", "async") and self.autoreset != "disabled":
            raise BridgeError(
                "BadArgument", f"reset: the backend {self.request.backend} takes no mask.", remedy="use sync or async"
            )

    def step(self, id: int, action: Any, *, lane: bool = False) -> list[Any]:
        """Carry out `step`; the frames of the reply, which goes over a lane or not."""
        if self.vector:
            return self._step_vector(id, action, lane)
        action = self._action(action)
        try:
            obs, reward, terminated, truncated, info = self.env.step(action)
        except BaseException as error:
            self._fail(error, "step")
        obs = self._obs(obs)
        if type(obs) is np.ndarray and not is_sole(obs):
            obs = own(obs)
        reward, terminated, truncated = self._reward(reward), bool(terminated), bool(truncated)
        if not info or self.keep is False:
            template = self._single
            if isinstance(obs, (np.ndarray, int)):
                if template is None or not template.fits(obs):
                    template = self._single = reply.SingleStep(obs, self.limits)
                return template.frames(id, obs, reward, terminated, truncated, lane=lane)
        fields = {"obs": obs, "reward": reward, "terminated": terminated, "truncated": truncated}
        fresh = OBS if type(obs) is np.ndarray else reply.NOTHING
        return reply.transition(id, {**fields, "info": self._info(info)}, self.limits, fresh, lane=lane)

    def _step_vector(self, id: int, action: Any, lane: bool) -> list[Any]:
        action = self._action(action)
        try:
            obs, reward, terminated, truncated, info = self.env.step(action)
        except BaseException as error:
            self._fail(error, "step")
        obs = self._obs(obs)
        fresh = self._fresh
        if not self.is_fresh:
            if type(obs) is np.ndarray:
                fresh = OBS
                if not is_sole(obs):
                    obs = own(obs)
            reward = self._column("reward", reward, np.float64)
            terminated = self._column("terminated", terminated, np.bool_)
            truncated = self._column("truncated", truncated, np.bool_)
        if type(obs) is np.ndarray and (not info or self.keep is False):
            template = self._batch
            if template is None:
                template = self._batch = reply.VectorStep(obs, self.is_fresh, self.limits)
            return template.frames(id, obs, reward, terminated, truncated, lane=lane)
        fields = {"obs": obs, "reward": reward, "terminated": terminated, "truncated": truncated}
        info = self._info(info)
        if self.autoreset == "same_step" and "final_obs" in info:
            info = wire_final_obs(info, self.observation_space)
        return reply.transition(id, {**fields, "info": info}, self.limits, fresh, lane=lane)

    def _obs(self, obs: Any) -> Any:
        if type(obs) is np.ndarray and (obs.dtype, obs.shape) == self._form:
            return obs
        try:
            if self.vector:
                return to_wire_batch(self.observation_space, obs, self.n)
            return to_wire(self.observation_space, obs)
        except BridgeError:
            raise
        except Exception as error:
            raise misfit(
                self.request.id, "observation", obs, f"a value of {str(self.observation_space)[:200]}", error
            ) from error

    def _column(self, what: str, values: Any, dtype: type[np.generic]) -> np.ndarray:
        """One value for each environment, from a vector environment of another package."""
        try:
            column = np.ascontiguousarray(values, dtype)
            if column.shape == self._columns:
                return column
            raise ValueError(f"shape {list(column.shape)}")
        except Exception as error:
            raise misfit(self.request.id, what, values, f"an array of {self.n} values", error) from error

    def _reward(self, reward: Any) -> float:
        try:
            return float(reward)
        except Exception as error:
            raise misfit(self.request.id, "reward", reward, "one number", error) from error

    def _info(self, info: dict[str, Any]) -> dict[str, Any]:
        if not info or self.keep is False:
            return {}
        return info if self.keep is True else filter_info(info, self.keep)

    def render(self) -> dict[str, Any]:
        """Carry out `render`; the fields of the reply."""
        frame = self.run("render", self.env.render)
        if self.vector and frame is not None:
            frame = list(frame)
        return {"frame": frame}

    def close(self) -> None:
        """Close the environment; nothing is raised that `EnvironmentFault` does not cover."""
        self.run("close", self.env.close)


def reply_spec(env: gymnasium.Env | VectorEnv, request: MakeRequest) -> dict[str, Any] | None:
    """The `spec` of the reply to `make`, with the time limit that is in force."""
    spec = spec_map(env.spec)
    if spec is not None and request.max_episode_steps is not None:
        spec["max_episode_steps"] = request.max_episode_steps
    return spec
