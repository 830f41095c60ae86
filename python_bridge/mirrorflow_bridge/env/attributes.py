"""Attributes and methods of environments: `get_attr`, `set_attr` and `call`.

For the backends `sync` and `async` these go to every sub-environment, as in Gymnasium, and give one value for each; a
vector environment of another kind is asked itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gymnasium.vector import VectorEnv

from ..errors import BridgeError
from .allow import AllowList
from .arrays import writable
from .held import Held


def get_attr(held: Held, fields: dict[str, Any], allow: AllowList) -> dict[str, Any]:
    """The value of an attribute; a method has no form and is sent as its text."""
    name = fields["name"]
    allow.check_attribute(name)
    env = held.env
    if not isinstance(env, VectorEnv):
        value = _run(held, name, env.get_wrapper_attr, name)
    elif hasattr(env, "get_attr"):
        value = _run(held, name, env.get_attr, name)
    else:
        value = _run(held, name, getattr, env, name)
    return {"value": value}


def set_attr(held: Held, fields: dict[str, Any], allow: AllowList) -> dict[str, Any]:
    """Set an attribute; on a vector environment an array gives each sub-environment its own value."""
    name, value = fields["name"], writable(fields["value"])
    allow.check_attribute(name)
    env = held.env
    if not isinstance(env, VectorEnv):
        _run(held, name, env.set_wrapper_attr, name, value)
    elif hasattr(env, "set_attr"):
        if isinstance(value, list) and len(value) != held.n:
            raise BridgeError(
                "BadArgument", f"set_attr: value has {len(value)} entries.", expected=f"{held.n}, or one value for all"
            )
        _run(held, name, env.set_attr, name, value)
    else:
        _run(held, name, setattr, env, name, value)
    return {}


def call(held: Held, fields: dict[str, Any], allow: AllowList) -> dict[str, Any]:
    """The result of a method; of one for each sub-environment on a vector environment."""
    name = fields["name"]
    allow.check_attribute(name)
    args = [writable(entry) for entry in fields.get("args") or []]
    kwargs = {key: writable(entry) for key, entry in (fields.get("kwargs") or {}).items()}
    env = held.env
    if not isinstance(env, VectorEnv):
        function = _run(held, name, env.get_wrapper_attr, name)
    elif hasattr(env, "call"):
        return {"value": _run(held, name, env.call, name, *args, **kwargs)}
    else:
        function = _run(held, name, getattr, env, name)
    if not callable(function):
        raise BridgeError("BadArgument", f"call: {name} is no method.", remedy="read it with get_attr")
    return {"value": held.run(f"call of {name}", function, *args, **kwargs)}


def _run(held: Held, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Like `Held.run`, but a missing attribute is the client's mistake."""
    try:
        return held.run(f"attribute {name}", function, *args, **kwargs)
    except BridgeError as error:
        if error.exception == "AttributeError" and f"{name!r}" in f"{error.message} {error.traceback}":
            raise BridgeError(
                "BadArgument", f"{held.request.id} has no attribute {name!r}.", expected="an attribute it has"
            ) from error
        raise
