"""One client of a server: its connections, its session and the requests that wait."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from ..errors import BridgeError
from ..limits import Limits
from .lane import Lane
from .operations import Session
from .steps import Step, Steps
from .unread import Unread

# Its id, its header, its array frames, what is wrong with it, its bytes, and the lane that it came over (None: ZeroMQ).
Request = tuple[int, "dict[Any, Any] | Step", list[Any], "BridgeError | None", int, "Lane | None"]


class Client:
    """One client, and when it was last heard of.

    Args:
        identity: of its ZeroMQ connection.
        session: what it holds.
        limits: the server's.
    """

    def __init__(self, identity: bytes, session: Session, limits: Limits) -> None:
        self.identity = identity
        self.session = session
        self.limits = limits
        self.waiting: deque[Request] = deque()
        self.waiting_bytes = 0
        self.unread = Unread()
        self.lane: Lane | None = None
        self.steps = Steps(limits)
        self.heard = time.monotonic()

    def is_busy(self, size: int) -> bool:
        """Whether too many requests wait, by their number or their bytes, for one more of `size`."""
        limits = self.limits
        return len(self.waiting) >= limits.max_waiting or self.waiting_bytes + size > limits.max_frame_bytes

    def is_full(self) -> bool:
        """Whether so much is on the way to it that nothing more is carried out until it reads."""
        return self.unread.is_full(0 if self.lane is None else self.lane.unread)

    def add(self, request: Request) -> None:
        """Put a request behind those that wait."""
        self.waiting.append(request)
        self.waiting_bytes += request[4]

    def first(self) -> Request:
        """Take the request whose turn it is."""
        request = self.waiting.popleft()
        self.waiting_bytes -= request[4]
        return request

    def cancel(self, target: int) -> Request | None:
        """Take the first request with this id; None if none waits."""
        found = next((request for request in self.waiting if request[0] == target), None)
        if found is not None:
            self.waiting.remove(found)
            self.waiting_bytes -= found[4]
        return found

    def drop(self, lane: Lane | None) -> None:
        """Forget the requests that came over `lane`, or over ZeroMQ: nobody waits for their replies."""
        self.waiting = deque(request for request in self.waiting if request[5] is not lane)
        self.waiting_bytes = sum(request[4] for request in self.waiting)
