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
from .joined import ALIGNMENT, SMALL_BODY, OneBody, body_of, bytes_of
from .template import Template

_REWARD = struct.Struct(">Bd")
NOTHING: frozenset[str] = frozenset()


def ok(
    id: int, fields: dict[str, Any], limits: Limits, fresh: frozenset[str] = NOTHING, *, lane: bool = False
) -> list[Any]:
    """The frames of a reply with `fields`.

    Args:
        fresh: names of fields whose arrays nobody writes to any more; those of others are copied.
        lane: whether it goes over a lane (`encode`).

    Raises:
        BridgeError: `LimitExceeded` where the client would have to refuse the reply.
    """
    return encode({"v": VERSION, "id": id, "ok": True, **fields}, limits, fresh, lane=lane)


def transition(
    id: int, fields: dict[str, Any], limits: Limits, fresh: frozenset[str] = NOTHING, *, lane: bool = False
) -> list[Any]:
    """As `ok`, for what must not be lost, since the environment has moved on: what is too large in `info` gives way."""
    try:
        return ok(id, fields, limits, fresh, lane=lane)
    except BridgeError:
        return ok(id, {**fields, "info": fitting_info(fields, limits)}, limits, fresh, lane=lane)


def failed(id: int, error: BridgeError) -> list[Any]:
    """The frames of a reply with `error`."""
    return encode({"v": VERSION, "id": id, "ok": False, "error": error.to_map()})


class VectorStep:
    """Replies of a vector environment's `step` whose observations are one array and whose info is empty.

    Args:
        obs: observations of the dtype and shape of all others.
        fresh: whether nobody writes to the other arrays any more; they are copied otherwise.
        limits: the server's.
    """

    def __init__(self, obs: np.ndarray, fresh: bool, limits: Limits) -> None:
        self._fresh = fresh
        n = obs.shape[0]
        arrays = [np.ascontiguousarray(obs), np.zeros(n), *[np.zeros(n, np.bool_)] * 2]
        fields = {**dict(zip(("obs", "reward", "terminated", "truncated"), arrays, strict=True)), "info": {}}
        body = Template({"ok": True, **fields}, one_body=True)
        size = sum(map(bytes_of, body_of(list(map(as_frame, arrays)))))
        self._small = body if size <= min(SMALL_BODY, limits.max_frame_bytes) else None
        self._body = body if size <= limits.max_frame_bytes else None
        self._apart = Template({"ok": True, **fields})
        # Zeros between the arrays of a small body.
        self._padding = [bytes(-array.nbytes % ALIGNMENT) for array in (obs, arrays[2])]

    def frames(
        self, id: int, obs: np.ndarray, reward: Any, terminated: Any, truncated: Any, *, lane: bool = False
    ) -> list[Any]:
        """The reply; the arrays have the shape and dtype that were given at the start. Nobody else writes to `obs`."""
        if self._small is not None:
            after_obs, after_flags = self._padding
            if not obs.flags.c_contiguous:
                obs = np.ascontiguousarray(obs)
            parts: tuple[Any, ...] = (obs, after_obs, reward, terminated, after_flags, truncated, after_flags)
            return OneBody((self._small.header(id), b"".join(parts)))
        rest = (reward, terminated, truncated)
        arrays = [as_frame(obs), *(rest if self._fresh else map(own, rest))]
        if lane and self._body is not None:
            return OneBody((self._body.header(id), *body_of(arrays)))
        return [self._apart.header(id), *arrays]


class SingleStep:
    """Replies of one environment's `step` whose observation is one array or int and whose info is empty."""

    def __init__(self, obs: np.ndarray | int, limits: Limits) -> None:
        self.dtype = obs.dtype if isinstance(obs, np.ndarray) else None
        self.shape = obs.shape if isinstance(obs, np.ndarray) else None
        size = obs.nbytes if isinstance(obs, np.ndarray) else 0
        self._padding = bytes(-size % ALIGNMENT or (0 if size else ALIGNMENT))
        size += len(self._padding)
        self._is_small = size <= min(SMALL_BODY, limits.max_frame_bytes)
        self._has_body = size <= limits.max_frame_bytes
        self._headers = {
            (terminated, truncated, one_body): self._template(obs, terminated, truncated, one_body)
            for terminated in (False, True)
            for truncated in (False, True)
            for one_body in (False, True)
        }

    def _template(self, obs: np.ndarray | int, terminated: bool, truncated: bool, one_body: bool) -> Template:
        over: dict[str, Any] = {"info": {}, "terminated": terminated, "truncated": truncated}
        # The observation (if an int) comes last but one and the reward last: both are packed anew each time.
        fields = {"obs": obs, **over} if self.dtype is not None else over
        template = Template({"ok": True, **fields, "reward": 0.0}, one_body=one_body)
        if self.dtype is None:
            template.before = bytes([template.before[0] + 1]) + template.before[1:]
        template.after = template.after[:-9]
        return template

    def fits(self, obs: np.ndarray | int) -> bool:
        """Whether `obs` has the form of the first one: some spaces (a stacked Sequence) give arrays of any length."""
        if isinstance(obs, np.ndarray):
            return obs.shape == self.shape and obs.dtype == self.dtype
        return self.dtype is None

    def frames(
        self, id: int, obs: Any, reward: float, terminated: bool, truncated: bool, *, lane: bool = False
    ) -> list[Any]:
        """The reply; `obs` is an array of the form of the first one that nobody else writes to, or an int."""
        one_body = self._is_small or (lane and self._has_body)
        header = self._headers[terminated, truncated, one_body].header(id) + _REWARD.pack(0xCB, reward)
        if self.dtype is None:
            return OneBody((header + b"\xa3obs" + pack(obs),))
        if not one_body:
            return [header, as_frame(obs)]
        if not self._is_small:
            return OneBody((header, as_frame(obs), self._padding))
        if not obs.flags.c_contiguous:
            obs = np.ascontiguousarray(obs)
        return OneBody((header, b"".join((obs, self._padding))))
