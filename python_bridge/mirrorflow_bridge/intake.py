"""The reading side of a server: messages as they come, so many at a time, and whose they are.

ZeroMQ takes one message of each connection in turn. A message of a client that floods is therefore followed by one of
every other client that has sent something, and a round that reads a few messages serves them all alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import zmq

READ_AT_MOST = 16  # messages of a round: what the requests of other clients wait for, at most
READ_SECONDS = 0.002  # after which a round takes no further message, however few it has read
MAX_TURN = 10_000  # connections; a turn with more of them (a flood of new ones) counts as whole

# Plain ints: ZeroMQ's enums cost more than a message.
NOBLOCK, EVENTS, POLLIN = int(zmq.NOBLOCK), int(zmq.EVENTS), int(zmq.POLLIN)


class Message(NamedTuple):
    """One message as it arrived."""

    identity: bytes  # of the connection
    user: str  # the client's public CURVE key, z85; "" without CURVE
    header: Any  # a `zmq.Frame`, or b"" where there is none
    frames: list[Any]
    too_many: bool  # more than max_frames array frames; the rest was dropped


class Intake:
    """Reads the messages of a `ROUTER` socket.

    Attributes:
        read_until: a time (`time.monotonic`) such that of every connection that had sent something before it, at least
            one message was read since. Who was not heard of for a time before it was silent indeed.
    """

    def __init__(self, socket: zmq.Socket, max_frames: int) -> None:
        self._socket = socket
        self._max_frames = max_frames
        self._has_users = bool(socket.curve_server)
        self._turn: set[bytes] = set()
        self._turn_began = self.read_until = time.monotonic()

    def read_round(self) -> Iterator[Message]:
        """The messages of one round; there is one at least."""
        events, turn = self._socket.get, self._turn
        end = time.monotonic() + READ_SECONDS
        for _ in range(READ_AT_MOST):
            message = self._read()
            identity = message.identity
            if identity in turn or len(turn) >= MAX_TURN:
                # The second message of a connection ends the turn of all.
                turn.clear()
                self.read_until, self._turn_began = self._turn_began, time.monotonic()
            turn.add(identity)
            yield message
            if not events(EVENTS) & POLLIN:
                self.nothing_left()
                return
            if time.monotonic() > end:
                return

    def nothing_left(self) -> None:
        """Note that all that has arrived was read."""
        self._turn.clear()
        self._turn_began = self.read_until = time.monotonic()

    def _read(self) -> Message:
        receive = self._socket.recv
        part = receive(NOBLOCK, copy=False)
        identity, header, frames, too_many = part.bytes, b"", [], False
        user = part.get("User-Id") if self._has_users else ""
        if part.more:
            part = receive(NOBLOCK, copy=False)
            header = part
        while part.more:
            part = receive(NOBLOCK, copy=False)
            if len(frames) < self._max_frames:
                frames.append(part)
            else:
                too_many = True
        return Message(identity, user, header, frames, too_many)
