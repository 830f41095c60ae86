"""One connection of the lane (docs/protocol.md): messages out of a stream and into it, without waiting."""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import BridgeError
from ..limits import Limits
from ..message.joined import ALIGNMENT, LENGTHS, PADDING, OneBody, bytes_of
from ..message.scan import SMALL
from .unread import LEAST

if TYPE_CHECKING:
    from .client import Client

READ_AHEAD = 65_536  # bytes of the buffer for what arrives; a message that is larger has a buffer of its own
SEND_BUFFER = 2_097_152  # bytes in the kernel, if it grants them
_AT_ONCE = 256  # parts that one call sends
_SENDS = 16  # calls in a row to a client that reads as fast as it is sent to: then others have their turn


class Lane:
    """A connection; it is a client's once it has shown a token.

    Args:
        connection: from now on the lane's.
        limits: the server's.

    Attributes:
        client: whose it is; None before it is opened, and after the client's lease ran out.
        was_open: whether it was opened.
        is_over: whether nothing can be read or sent any more.
        is_closing: whether it is closed as soon as all is sent; nothing more is read then.
        unread: bytes that are not sent, where each message counts `LEAST` more than it has.
        messages: how many are not sent, or only in part.
    """

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.fd = connection.fileno()
        self.client: Client | None = None
        self.was_open = self.is_over = self.is_closing = False
        self.unread = self.messages = 0
        self.polls_out = False  # whether the server's poll waits until more can be sent
        self._socket = connection
        self._limits = limits
        self._max_header, self._max_body = SMALL, 0  # of the first message
        self._buffer = bytearray(READ_AHEAD)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0  # of what was received in the buffer and not taken yet
        self._large: memoryview | None = None  # a message that is larger than the buffer
        self._filled = 0  # bytes of it that were received
        self._out: deque[tuple[memoryview, int]] = deque()  # and what of `unread` ends with each

    def open(self, client: Client) -> None:
        """Make this the lane of `client`."""
        self.client, self.was_open = client, True
        self._max_header, self._max_body = self._limits.max_header_bytes, self._limits.max_frame_bytes

    def receive(self) -> None:
        """Read what has arrived, as much as there is room for; every whole message was taken before (`next`)."""
        try:
            if self._large is not None:
                size = self._socket.recv_into(self._large[self._filled :])
                self._filled += size
            elif self._start < self._end:
                size = self._socket.recv_into(self._view[self._end :])
                self._end += size
            else:
                self._start = 0
                self._end = size = self._socket.recv_into(self._view)
            self.is_over = size == 0
        except BlockingIOError:
            return
        except OSError:
            self.is_over = True

    def next(self) -> tuple[bytes, list[Any]] | None:
        """The header and the array frame (if there is one) of the next message, None until it is whole.

        Raises:
            BridgeError: the lengths are not what they may be; nothing after them can be read.
        """
        if self._large is not None:
            return self._next_large(self._large)
        start = self._start
        have = self._end - start
        if have < 8:
            if start + 8 > READ_AHEAD:
                self._move_to_front()
            return None
        length, body = LENGTHS.unpack_from(self._buffer, start)
        if not 0 < length <= self._max_header or body > self._max_body or body & 7:
            raise self._refused(length, body)
        at = start + 8 + (length + 7 & -8)
        end = at + body
        if end > self._end:
            if end - start > READ_AHEAD:
                # NumPy does not fill it: the system makes memory of it as the bytes arrive.
                self._large = memoryview(np.empty(end - start, np.uint8).data)
                self._large[:have] = self._view[start : self._end]
                self._filled, self._start, self._end = have, 0, 0
            elif end > READ_AHEAD:
                self._move_to_front()
            return None
        self._start = end
        header = bytes(self._view[start + 8 : start + 8 + length])
        return header, [self._buffer[at:end]] if body else []

    def has_received(self) -> bool:
        """Whether something was received that is not taken yet, perhaps not a whole message."""
        return self._start < self._end or self._large is not None

    def _next_large(self, data: memoryview) -> tuple[bytes, list[Any]] | None:
        if self._filled < len(data):
            return None
        self._large = None
        length, body = LENGTHS.unpack_from(data)
        return bytes(data[8 : 8 + length]), [data[len(data) - body :]] if body else []

    def _move_to_front(self) -> None:
        have = self._end - self._start
        self._buffer[:have] = self._buffer[self._start : self._end]
        self._start, self._end = 0, have

    def _refused(self, length: int, body: int) -> BridgeError:
        if length > self._max_header or body > self._max_body:
            return BridgeError(
                "LimitExceeded",
                f"A message over the lane has a header of {length} bytes and a body of {body}.",
                expected=f"at most {self._max_header} and {self._max_body}",
            )
        return BridgeError(
            "BadMessage",
            f"A message over the lane has a header of {length} bytes and a body of {body}.",
            expected="a header of 1 byte at least and a body of a multiple of 8",
        )

    def fits(self, frames: list[Any]) -> bool:
        """Whether a reply can go over the lane."""
        return type(frames) is OneBody

    def send(self, frames: list[Any]) -> None:
        """Send a message that `fits`; what cannot leave at once waits for `flush`."""
        header = frames[0]
        length = len(header)
        if len(frames) < 3 and (len(frames) == 1 or type(frames[1]) is bytes):
            body = frames[1] if len(frames) == 2 else b""
            data = b"".join((LENGTHS.pack(length, len(body)), header, PADDING[length % ALIGNMENT], body))
            sent = 0
            if not self._out:
                try:
                    sent = self._socket.send(data)
                except BlockingIOError:
                    pass
                except OSError:
                    self.is_over = True
                    return
                if sent == len(data):
                    return
            self._queue([memoryview(data)[sent:]])
            return
        body = sum(map(bytes_of, frames[1:]))
        start = b"".join((LENGTHS.pack(length, body), header, PADDING[length % ALIGNMENT]))
        self._queue([memoryview(start), *(memoryview(part).cast("B") for part in frames[1:])])
        self.flush()

    def _queue(self, parts: list[memoryview]) -> None:
        size = LEAST + sum(map(len, parts))
        self.unread += size
        self.messages += 1
        self._out.extend((part, 0) for part in parts[:-1])
        self._out.append((parts[-1], size))

    def flush(self) -> None:
        """Send what waits, as much as the connection takes."""
        out = self._out
        for _ in range(_SENDS):
            if not out:
                return
            try:
                sent = self._socket.sendmsg([part for part, _ in islice(out, _AT_ONCE)])
            except BlockingIOError:
                return
            except OSError:
                self.is_over = True
                return
            while out and sent >= len(out[0][0]):
                part, size = out.popleft()
                sent -= len(part)
                self.unread -= size
                self.messages -= size > 0
            if sent:
                part, size = out[0]
                out[0] = part[sent:], size

    def has_unsent(self) -> bool:
        """Whether something waits for `flush`."""
        return bool(self._out)

    def close(self) -> None:
        """Close the connection; what was not sent is lost."""
        self.is_over = True
        # Workers of environments may have the descriptor, too: closing it alone would not end the connection.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
