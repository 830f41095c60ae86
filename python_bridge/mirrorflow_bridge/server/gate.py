"""The lanes' side of the server's loop: what arrives on any way, lanes that open and end, and their replies."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import BridgeError
from ..limits import Limits
from ..message import reply
from ..message.codec import read_header, resolve
from .arguments import check_arguments, check_names, check_operation
from .client import Client
from .envelope import check_envelope, read_id
from .intake import READ_AT_MOST, Intake, Take
from .lane import Lane
from .lanes import WRITE, Lanes
from .unread import send_limit

# Takes one message of a client: its lane, its header and array frames.
TakeFrom = Callable[[Client, Lane, bytes, list[Any]], None]


class Gate:
    """Reads from ZeroMQ and from the lanes.

    Args:
        lanes: those of the server.
        intake: of its ZeroMQ socket.
        clients: of the server, by what it knows them by.
        limits: the server's.
        take: takes the messages that come over a lane of a client.
    """

    def __init__(
        self, lanes: Lanes, intake: Intake, clients: dict[bytes, Client], limits: Limits, take: TakeFrom
    ) -> None:
        self.lanes = lanes
        self._intake = intake
        self._clients = clients
        self._limits = limits
        self._take = take
        self._most_unsent = send_limit(limits)
        self._has_answered = False  # whether a request over a lane was answered since it last read

    def read_round(self, take: Take, patience: int) -> None:
        """Read a few of the messages that have arrived, or that do within `patience` milliseconds.

        Args:
            take: takes those that come over ZeroMQ.
        """
        intake, lanes = self._intake, self.lanes
        if lanes.left:
            patience = 0
        elif intake.may_have_more and not intake.has_more():
            intake.nothing_left()
        events = lanes.wait(0 if intake.may_have_more else patience, self._has_answered)
        self._has_answered = False
        left = list(lanes.left) if lanes.left else ()
        for fd, event in events:
            lane = lanes.lanes.get(fd)
            if lane is not None:
                self._serve(lane, event)
            elif fd == lanes.fd:
                lanes.accept()
            else:
                intake.may_have_more = True
        for lane in left:
            self._take_from(lane)
        if not intake.may_have_more:
            intake.read_until = time.monotonic()  # nothing was there when the wait was over
        elif intake.has_more():
            intake.read_round(take)
        else:
            intake.nothing_left()
        if lanes.deadlines:
            for lane in lanes.overdue():
                self.end(lane)

    def send(self, lane: Lane, frames: list[Any]) -> None:
        """Send a reply over `lane`; it is lost if the lane is over, or beyond `send_limit`."""
        if lane.is_over or lane.messages >= self._most_unsent:
            return
        self._has_answered = True
        lane.send(frames)
        if lane.is_over:
            self.end(lane)
        elif lane.has_unsent() != lane.polls_out:
            self.lanes.watch(lane)

    def _serve(self, lane: Lane, event: int) -> None:
        if event & WRITE:
            lane.flush()
            if not lane.is_over:
                self.lanes.watch(lane)
        if event & ~WRITE and lane not in self.lanes.left:
            if lane.is_closing:
                lane.is_over = True  # its other end has gone
            else:
                lane.receive()
                if not lane.is_over:
                    self._take_from(lane)
        if lane.is_over:
            self.end(lane)

    def _take_from(self, lane: Lane) -> None:
        """Take the messages that `lane` has received, a few of them."""
        self.lanes.left.pop(lane, None)
        for _ in range(READ_AT_MOST):
            try:
                message = None if lane.is_over or lane.is_closing else lane.next()
            except BridgeError as error:
                self._refuse(lane, 0, error)
                return
            if message is None:
                return
            client = lane.client
            if client is None:
                self._open(lane, *message)
            else:
                self._take(client, lane, *message)
            if not lane.has_received():
                return
        if not lane.is_over and not lane.is_closing:
            self.lanes.left[lane] = None

    def _open(self, lane: Lane, data: bytes, frames: list[Any]) -> None:
        """Answer the first message of a connection, or one after the lease of its client ran out."""
        id = 0
        try:
            header = read_header(data, self._limits)
            id = read_id(header)
            check_envelope(header)
            if lane.was_open:
                check_operation(header["op"], greeted=False)
            if header["op"] != "lane":
                raise BridgeError("BadMessage", "The first message of a lane opens it.", expected="the operation lane")
            check_names("lane", header)
            check_arguments("lane", resolve(header, frames, self._limits, allow_repr=False))
            client = _of_token(self._clients.values(), header["token"])
        except BridgeError as error:
            self._refuse(lane, id, error)
            return
        if client.lane is not None:
            self.end(client.lane)
        client.session.lane_token = None
        client.lane = lane
        lane.open(client)
        self.lanes.deadlines.pop(lane, None)
        self.send(lane, reply.ok(id, {}, self._limits))

    def _refuse(self, lane: Lane, id: int, error: BridgeError) -> None:
        """Send an error, the last that goes over `lane`."""
        self._forget(lane)
        self.lanes.end_soon(lane)
        self.send(lane, reply.failed(id, error))

    def _forget(self, lane: Lane) -> None:
        client = lane.client
        if client is not None:
            client.drop(lane)
            lane.client = client.lane = None

    def end(self, lane: Lane) -> None:
        """Close `lane`; the requests that wait for replies over it are forgotten."""
        self._forget(lane)
        self.lanes.close(lane)


def _of_token(clients: Iterable[Client], token: str) -> Client:
    """The client whose lane a token opens.

    Raises:
        BridgeError: `BadArgument`.
    """
    for client in clients:
        expected = client.session.lane_token
        if expected is not None and secrets.compare_digest(expected.encode(), token.encode()):
            return client
    raise BridgeError(
        "BadArgument", "The token opens no lane.", expected="the token of the client's last hello, which opens one lane"
    )
