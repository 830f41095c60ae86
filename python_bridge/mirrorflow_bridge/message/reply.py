"""Replies as frames. A step's reply is put together from bytes that were packed once, where its form allows."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from ..errors import BridgeError
from ..limits import Limits
from .codec import VERSION, encode, pack
from .encode import as_frame, own
from .fitting import fitting_info
from .template import Template

_REWARD = struct.Struct(">Bd")
NOTHING: frozenset[str] = frozenset()


def ok(id: int, fields: dict[str, Any], limits: Limits, fresh: frozenset[str] = NOTHING) -> list[Any]:
    """The frames of a reply with `fields`.

    Args:
        fresh: names of fields whose arrays nobody writes to any more; those of others are copied.

    Raises:
        BridgeError: `LimitExceeded` where the client would have to refuse the reply.
    """
    return encode({"v": VERSION, "id": id, "ok": True, **fields}, limits, fresh)


def transition(id: int, fields: dict[str, Any], limits: Limits, fresh: frozenset[str] = NOTHING) -> list[Any]:
    """As `ok`, for what must not be lost, since the environment has moved on: what is too large in `info` gives way."""
    try:
        return ok(id, fields, limits, fresh)
    except BridgeError:
        return ok(id, {**fields, "info": fitting_info(fields, limits)}, limits, fresh)


def failed(id: int, error: BridgeError) -> list[Any]:
    """The frames of a reply with `error`."""
    return encode({"v": VERSION, "id": id, "ok": False, "error": error.to_map()})


class VectorStep:
    """Replies of a vector environment's `step` whose observations are one array and whose info is empty.

    Args:
        dtype, shape: of the observations.
        fresh: whether nobody writes to the other arrays any more; they are copied otherwise.
    """

    def __init__(self, dtype: np.dtype, shape: tuple[int, ...], fresh: bool) -> None:
        self.dtype, self.shape, self.fresh = dtype, shape, fresh
        n = shape[0]
        batch = np.zeros(n, np.bool_)
        fields = {"obs": np.empty(shape, dtype), "reward": np.zeros(n), "terminated": batch, "truncated": batch}
        self._template = Template({"ok": True, **fields, "info": {}})

    def frames(self, id: int, obs: np.ndarray, reward: Any, terminated: Any, truncated: Any) -> list[Any]:
        """The reply; the arrays have the shape and dtype that were given at the start. Nobody else writes to `obs`."""
        rest = (reward, terminated, truncated)
        return [self._template.header(id), as_frame(obs), *(rest if self.fresh else map(own, rest))]


class SingleStep:
    """Replies of one environment's `step` whose observation is one array or int and whose info is empty."""

    def __init__(self, obs: np.ndarray | int) -> None:
        self.dtype = obs.dtype if isinstance(obs, np.ndarray) else None
        self.shape = obs.shape if isinstance(obs, np.ndarray) else None
        self._templates: dict[tuple[bool, bool], Template] = {}
        for terminated in (False, True):
            for truncated in (False, True):
                over: dict[str, Any] = {"info": {}, "terminated": terminated, "truncated": truncated}
                # The observation (if an int) comes last but one and the reward last: both are packed anew each time.
                fields = {"obs": obs, **over} if self.dtype is not None else over
                template = Template({"ok": True, **fields, "reward": 0.0})
                if self.dtype is None:
                    template.before = bytes([template.before[0] + 1]) + template.before[1:]
                template.after = template.after[:-9]
                self._templates[terminated, truncated] = template

    def fits(self, obs: np.ndarray | int) -> bool:
        """Whether `obs` has the form of the first one: some spaces (a stacked Sequence) give arrays of any length."""
        if isinstance(obs, np.ndarray):
            return obs.shape == self.shape and obs.dtype == self.dtype
        return self.dtype is None

    def frames(self, id: int, obs: Any, reward: float, terminated: bool, truncated: bool) -> list[Any]:
        """The reply; `obs` is an array of the form of the first one that nobody else writes to, or an int."""
        header = self._templates[terminated, truncated].header(id) + _REWARD.pack(0xCB, reward)
        if self.dtype is None:
            return [header + b"\xa3obs" + pack(obs)]
        return [header, as_frame(obs)]
