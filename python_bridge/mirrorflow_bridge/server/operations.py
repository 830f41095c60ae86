"""The operations of one client: from a decoded request to the frames of its reply."""

from __future__ import annotations

import itertools
import os
import platform
import secrets
from collections.abc import Callable
from typing import Any

import gymnasium
import msgpack
import numpy as np
import zmq

from .. import __version__
from ..env import attributes
from ..env.allow import AllowList
from ..env.held import Held
from ..env.make import make
from ..env.request import MakeRequest
from ..errors import BridgeError
from ..limits import Limits
from ..message import reply
from .arguments import check_arguments

_HANDLES = itertools.count(1)


class Session:
    """What one client holds.

    Args:
        limits, allow: the server's.
        lease: seconds without a message after which its environments are closed; None for none.
        lane_path: the socket of the server's lanes; None where it offers none.
    """

    def __init__(self, limits: Limits, allow: AllowList, lease: float | None, lane_path: str | None = None) -> None:
        self.limits = limits
        self.allow = allow
        self.lease = lease
        self.lane_path = lane_path
        self.lane_token: str | None = None  # opens a lane, once
        self.greeted = False
        self.held: dict[int, Held] = {}
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "hello": self._hello,
            "ping": lambda fields: {"envs": len(self.held)},
            "make": self._make,
            "render": lambda fields: self._handle(fields).render(),
            "get_attr": lambda fields: attributes.get_attr(self._handle(fields), fields, self.allow),
            "set_attr": lambda fields: attributes.set_attr(self._handle(fields), fields, self.allow),
            "call": lambda fields: attributes.call(self._handle(fields), fields, self.allow),
            "close": self._close,
        }

    def carry_out(self, id: int, op: str, fields: dict[str, Any], *, lane: bool = False) -> list[Any]:
        """The frames of the reply to a request, which goes over a lane or not.

        Raises:
            BridgeError: any that the operation may end with.
        """
        check_arguments(op, fields)
        if op == "step":
            return self.step(id, fields["handle"], fields["action"], lane=lane)
        if op == "reset":
            return self._handle(fields).reset(id, fields, lane=lane)
        return reply.ok(id, self._operations[op](fields), self.limits, lane=lane)

    def step(self, id: int, handle: int, action: Any, *, lane: bool) -> list[Any]:
        """As `carry_out`, a `step` whose arguments are checked."""
        held = self.held.get(handle)
        if held is None:
            raise _unknown(handle)
        return held.step(id, action, lane=lane)

    def _handle(self, fields: dict[str, Any]) -> Held:
        held = self.held.get(fields["handle"])
        if held is None:
            raise _unknown(fields["handle"])
        return held

    def _hello(self, fields: dict[str, Any]) -> dict[str, Any]:
        self.greeted = True
        versions = {
            "python": platform.python_version(),
            "gymnasium": gymnasium.__version__,
            "numpy": np.__version__,
            "pyzmq": zmq.__version__,
            "msgpack": ".".join(map(str, msgpack.version)),
        }
        server = {"name": "mirrorflow-bridge", "version": __version__, "pid": os.getpid()}
        return {
            "server": server,
            "versions": versions,
            "limits": self.limits.to_map(),
            "lease": self.lease,
            "lane": self._offer(),
        }

    def _offer(self) -> dict[str, str] | None:
        """The lane of a reply to `hello`; the token of an earlier one opens nothing any more."""
        self.lane_token = None
        if self.lane_path is None:
            return None
        self.lane_token = secrets.token_hex(16)
        return {"path": self.lane_path, "token": self.lane_token}

    def _make(self, fields: dict[str, Any]) -> dict[str, Any]:
        if len(self.held) >= self.limits.max_envs:
            raise BridgeError(
                "LimitExceeded",
                f"This client holds {len(self.held)} environments; max_envs = {self.limits.max_envs}.",
                remedy="close one first, or make one vector environment of several",
            )
        num_envs = fields.get("num_envs")
        if num_envs is not None and num_envs > self.limits.max_num_envs:
            raise BridgeError("LimitExceeded", f"num_envs is {num_envs}; max_num_envs = {self.limits.max_num_envs}.")
        if fields.get("backend") == "async":
            self._check_processes(num_envs or 0)
        info = fields.get("info")
        keep = True if info is None else frozenset(info) if isinstance(info, list) else info
        names = fields.keys() - {"v", "id", "op", "info"}
        request = MakeRequest(**{name: fields[name] for name in names if fields[name] is not None})
        env = make(request, self.allow, self.limits)
        held = Held(env, request, keep, self.limits)
        try:
            description = held.description()
        except BaseException:
            held.close()
            raise
        handle = next(_HANDLES)
        self.held[handle] = held
        return {"handle": handle, **description}

    def _check_processes(self, more: int) -> None:
        """Raise `LimitExceeded` where `more` worker processes (one for each environment of async) are too many."""
        running = sum(held.n for held in self.held.values() if held.request.backend == "async")
        if running + more > self.limits.max_processes:
            raise BridgeError(
                "LimitExceeded",
                f"The backend async needs {more} processes and this client has {running}; max_processes = "
                f"{self.limits.max_processes}.",
                remedy="use the backend sync, or raise the server's max_processes",
            )

    def _close(self, fields: dict[str, Any]) -> dict[str, Any]:
        held = self._handle(fields)
        del self.held[fields["handle"]]
        held.close()
        return {}

    def close_all(self) -> None:
        """Close every environment; one that raises does not keep the others open."""
        while self.held:
            _, held = self.held.popitem()
            try:
                held.close()
            except BridgeError:
                continue


def _unknown(handle: int) -> BridgeError:
    return BridgeError(
        "UnknownHandle",
        f"This client holds no environment {handle}: it was closed, or its lease ran out.",
        remedy="make it again",
    )
