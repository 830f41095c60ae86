"""The reading side of a server: messages as they come, so many at a time, and whose they are.

ZeroMQ takes one message of each connection in turn. A message of a client that floods is therefore followed by one of
every other client that has sent something, and a round that reads a few messages serves them all alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import zmq

READ_AT_MOST = 16  # messages of a round: what the requests of other clients wait for, at most
READ_SECONDS = 0.002  # after which a round takes no further message, however few it has read
MAX_TURN = 10_000  # connections; a turn with more of them (a flood of new ones) counts as whole

# Plain ints: ZeroMQ's enums cost more than a message.
NOBLOCK, POLLIN = int(zmq.NOBLOCK), int(zmq.POLLIN)


# Takes one message: the identity of its connection, the client's public CURVE key (z85; "" without CURVE), its header
# and array frames (`zmq.Frame`s), and whether more than max_frames of them came, of which the rest was dropped. They
# are arguments since an object for each message costs as much as reading it.
Take = Callable[[bytes, str, Any, list[Any], bool], None]


class Intake:
    """Reads the messages of a `ROUTER` socket.

    Attributes:
        read_until: a time (`time.monotonic`) such that of every connection that had sent something before it, at least
            one message was read since. Who was not heard of for a time before it was silent indeed.
    """

    def __init__(self, socket: zmq.Socket[bytes], max_frames: int) -> None:
        self._socket = socket
        self._pollable = [(socket, POLLIN)]
        self._max_frames = max_frames
        self._has_users = bool(socket.curve_server)
        self.may_have_more = True
        self._patience = -1
        self._turn: set[bytes] = set()
        self._turn_began = self.read_until = time.monotonic()

    def read_round(self, take: Take, patience: int = 0) -> None:
        """Give `take` the messages of one round: those that have arrived, or the first within `patience` ms."""
        receive, turn = self._socket.recv, self._turn
        if patience != self._patience:
            self._socket.rcvtimeo = self._patience = patience
        try:
            identity = receive()  # to wait here costs less than a poll before it
        except zmq.Again:
            self.nothing_left()
            return
        self.may_have_more = True
        end = time.monotonic() + READ_SECONDS
        header: Any  # a frame, whose `get` gives a str for User-Id
        for left in range(READ_AT_MOST, 0, -1):
            header = part = receive(NOBLOCK, copy=False)
            frames: list[Any] = []
            too_many = False
            while part.more:
                part = receive(NOBLOCK, copy=False)
                if len(frames) < self._max_frames:
                    frames.append(part)
                else:
                    too_many = True
            user = header.get("User-Id") if self._has_users else ""
            if identity in turn or len(turn) >= MAX_TURN:
                # The second message of a connection ends the turn of all.
                turn.clear()
                self.read_until, self._turn_began = self._turn_began, time.monotonic()
            turn.add(identity)
            take(identity, user, header, frames, too_many)
            if not self.has_more():
                self.nothing_left()
                return
            if left == 1 or time.monotonic() > end:
                return
            identity = receive(NOBLOCK)

    def has_more(self) -> bool:
        """Whether a message has arrived."""
        return bool(zmq.zmq_poll(self._pollable, 0))

    def nothing_left(self) -> None:
        """Note that all that has arrived was read."""
        self.may_have_more = False
        self._turn.clear()
        self._turn_began = self.read_until = time.monotonic()
