"""The client's end of a lane: whole messages over a Unix stream socket (docs/protocol.md, *The lane*)."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..limits import Limits
from ..message.codec import VERSION, decode, encode
from ..message.joined import ALIGNMENT, LENGTHS
from ..server.endpoint import user_of
from .whole import aligned, message

# Milliseconds between two looks at whether the other end is still there, while a reply is late.
WATCH_EVERY = 50
OPENING = 5.0  # seconds that opening a lane may take
ROOM = 65_536  # bytes of the memory for what comes; a larger message gets memory of its own
_BLANK = bytes(4)  # no message begins with it
_FLAGS = socket.MSG_DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0)


class LaneEnded(Exception):
    """The other end closed the lane, or sent what is no message."""


class Lane:
    """A connection to the socket of a lane, which a `lane` request then opens.

    Args:
        path: where the server listens.
        milliseconds: how long `receive` waits at once.
        most_header, most_body: bytes of a message's header and body, at most.

    Attributes:
        is_torn: whether a message may have been sent or received in part: nothing more must come over this lane.

    Raises:
        OSError: nobody listens there.
        LaneEnded: another user does.
    """

    def __init__(self, path: str, milliseconds: int, most_header: int, most_body: int) -> None:
        self.is_torn = False
        self._milliseconds = milliseconds
        self._most_header, self._most_body = most_header, most_body
        self._messages: deque[list[Any]] = deque()  # those that came while another was sent
        self._small = memoryview(bytearray(ROOM))
        self._memory = self._small
        self._start, self._end = 0, 0  # of what was received and is not taken yet
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(path)
            _check_peer(self._socket)
            # The system's own timeout: with Python's there is a `poll` before each `recv`.
            timeout = struct.pack("@ll", milliseconds // 1000, milliseconds % 1000 * 1000)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        except BaseException:
            self._socket.close()
            raise
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN | select.POLLOUT)

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # the system had no socket to give
            self.close()

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def takes(self, header: int, body: int) -> bool:
        """Whether a message with so many bytes of header and body may go over the lane."""
        return 0 < header <= self._most_header and body <= self._most_body and body % ALIGNMENT == 0

    def send(self, parts: Sequence[Any], wait: Callable[[int], None]) -> None:
        """Send a whole message.

        Args:
            parts: its bytes, one buffer of them after another.
            wait: called while the other end does not read, with the milliseconds so far; raises to give up.

        Raises:
            LaneEnded: the other end closed it.
        """
        try:
            for part in parts:
                sent = self._send_some(part)
                if sent < len(part):
                    left = memoryview(part)[sent:]
                    while left:
                        self._wait_to_send(wait)
                        left = left[self._send_some(left) :]
        except LaneEnded:
            raise
        except BaseException:
            self.is_torn = True
            raise

    def _send_some(self, part: Any) -> int:
        try:
            return self._socket.send(part, _FLAGS)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise LaneEnded(f"it was closed: {error.strerror}") from None

    def _wait_to_send(self, wait: Callable[[int], None]) -> None:
        """Until more can be sent; what comes meanwhile is read, since the other end may wait for that in turn."""
        waited = 0
        while not (found := self._poll.poll(self._milliseconds)):
            waited += self._milliseconds
            wait(waited)
        if found[0][1] & select.POLLIN and self._fill():
            while (message := self._take()) is not None:
                self._messages.append(message)

    def receive(self) -> list[Any] | None:
        """The next message as `[header]` or `[header, body]`, which nobody writes to; None: none came in time.

        Raises:
            LaneEnded: the other end closed it, or broke the form of its messages.
        """
        try:
            while (message := self.buffered()) is None:
                if not self._fill():
                    return None
        except LaneEnded:
            raise
        except BaseException:
            # Ctrl-C while nothing came loses nothing; otherwise it may stand between bytes and their count.
            self.is_torn = self._end > 0 or self._memory[: len(_BLANK)] != _BLANK
            raise
        return message

    def buffered(self) -> list[Any] | None:
        """The next message of what has come already; None: there is none."""
        return self._messages.popleft() if self._messages else self._take()

    def has_more(self) -> bool:
        """Whether something has come that was not received yet."""
        try:
            return len(self._socket.recv(1, _FLAGS | socket.MSG_PEEK)) > 0
        except OSError:
            return False

    def _fill(self) -> bool:
        """Receive more; False where nothing came in time."""
        memory, end = self._memory, self._end
        if end == 0:
            memory[: len(_BLANK)] = _BLANK
        try:
            count = self._socket.recv_into(memory[end:] if end else memory)
        except BlockingIOError:
            return False
        except OSError as error:
            raise LaneEnded(f"it was closed: {error.strerror}") from None
        if count == 0:
            raise LaneEnded("it was closed")
        self._end = end + count
        return True

    def _take(self) -> list[Any] | None:
        """The first message of what was received; None where it is not whole."""
        start, have = self._start, self._end - self._start
        if have < LENGTHS.size:
            self._make_room(LENGTHS.size)
            return None
        header, body = LENGTHS.unpack_from(self._memory, start)
        if not self.takes(header, body):
            raise LaneEnded(f"a message claims {header} bytes of header and {body} of body")
        first = start + LENGTHS.size
        at = first + aligned(header)
        after = at + body
        if start + have < after:
            self._make_room(after - start)
            return None
        frames: list[Any] = [self._memory[first : first + header].tobytes()]
        if body > 0:
            view = self._memory[at:after]
            frames.append(view.tobytes() if self._memory is self._small else view.toreadonly())
        if after == self._end:
            self._memory, self._start, self._end = self._small, 0, 0
        else:
            self._start = after
        return frames

    def _make_room(self, size: int) -> None:
        """Memory in which the first message, of `size` bytes at least, can be completed."""
        memory, start, end = self._memory, self._start, self._end
        if start + size <= len(memory):
            return
        if size > ROOM:
            self._memory = np.empty(size, np.uint8).data
        self._memory[: end - start] = memory[start:end]
        self._start, self._end = 0, end - start


def open_lane(offer: Any, id: int, timeout: float, limits: dict[str, int]) -> Lane | None:
    """The lane that a greeting offered, opened; None where that failed.

    Args:
        offer: its `path` and `token`.
        id: of the request that opens it.
        timeout: seconds.
        limits: the server's.
    """
    lane = None
    try:
        milliseconds = max(1, min(round(timeout * 1000), WATCH_EVERY))
        lane = Lane(offer["path"], milliseconds, limits["max_header_bytes"], limits["max_frame_bytes"])
        deadline = time.monotonic() + min(timeout, OPENING)
        header = encode({"v": VERSION, "id": id, "op": "lane", "token": offer["token"]})[0]
        lane.send(message(header, [], 0), lambda _: None)
        while (frames := lane.receive()) is None and time.monotonic() < deadline:
            pass
        reply = decode(frames or [], Limits())
        if reply["ok"] is True and reply["id"] == id:
            return lane
    except Exception:
        pass  # whatever it was, ZeroMQ does as well
    except BaseException:
        if lane is not None:
            lane.close()
        raise
    if lane is not None:
        lane.close()
    return None


def _check_peer(peer: socket.socket) -> None:
    """Raise `LaneEnded` where the system tells that another user listens."""
    user = user_of(peer)
    if user not in (None, os.geteuid()):
        raise LaneEnded(f"its socket belongs to the user {user}")
