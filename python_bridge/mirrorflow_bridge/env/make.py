"""Makes an environment from the arguments of `make`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium
from gymnasium.vector import AutoresetMode, VectorEnv

from ..errors import BridgeError, ServerEnds, environment_fault
from ..limits import Limits
from .allow import AllowList
from .checks import check_allowed, check_kwargs, check_made, check_registered, check_size
from .packages import missing_package
from .quick import quicken
from .request import MakeRequest
from .wrappers import apply_wrapper, find_wrapper, import_modules

# What the vector environment of a backend may be given besides its environments and the autoreset mode.
_VECTOR_KWARGS = {
    "sync": {"observation_mode"},
    "async": {"context", "daemon", "max_concurrency", "observation_mode", "shared_memory"},
}


@dataclass(frozen=True)
class EnvFactory:
    """Makes one environment; can be sent to a worker process, where it imports what it needs."""

    id: str
    modules: tuple[str, ...]
    kwargs: dict[str, Any]
    wrappers: tuple[tuple[str, dict[str, Any]], ...]

    def __call__(self) -> gymnasium.Env:
        for module in self.modules:
            importlib.import_module(module)
        env = gymnasium.make(self.id, **self.kwargs)
        quicken(env)
        for name, kwargs in self.wrappers:
            env = apply_wrapper(env, name, kwargs)
        return env


@dataclass(frozen=True)
class CheckedFactory:
    """An `EnvFactory` for the first of n environments, which tells whether n observations fit into a reply."""

    factory: EnvFactory
    num_envs: int
    limits: Limits

    def __call__(self) -> gymnasium.Env:
        env = self.factory()
        try:
            check_size(env.observation_space, self.num_envs, self.limits)
        except BridgeError:
            env.close()
            raise
        return env


def make(request: MakeRequest, allow: AllowList, limits: Limits) -> gymnasium.Env | VectorEnv:
    """The environment that `request` describes: an `Env` where `num_envs` is None, else a `VectorEnv`.

    Raises:
        BridgeError: `NotAllowed`, `UnknownEnvironment`, `MissingPackage`, `BadArgument`, `LimitExceeded` where its
            observations are too large for a reply, or `EnvironmentFault` where its constructor raised.
    """
    check_allowed(request, allow)
    check_kwargs(request, allow)
    import_modules(request.modules)
    if request.num_envs is None and (request.backend != "sync" or request.vector_kwargs):
        raise BridgeError(
            "BadArgument",
            "backend and vector_kwargs are for vector environments, and num_envs is absent.",
            remedy="give num_envs",
        )
    if request.backend != "envpool":
        check_registered(request)
    for wrapper in request.wrappers:
        find_wrapper(wrapper["id"])
    try:
        env = _make(request, limits)
    except BridgeError:
        raise
    except ServerEnds:
        raise
    except BaseException as error:
        raise missing_package(error, request.id) or environment_fault(error, f"in make of {request.id}") from error
    try:
        if isinstance(env, VectorEnv):
            check_size(env.single_observation_space, env.num_envs, limits)
        else:
            check_size(env.observation_space, 1, limits)
        check_made(request, env)
    except BridgeError:
        env.close()
        raise
    return env


def _make(request: MakeRequest, limits: Limits) -> gymnasium.Env | VectorEnv:
    kwargs = dict(request.kwargs)
    if request.render_mode is not None:
        kwargs["render_mode"] = request.render_mode
    if request.max_episode_steps is not None:
        kwargs["max_episode_steps"] = request.max_episode_steps
    wrappers = tuple((wrapper["id"], wrapper.get("kwargs") or {}) for wrapper in request.wrappers)
    factory = EnvFactory(request.id, tuple(request.modules), kwargs, wrappers)
    if request.num_envs is None:
        return factory()
    if request.backend in _VECTOR_KWARGS:
        return _make_vector(request, request.num_envs, factory, limits)
    if request.backend == "envpool":
        from .envpool_env import make_envpool

        return make_envpool(request)
    env = gymnasium.make_vec(
        request.id,
        num_envs=request.num_envs,
        vectorization_mode="vector_entry_point",
        vector_kwargs=request.vector_kwargs,
        wrappers=[],
        **kwargs,
    )
    quicken(env)
    return env


def _make_vector(request: MakeRequest, num_envs: int, factory: EnvFactory, limits: Limits) -> VectorEnv:
    """A vector environment of Gymnasium's own kinds, `sync` or `async`."""
    known = _VECTOR_KWARGS[request.backend]
    unknown = sorted(set(request.vector_kwargs) - known)
    if unknown:
        raise BridgeError(
            "BadArgument",
            f"vector_kwargs has {', '.join(unknown)}, which the backend {request.backend} does not take.",
            expected=", ".join(sorted(known)),
        )
    # The first one is made before anything is of the size of them all.
    first = CheckedFactory(factory, num_envs, limits)
    factories: list[Callable[[], gymnasium.Env]] = [first, *[factory] * (num_envs - 1)]
    mode = AutoresetMode[(request.autoreset or "next_step").upper()]
    if request.backend == "sync":
        from .sync_env import FastSyncVectorEnv

        env: VectorEnv = FastSyncVectorEnv(factories, autoreset_mode=mode, **request.vector_kwargs)
    else:
        from .async_env import SturdyAsyncVectorEnv

        env = SturdyAsyncVectorEnv(factories, autoreset_mode=mode, **request.vector_kwargs)
    env.spec = gymnasium.spec(request.id)
    return env
