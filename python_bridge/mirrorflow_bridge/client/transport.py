"""The two ways of a client's messages: a ZeroMQ socket, and a lane beside it where the server offers one."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import zmq

from ..errors import BridgeError
from ..limits import Limits
from ..message.codec import VERSION, decode, encode
from ..server.endpoint import is_ipv6
from .lane import WATCH_EVERY, Lane, LaneEnded
from .whole import MOST_ID, message

# A plain int: `send_multipart` and `recv_multipart` handle ZeroMQ's enums, which costs more than a frame.
MORE = int(zmq.SNDMORE)
LIMITS = Limits()
LOOKS = 10  # at it after a lane has ended, before no more than that is told
ELSEWHERE = 64  # bytes, at most, of the message that says so
TRANSPORTS = ("auto", "zeromq")


class Transport:
    """Sends and receives messages as they are; the arguments are those of `Client`.

    Attributes:
        watch: called while a reply is late; raises where none will come.
        has_lost_lane: whether a lane ended, with what was on its way, since the last greeting.
    """

    def __init__(self, endpoint: str, timeout: float, keys: tuple[bytes, bytes, bytes] | None, transport: str) -> None:
        check_transport(transport)
        self.timeout = timeout
        self.watch: Callable[[], None] | None = None
        self.has_lost_lane = False
        self._wants_lane = transport == "auto" and endpoint.startswith("ipc://")
        self._lane: Lane | None = None
        self._is_torn = False
        self._has_rest = False  # whether a message may have been received in part
        self._is_beside = False  # whether the last message went over ZeroMQ although there is a lane
        self._early: deque[list[Any]] = deque()  # messages that came while another was waited for
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.rcvtimeo = min(round(timeout * 1000), WATCH_EVERY)
        if keys is not None:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = keys
        socket.ipv6 = is_ipv6(endpoint)
        socket.connect(endpoint)
        self.socket = socket
        self._ids = itertools.count(1)

    def close(self) -> None:
        """Close the sockets; the server keeps the environments until they are closed or the lease runs out."""
        self._close_lane()
        self.socket.close()

    @property
    def has_lane(self) -> bool:
        """Whether messages take a lane."""
        return self._lane is not None

    @property
    def is_torn(self) -> bool:
        """Whether Ctrl-C may have left a message sent in part: only a new client begins a new message."""
        return self._is_torn or (self._lane is not None and self._lane.is_torn)

    def new_id(self) -> int:
        """The id of the next request."""
        return next(self._ids) % MOST_ID

    def send_frames(self, frames: list[Any]) -> None:
        """Send a message as it is: over the lane if there is one that takes it."""
        if self._lane is not None and len(frames) <= 2:
            header, *body = frames
            size = sum(map(len, body))
            if self._lane.takes(len(header), size):
                self._send_over_lane(message(header, body, size))
                return
        self._send_over_zeromq(frames)

    def _send_over_lane(self, parts: list[Any]) -> None:
        """Send the bytes of a message, which are in `parts`."""
        assert self._lane is not None
        if self._is_beside:
            self._settle()
        try:
            self._lane.send(parts, self._wait_to_send)
        except LaneEnded as error:
            raise self._lost(error) from None

    def _send_over_zeromq(self, frames: list[Any]) -> None:
        if self._lane is not None and not self._is_beside:
            self._settle()
        send = self.socket.send
        try:
            for frame in frames[:-1]:
                send(frame, MORE)
            send(frames[-1])
        except KeyboardInterrupt:
            self._is_torn = True
            raise

    def _wait_to_send(self, milliseconds: int) -> None:
        if milliseconds >= self.timeout * 1000:
            raise TimeoutError(f"{self._name()} read nothing for {self.timeout:g} s")
        if self.watch is not None:
            self.watch()

    def _settle(self) -> None:
        """Wait until what went one way is carried out, before the other is taken: nothing orders the two.

        Raises:
            BridgeError: the server answers with an error.
            TimeoutError: it does not answer.
        """
        deadline = time.monotonic() + self.timeout
        while not (reply := self._ping())["ok"]:
            if reply["error"]["code"] != "Busy" or time.monotonic() > deadline:
                raise BridgeError.from_map(reply["error"])
            time.sleep(0.001)
        self._is_beside = not self._is_beside

    def _ping(self) -> dict[str, Any]:
        """The reply to a `ping` the way that the last message went; those that come before it are kept."""
        id = self.new_id()
        header = encode({"v": VERSION, "id": id, "op": "ping"})[0]
        if self._is_beside:
            self.socket.send(header)
        else:
            self._send_over_lane(message(header, [], 0))
        while True:
            frames = self._receive(self.timeout)
            reply = decode(frames, LIMITS)
            if reply["id"] == id:
                return reply
            self._early.append(frames)

    def receive_frames(self, timeout: float | None = None) -> list[Any]:
        """The next message.

        Raises:
            BridgeError: `ConnectionLost` where the lane ended.
            TimeoutError: none came.
        """
        return self._early.popleft() if self._early else self._receive(timeout)

    def _receive(self, timeout: float | None) -> list[Any]:
        seconds = self.timeout if timeout is None else timeout
        deadline = time.monotonic() + seconds
        lane = None if self._is_beside else self._lane
        while True:
            try:
                found = self._receive_over_zeromq(deadline, timeout is None) if lane is None else lane.receive()
            except LaneEnded as error:
                raise self._lost(error) from None
            if found is not None:
                if lane is None or not _is_elsewhere(found):
                    return found
                lane = None
            elif time.monotonic() >= deadline:
                raise TimeoutError(f"no reply from {self._name()} within {seconds:g} s")
            elif self.watch is not None:
                self._look(self.watch, lane)

    def _receive_over_zeromq(self, deadline: float, waits: bool) -> list[Any] | None:
        with contextlib.suppress(zmq.Again):
            # Waiting in `recv` costs half of what a poll before it does.
            if waits or self.socket.poll(int(max(0.0, deadline - time.monotonic()) * 1000)):
                return self._receive_all()
        return None

    def _receive_all(self) -> list[bytes]:
        receive = self.socket.recv
        if self._has_rest:
            self._drop_rest()
        try:
            part = receive(copy=False)
            frames = [part.bytes]
            while part.more:
                part = receive(copy=False)
                frames.append(part.bytes)
        except zmq.Again:
            raise
        except BaseException:
            # Ctrl-C between two parts: the rest must not be read as a message of its own.
            self._has_rest = True
            raise
        return frames

    def _drop_rest(self) -> None:
        while self.socket.rcvmore:
            self.socket.recv()
        self._has_rest = False

    def _look(self, watch: Callable[[], None], lane: Lane | None) -> None:
        try:
            watch()
        except Exception:
            # What was sent before the end is still read.
            if not (self.socket.poll(WATCH_EVERY) if lane is None else lane.has_more()):
                raise

    def _close_lane(self) -> None:
        if self._lane is not None:
            self._lane.close()
            self._lane, self._is_beside = None, False

    def _lost(self, ended: LaneEnded) -> BridgeError:
        """The error for a lane that ended; raises what `watch` knows of the server's end."""
        self._close_lane()
        self.has_lost_lane = True
        if self.watch is not None:
            for _ in range(LOOKS):
                self.watch()
                time.sleep(WATCH_EVERY / 1000)
        return BridgeError(
            "ConnectionLost",
            f"The lane to {self._name()} ended: {ended}. What was on its way is lost.",
            remedy="call again",
        )

    def _name(self) -> str:
        return self.socket.getsockopt_string(zmq.LAST_ENDPOINT)


def _is_elsewhere(frames: list[Any]) -> bool:
    """Whether a lane's message says that a reply, which is too large for it, comes over ZeroMQ."""
    return len(frames[0]) <= ELSEWHERE and b"\xa9elsewhere\xc3" in frames[0]


def check_transport(transport: str) -> None:
    """Raise `ValueError` unless `transport` is one of `TRANSPORTS`."""
    if transport not in TRANSPORTS:
        raise ValueError(f"transport is {transport!r}; expected {' or '.join(map(repr, TRANSPORTS))}.")
