"""The arguments of each operation: their names, types and whether they may be absent."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import BridgeError

Check = tuple[str, Callable[[Any], bool]]


def _is_int(value: Any) -> bool:
    return type(value) is int


def _names(value: Any) -> bool:
    return type(value) is list and all(type(entry) is str for entry in value)


def _text_map(value: Any) -> bool:
    return type(value) is dict and all(type(key) is str for key in value)


def _wrapper(value: Any) -> bool:
    if type(value) is not dict or type(value.get("id")) is not str or value.keys() - {"id", "kwargs"}:
        return False
    return value.get("kwargs") is None or _text_map(value["kwargs"])


def _seed(value: Any) -> bool:
    if type(value) is list:
        return all(entry is None or (type(entry) is int and entry >= 0) for entry in value)
    return type(value) is int and value >= 0


def _client(value: Any) -> bool:
    return type(value) is dict and type(value.get("name")) is str and type(value.get("version")) is str


ANY: Check = ("any value", lambda value: True)
STR: Check = ("a str", lambda value: type(value) is str)
INT: Check = ("an int", _is_int)
POSITIVE: Check = ("an int ≥ 1", lambda value: type(value) is int and value >= 1)
MAP: Check = ("a map with str keys", _text_map)
OPTIONS: Check = ("a map", lambda value: type(value) is dict)
LIST: Check = ("an array", lambda value: type(value) is list)
NAMES: Check = ("an array of str", _names)
WRAPPERS: Check = (
    'an array of {"id": str, "kwargs": map}',
    lambda value: type(value) is list and all(map(_wrapper, value)),
)
INFO: Check = ("true, false or an array of str", lambda value: type(value) is bool or _names(value))
SEED: Check = ("nil, an int ≥ 0, or an array of such", _seed)
MASK: Check = (
    "an array of dtype |b1 with one dimension",
    lambda value: type(value) is np.ndarray and value.dtype == np.bool_ and value.ndim == 1,
)
CLIENT: Check = ("a map with name and version", _client)


def one_of(*choices: str) -> Check:
    return f"one of {', '.join(choices)}", lambda value: type(value) is str and value in choices


# operation → (required, optional); an optional argument may be nil, a required one may not (ANY excepted).
ARGUMENTS: dict[str, tuple[dict[str, Check], dict[str, Check]]] = {
    "hello": ({"client": CLIENT}, {}),
    "lane": ({"token": STR}, {}),
    "ping": ({}, {}),
    "make": (
        {"env": STR},
        {
            "num_envs": POSITIVE,
            "kwargs": MAP,
            "wrappers": WRAPPERS,
            "imports": NAMES,
            "max_episode_steps": POSITIVE,
            "render_mode": one_of("rgb_array", "ansi"),
            "backend": one_of("sync", "async", "vector_entry_point", "envpool"),
            "vector_kwargs": MAP,
            "autoreset": one_of("next_step", "same_step", "disabled"),
            "info": INFO,
        },
    ),
    "reset": ({"handle": INT}, {"seed": SEED, "options": OPTIONS, "mask": MASK}),
    "step": ({"handle": INT, "action": ANY}, {}),
    "render": ({"handle": INT}, {}),
    "get_attr": ({"handle": INT, "name": STR}, {}),
    "set_attr": ({"handle": INT, "name": STR, "value": ANY}, {}),
    "call": ({"handle": INT, "name": STR}, {"args": LIST, "kwargs": MAP}),
    "close": ({"handle": INT}, {}),
    "cancel": ({"target": INT}, {}),
}
_HEADER = frozenset({"v", "id", "op"})
_NAMES = {op: _HEADER | required.keys() | optional.keys() for op, (required, optional) in ARGUMENTS.items()}


def check_operation(op: str, *, greeted: bool) -> None:
    """Raise `UnknownOperation`, or `NotGreeted` for all but `hello` before a client is greeted."""
    if op not in ARGUMENTS:
        raise BridgeError("UnknownOperation", f"There is no operation {op[:80]!r}.", expected=", ".join(ARGUMENTS))
    if not greeted and op != "hello":
        raise BridgeError(
            "NotGreeted",
            f"{op} without a hello: this client is new to the server, or its lease ran out.",
            remedy="send hello and make the environments again",
        )


def check_names(op: str, fields: dict[str, Any]) -> None:
    """Check the names of the arguments of `op`, before any of them is resolved.

    Raises:
        BridgeError: `BadArgument` for an unknown or missing argument, `BadMessage` for a key that is no str.
    """
    names, required = _NAMES[op], ARGUMENTS[op][0]
    if not names.issuperset(fields):
        raise _unknown(op, next(name for name in fields if name not in names))
    for name, (expected, _) in required.items():
        if name not in fields:
            raise BridgeError("BadArgument", f"{op} has no argument {name!r}.", expected=expected)


def _unknown(op: str, name: Any) -> BridgeError:
    if type(name) is not str:
        return BridgeError("BadMessage", f"The header has the key {str(name)[:40]}.", expected="str keys")
    return BridgeError(
        "BadArgument",
        f"{op} has the unknown argument {name[:80]!r}.",
        expected=", ".join(sorted(_NAMES[op] - _HEADER)) or "no arguments",
    )


def check_arguments(op: str, fields: dict[str, Any]) -> None:
    """Raise `BadArgument` where an argument of `op` is of a wrong type; the names are right (`check_names`)."""
    required, optional = ARGUMENTS[op]
    for name, value in fields.items():
        if name in _HEADER:
            continue
        expected, check = required.get(name) or optional[name]
        if (value is not None or name in required) and not check(value):
            raise BridgeError("BadArgument", f"{op}: {name} is {_what(value)}.", expected=expected)


def _what(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {list(value.shape)}"
    # `reprlib` looks at the first entries alone: a text of the whole of a large value takes long.
    return "nil" if value is None else f"the {type(value).__name__} {reprlib.repr(value)[:80]}"
