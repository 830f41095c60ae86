"""What a request to make an environment is checked for, before and after it is made."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from typing import Any

import gymnasium
from gymnasium.vector import AutoresetMode, VectorEnv

from ..errors import BridgeError
from ..limits import Limits
from .allow import AllowList
from .request import MakeRequest

RENDER_MODES = ("rgb_array", "ansi")


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
    sources: dict[str, Any] = {"kwargs": request.kwargs, "vector_kwargs": request.vector_kwargs}
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


def check_size(space: gymnasium.Space[Any], n: int, limits: Limits) -> None:
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
