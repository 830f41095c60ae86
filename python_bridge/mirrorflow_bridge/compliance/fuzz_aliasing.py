"""The part of the fuzz test that asks whether a reply can change after its request was carried out.

The environment writes over everything it returned at each call; clients send requests of all kinds at once. Call k of
an environment fills its arrays with k, so each reply must hold that one number, in every entry.
"""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces as gs

from ..client import Client

SIZES = (8, 40_000, 150_000)  # bytes: sent with and without a copy
IN_FLIGHT = 40  # requests of a client, below max_waiting


class ScribblingEnv(gymnasium.Env):
    """Returns the same arrays from every call, filled with the number of the call (modulo 256)."""

    metadata = {"render_modes": ["rgb_array"]}  # noqa: RUF012
    action_space = gs.Discrete(2)

    def __init__(self, size: int = 8, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = gs.Dict(a=gs.Box(0, 255, (size,), np.uint8), b=gs.Box(0, 255, (2, 2), np.uint8))
        self.arrays = {"a": np.zeros(size, np.uint8), "b": np.zeros((2, 2), np.uint8)}
        self.picture = np.zeros((size // 6 + 1, 2, 3), np.uint8)
        self.calls = 0

    def _next(self) -> None:
        self.calls += 1
        for array in (*self.arrays.values(), self.picture):
            array[...] = self.calls % 256

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        self._next()
        return self.arrays, {"array": self.picture}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._next()
        return self.arrays, 0.0, False, False, {"array": self.picture, "deep": [{"array": self.picture}]}

    def render(self) -> np.ndarray:
        self._next()
        return self.picture

    def call_me(self) -> dict[str, np.ndarray]:
        self._next()
        return self.arrays


def numbers(value: Any, dtype: type[np.generic] = np.generic) -> set[int]:
    """The numbers in the arrays of a value that are of this dtype; an array that is torn has several."""
    if isinstance(value, np.ndarray):
        return set(np.unique(value).tolist()) if issubclass(value.dtype.type, dtype) else set()
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return set().union(*(numbers(entry, dtype) for entry in entries))


def fuzz_aliasing(endpoint: str, count: int, random_: random.Random) -> int:
    """Send `count` requests at once to environments of several clients; the number of replies that were looked at.

    Args:
        endpoint: of a server that allows this module.

    Raises:
        AssertionError: a reply does not hold what the environment returned.
    """
    clients = [Client(endpoint, timeout=30) for _ in range(2)]
    held: list[tuple[Client, int, int | None, list[int]]] = []  # client, handle, num_envs, [calls]
    for client in clients:
        client.hello()
        for num_envs, size in [(None, size) for size in SIZES] + [(2, SIZES[1])]:
            given = {"kwargs": {"size": size}, "render_mode": "rgb_array", "num_envs": num_envs}
            handle = client.request("make", env=f"{__name__}:Scribbling-v0", **given)["handle"]
            client.request("reset", handle=handle)
            held.append((client, handle, num_envs, [1]))
    waiting: dict[Client, deque[tuple[int, int]]] = {client: deque() for client in clients}
    seen = 0
    for _ in range(count):
        client, handle, num_envs, calls = random_.choice(held)
        op = random_.choice(["step", "step", "step", "reset", "render", "get_attr", "call"])
        fields: dict[str, Any] = {"step": {"action": 0 if num_envs is None else np.zeros(num_envs, np.int32)}}.get(
            op, {}
        )
        if op in ("get_attr", "call"):
            fields = {"name": "arrays" if op == "get_attr" else "call_me"}
        calls[0] += op != "get_attr"
        waiting[client].append((client.send(op, handle=handle, **fields), calls[0] % 256))
        if len(waiting[client]) >= IN_FLIGHT:
            seen += _check(client, waiting[client])
    for client in clients:
        seen += _check(client, waiting[client])
        client.close()
    return seen


def _check(client: Client, waiting: deque[tuple[int, int]]) -> int:
    count = len(waiting)
    while waiting:
        id, expected = waiting.popleft()
        found = numbers(client.receive_reply(id), np.uint8)
        assert found == {expected}, f"a reply holds {sorted(found)[:5]} where the environment returned {expected}"
    return count


gymnasium.register("Scribbling-v0", f"{__name__}:ScribblingEnv", disable_env_checker=True)
