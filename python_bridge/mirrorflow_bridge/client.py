"""A small client of the protocol, for `RemoteAgent`, the compliance suite and the tests."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import zmq

from .errors import BridgeError
from .limits import Limits
from .message.codec import VERSION, decode, encode
from .message.template import Template
from .server.endpoint import is_ipv6

# A plain int: `send_multipart` and `recv_multipart` handle ZeroMQ's enums, which costs more than a frame.
MORE = int(zmq.SNDMORE)
LIMITS = Limits()
# Milliseconds between two looks at whether the other end is still there, while a reply is late.
WATCH_EVERY = 50


class Client:
    """Talks to a server, request by request.

    Args:
        endpoint: the server's.
        timeout: seconds to wait for a reply.
        keys: `(server public, client public, client secret)` as z85, for CURVE.
    """

    def __init__(self, endpoint: str, timeout: float = 10.0, keys: tuple[bytes, bytes, bytes] | None = None) -> None:
        self.timeout = timeout
        self.watch: Callable[[], None] | None = None  # called while a reply is late; raises where none will come
        #: Whether Ctrl-C may have left a message sent in part: only a new client begins a new message.
        self.is_torn = False
        self._has_rest = False  # whether a message may have been received in part
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.rcvtimeo = min(round(timeout * 1000), WATCH_EVERY)
        if keys is not None:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = keys
        socket.ipv6 = is_ipv6(endpoint)
        socket.connect(endpoint)
        self.socket = socket
        self._ids = itertools.count(1)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket; the server keeps the environments until they are closed or the lease runs out."""
        self.socket.close()

    def send(self, op: str, /, **fields: Any) -> int:
        """Send a request without waiting; its id."""
        id = next(self._ids)
        self.send_frames(encode({"v": VERSION, "id": id, "op": op, **fields}))
        return id

    def send_template(self, template: Template, *arrays: Any) -> int:
        """Send a request whose header is made already, without waiting; its id."""
        id = next(self._ids)
        self.send_frames([template.header(id), *arrays])
        return id

    def send_frames(self, frames: list[Any]) -> None:
        """Send a message as it is."""
        send = self.socket.send
        try:
            for frame in frames[:-1]:
                send(frame, MORE)
            send(frames[-1])
        except KeyboardInterrupt:
            self.is_torn = True
            raise

    def receive_frames(self, timeout: float | None = None) -> list[bytes]:
        """The next message.

        Raises:
            TimeoutError: none came.
        """
        seconds = self.timeout if timeout is None else timeout
        deadline = time.monotonic() + seconds
        while True:
            try:
                # Waiting in `recv` costs half of what a poll before it does.
                if timeout is None or self.socket.poll(int(max(0.0, deadline - time.monotonic()) * 1000)):
                    return self._receive_all()
            except zmq.Again:
                pass
            if time.monotonic() >= deadline:
                endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
                raise TimeoutError(f"no reply from {endpoint} within {seconds:g} s")
            if self.watch is not None:
                self._look(self.watch)

    def _look(self, watch: Callable[[], None]) -> None:
        try:
            watch()
        except Exception:
            # What was sent before the end is still read.
            if not self.socket.poll(WATCH_EVERY):
                raise

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

    def receive(self, timeout: float | None = None) -> dict[str, Any]:
        """The fields of the next reply, also of one that says `ok: false`."""
        return decode(self.receive_frames(timeout), LIMITS)

    def request(self, op: str, /, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its reply.

        Raises:
            BridgeError: the reply's error.
            TimeoutError: there was no reply.
        """
        return self.receive_reply(self.send(op, **fields))

    def receive_reply(self, id: int) -> dict[str, Any]:
        """Wait for the reply to the request `id`; those to earlier ones are dropped.

        Raises:
            BridgeError: the reply's error.
            TimeoutError: there was no reply.
        """
        while True:
            reply = self.receive()
            if reply["id"] == id:
                break
        if not reply["ok"]:
            raise BridgeError.from_map(reply["error"])
        return reply

    def hello(self) -> dict[str, Any]:
        """Greet the server; its reply."""
        return self.request("hello", client={"name": "mirrorflow-bridge", "version": "0.1.0"})
