"""How much of what was sent to a client ZeroMQ still holds, so that a client that does not read costs a bounded memory.

ZeroMQ tells when it is done with a frame that it did not copy: by then all that was sent before it has left, too. So a
header now and then is sent as such a frame, a mark.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import zmq

from ..limits import Limits
from ..message.joined import bytes_of

MAX_UNREAD = 67_108_864  # bytes; a client with as much on the way gets no further request carried out until it reads
# What a reply counts at least: 2,048 small ones are as much as a client may have unread, which is below sndhwm.
LEAST = MAX_UNREAD // 2_048
MARK_EVERY = 8_388_608  # bytes between two marks: one mark costs several times what sending a frame does


def send_limit(limits: Limits) -> int:
    """Replies to one client that may be unsent: beyond it they are dropped.

    Only `Busy` and replies to `cancel` come near it: a client that does not read gets no other reply.
    """
    return 4_096 + 2 * limits.max_waiting


class Unread:
    """The replies on their way to one client."""

    def __init__(self) -> None:
        self._marks: deque[tuple[zmq.MessageTracker, int]] = deque()
        self._marked = 0  # bytes before the last mark that may still be held
        self._since = 0  # bytes since the last mark

    def add(self, frames: list[Any]) -> list[Any]:
        """Count the frames of a reply; the frames to send, of which the header may now be a mark."""
        size = LEAST + sum(map(bytes_of, frames))
        if self._since >= MARK_EVERY:
            mark = zmq.Frame(frames[0], copy=False, track=True, copy_threshold=0)
            self._marks.append((mark.tracker, self._since))
            self._marked += self._since
            self._since = 0
            frames = [mark, *frames[1:]]
        self._since += size
        return frames

    def is_full(self, others: int = 0) -> bool:
        """Whether `MAX_UNREAD` may be on its way, with `others` that ZeroMQ does not hold; the last not counted."""
        while self._marks and self._marks[0][0].done:
            self._marked -= self._marks.popleft()[1]
        return self._marked + others + MARK_EVERY > MAX_UNREAD
