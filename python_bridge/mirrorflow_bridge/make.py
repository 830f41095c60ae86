"""Makes an environment from the arguments of `make`."""

from __future__ import annotations

import difflib
import importlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gymnasium
from gymnasium.vector import AutoresetMode, VectorEnv

from .allow import AllowList
from .errors import BridgeError, ServerEnds, environment_fault
from .limits import Limits
from .packages import missing_package
from .wrappers import apply_wrapper, find_wrapper, import_modules

RENDER_MODES = ("rgb_array", "ansi")
BACKENDS = ("sync", "async", "vector_entry_point", "envpool")
AUTORESET = tuple(mode.name.lower() for mode in AutoresetMode)
# What the vector environment of a backend may be given besides its environments and the autoreset mode.
_VECTOR_KWARGS = {
    "sync": {"observation_mode"},
    "async": {"context", "daemon", "max_concurrency", "observation_mode", "shared_memory"},
}


@dataclass
class MakeRequest:
    """The arguments of `make`, of the right types already (operations.py sees to it)."""

    env: str
    num_envs: int | None = None
    kwargs: dict[str, Any] = field(default_factory=dict)
    wrappers: list[dict[str, Any]] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    max_episode_steps: int | None = None
    render_mode: str | None = None
    backend: str = "sync"
    vector_kwargs: dict[str, Any] = field(default_factory=dict)
    autoreset: str | None = None

    @property
    def id(self) -> str:
        """The environment's id without the module before it."""
        return self.env.rpartition(":")[2]

    @property
    def modules(self) -> list[str]:
        """The modules to import, in order."""
        module = self.env.rpartition(":")[0]
        return [*self.imports, *([module] if module else [])]


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
        return _make_vector(request, factory, limits)
    if request.backend == "envpool":
        from .envpool_env import make_envpool

        return make_envpool(request)
    return gymnasium.make_vec(
        request.id,
        num_envs=request.num_envs,
        vectorization_mode="vector_entry_point",
        vector_kwargs=request.vector_kwargs,
        wrappers=[],
        **kwargs,
    )


def _make_vector(request: MakeRequest, factory: EnvFactory, limits: Limits) -> VectorEnv:
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
    factories = [CheckedFactory(factory, request.num_envs, limits), *[factory] * (request.num_envs - 1)]
    mode = AutoresetMode[(request.autoreset or "next_step").upper()]
    if request.backend == "sync":
        from .sync_env import FastSyncVectorEnv as Vector
    else:
        from .async_env import SturdyAsyncVectorEnv as Vector
    env = Vector(factories, autoreset_mode=mode, **request.vector_kwargs)
    env.spec = gymnasium.spec(request.id)
    return env


def check_allowed(request: MakeRequest, allow: AllowList) -> None:
    """Raise `NotAllowed` where the request has an id, module or wrapper that is not on the allow-list."""
    for module in request.modules:
        allow.check_module(module)
    allow.check_env(request.id)
    for wrapper in request.wrappers:
        module, _, name = wrapper["id"].rpartition(":")
        if module:
            allow.check_module(module)
        else:
            allow.check_wrapper(name)


def check_kwargs(request: MakeRequest, allow: AllowList) -> None:
    """Raise `BadArgument` or `NotAllowed` where a keyword argument asks for what is refused elsewhere."""
    sources = {"kwargs": request.kwargs, "vector_kwargs": request.vector_kwargs}
    sources |= {f"the kwargs of {wrapper['id']}": wrapper.get("kwargs") for wrapper in request.wrappers}
    for where, values in sources.items():
        for name, value in entries(values):
            if name == "render_mode" and isinstance(value, str) and value not in RENDER_MODES:
                raise BridgeError(
                    "BadArgument",
                    f"make: render_mode in {where} is {value[:80]!r}.",
                    expected=f"{', '.join(RENDER_MODES)} or nil: a server opens no window",
                )
            allow.check_value(f"{name} in {where}", value, request.id)


def entries(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each value in a map or array, at any depth, with the key that it or the array around it has."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from entries(entry, str(key))
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from entries(entry, name)
    else:
        yield name, value


def check_registered(request: MakeRequest) -> None:
    """Raise `UnknownEnvironment` with the nearest ids unless the id is registered."""
    if request.id in gymnasium.registry:
        return
    near = difflib.get_close_matches(request.id, list(gymnasium.registry), n=3, cutoff=0.5)
    imported = ", ".join(request.modules) or "none"
    message = f"No environment is registered under {request.id!r}; modules imported: {imported}."
    if near:
        message += f" Nearest ids: {', '.join(near)}."
    raise BridgeError(
        "UnknownEnvironment",
        message,
        expected="a registered environment id",
        remedy="correct the id, or name the module that registers it as module:id or in imports",
    )


def check_made(request: MakeRequest, env: gymnasium.Env | VectorEnv) -> None:
    """Raise `BadArgument` where the environment has not the render mode or autoreset mode that was asked for."""
    modes = list(env.metadata.get("render_modes", []))
    if request.render_mode is not None and request.render_mode not in modes:
        raise BridgeError(
            "BadArgument",
            f"{request.id} has no render_mode {request.render_mode!r}.",
            expected=f"one of {modes}" if modes else "no render_mode: this environment draws no pictures",
        )
    actual = autoreset_of(env)
    if request.autoreset is not None and actual is not None and request.autoreset != actual:
        raise BridgeError(
            "BadArgument",
            f"{request.id} with backend {request.backend} has the autoreset mode {actual}, not {request.autoreset}.",
            expected=f"autoreset {actual!r}",
            remedy="use the backend sync or async, which have every mode",
        )


def check_size(space: gymnasium.Space, n: int, limits: Limits) -> None:
    """Raise `LimitExceeded` where a batch of n observations of `space` has an array that no frame holds."""
    if isinstance(space, gymnasium.spaces.Dict):
        for sub in space.spaces.values():
            check_size(sub, n, limits)
    elif isinstance(space, gymnasium.spaces.Tuple):
        for sub in space.spaces:
            check_size(sub, n, limits)
    elif isinstance(space, (gymnasium.spaces.Box, gymnasium.spaces.MultiBinary, gymnasium.spaces.MultiDiscrete)):
        size = n * math.prod(space.shape) * space.dtype.itemsize
        if size > limits.max_frame_bytes:
            most = limits.max_frame_bytes * n // size
            raise BridgeError(
                "LimitExceeded",
                f"{n} times an observation of {str(space)[:200]} is {size} bytes; "
                f"max_frame_bytes = {limits.max_frame_bytes}.",
                expected=f"at most {most} environments on a server",
                remedy="use more servers, smaller observations, or raise the servers' max_frame_bytes",
            )


def autoreset_of(env: gymnasium.Env | VectorEnv) -> str | None:
    """The autoreset mode of a vector environment, None for one environment."""
    if not isinstance(env, VectorEnv):
        return None
    mode = env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
    return (mode if isinstance(mode, AutoresetMode) else AutoresetMode(mode)).name.lower()
