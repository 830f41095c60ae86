"""The server: reads a few of the messages that have arrived, then carries out requests, one of each client in turn.

One thread does it all: an environment is not safe to call from several, and a step is shorter than handing it over.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import zmq

from ..env.allow import AllowList
from ..errors import BridgeError, ServerEnds, environment_fault
from ..limits import Limits
from ..message import reply
from ..message.codec import Start, read_header, read_prefix, read_start, resolve
from ..message.decode import too_many_frames
from ..message.encode import COPY_BELOW
from ..message.scan import SMALL
from .arguments import check_arguments, check_names, check_operation
from .envelope import busy, check_envelope, read_id, too_long
from .intake import NOBLOCK, Intake
from .operations import Session
from .unread import Unread

SEND_BUFFER = 2_097_152  # bytes in the kernel: a large reply leaves in few pieces
UNREAD_POLL = 5  # milliseconds between two looks whether a client has read its replies


MORE = int(zmq.NOBLOCK | zmq.SNDMORE)
# Its id, header and array frames, and what is wrong with it.
Request = tuple[int, dict[str, Any], list[Any], "BridgeError | None"]


class Client:
    """One client: its connection and session, the requests that wait, and when it was last heard of."""

    def __init__(self, identity: bytes, session: Session) -> None:
        self.identity = identity
        self.session = session
        self.waiting: deque[tuple[int, dict[str, Any], list[Any], BridgeError | None, int]] = deque()
        self.waiting_bytes = 0
        self.unread = Unread()
        self.heard = time.monotonic()


class Server:
    """Serves environments on a bound `ROUTER` socket until `stop` is set.

    Args:
        socket: the socket; the server sets its limits (`configure` before it is bound).
        limits: see docs/protocol.md, *Limits*.
        allow: what clients may ask for.
        lease: seconds after which a silent client's environments are closed; None for never.
    """

    def __init__(self, socket: zmq.Socket[bytes], limits: Limits, allow: AllowList, lease: float | None) -> None:
        self.socket = socket
        self.limits = limits
        self.allow = allow
        self.lease = lease
        # Those that were greeted, by their routing id and CURVE key: another key is another client.
        self.clients: dict[bytes, Client] = {}
        self.intake = Intake(socket, limits.max_frames)
        self.stop = False

    @staticmethod
    def configure(socket: zmq.Socket[bytes], limits: Limits) -> None:
        """Set the options that must be set before the socket is bound."""
        socket.maxmsgsize = max(limits.max_frame_bytes, limits.max_header_bytes)
        socket.linger = 1000
        socket.rcvhwm = 2 * limits.max_waiting
        # ZeroMQ drops replies beyond this. Only `Busy` comes near it: a client that does not read gets no other reply.
        socket.sndhwm = 4_096 + 2 * limits.max_waiting
        socket.copy_threshold = COPY_BELOW
        socket.sndbuf = SEND_BUFFER

    def run(self) -> None:
        """Serve until `stop` is set; then close every environment."""
        patience = self._patience()
        try:
            while not self.stop:
                if self.intake.has_more(patience):
                    self.intake.read_round(self._take)
                else:
                    self.intake.nothing_left()
                self._end_leases()
                patience = self._carry_out_round()
        finally:
            for client in self.clients.values():
                client.session.close_all()

    def _patience(self) -> int:
        """Milliseconds to wait for a message: until the next lease may run out, at most a second."""
        return 1000 if self.lease is None else max(1, min(1000, int(self.lease * 250)))

    def _take(self, identity: bytes, user: str, data: Any, frames: list[Any], too_many: bool) -> None:
        """Read one header and queue its request; `cancel`, `Busy` and a client not yet greeted are answered at once."""
        key = identity + user.encode() if user else identity
        client = self.clients.get(key)
        size = len(data)
        if client is None and size > SMALL:
            self._refuse(identity, data)
            return
        id, header, error = 0, {}, None
        try:
            header = read_start(data, self.limits)
            id = read_id(header)
            check_envelope(header)
            check_operation(header["op"], greeted=client is not None)
            if type(header) is not Start:
                check_names(header["op"], header)
            elif header["op"] == "cancel":
                raise too_long(size)
            if too_many:
                raise too_many_frames(self.limits)
        except BridgeError as found:
            error, frames, size = found, [], 0
        if client is None:
            self._greet(key, identity, (id, header, frames, error))
            return
        client.heard = time.monotonic()
        if frames:
            size += sum(map(len, frames))
        if error is None and header["op"] == "cancel":
            self._cancel(client, id, header, frames)
        elif client.waiting and self._is_busy(client, size):
            self._send(identity, reply.failed(id, busy(self.limits)))
        else:
            client.waiting.append((id, header, frames, error, size))
            client.waiting_bytes += size

    def _refuse(self, identity: bytes, data: Any) -> None:
        """Answer a large message of a client that is not known without reading more of it than its start."""
        header = read_prefix(data)
        try:
            check_envelope(header)
            check_operation(header["op"], greeted=False)
            raise too_long(len(data))
        except BridgeError as error:
            self._send(identity, reply.failed(read_id(header), error))

    def _is_busy(self, client: Client, size: int) -> bool:
        """Whether a client has too many requests waiting, by their number or their bytes, for one more of `size`."""
        limits = self.limits
        return len(client.waiting) >= limits.max_waiting or client.waiting_bytes + size > limits.max_frame_bytes

    def _greet(self, key: bytes, identity: bytes, request: Request) -> None:
        """Answer a client that is not known: with an error, or its `hello`, which makes it known."""
        client = Client(identity, Session(self.limits, self.allow, self.lease))
        self._send(identity, self._answer(client, *request))
        if client.session.greeted:
            for other in self.clients.values():
                # Its connection has gone: the replies would go to this one.
                if other.identity == identity:
                    other.waiting.clear()
            self.clients[key] = client

    def _carry_out_round(self) -> int:
        """Carry out one waiting request of each client; milliseconds that may pass before the next round."""
        patience = self._patience()
        for client in self.clients.values():
            if not client.waiting:
                continue
            if client.unread.is_full():
                patience = min(patience, UNREAD_POLL)
                continue
            id, header, frames, error, size = client.waiting.popleft()
            client.waiting_bytes -= size
            if error is None and type(header) is Start:
                header, error = self._read_rest(header)
            self._send(client.identity, client.unread.add(self._answer(client, id, header, frames, error)))
            # It has only now something to go on with.
            client.heard = time.monotonic()
            if client.waiting:
                patience = 0
        return patience

    def _read_rest(self, start: Start) -> tuple[dict[str, Any], BridgeError | None]:
        """The whole of a large header, in the turn of its client, and what is wrong with it."""
        try:
            header = read_header(bytes(start.data), self.limits)
            check_envelope(header)
            check_names(header["op"], header)
            return header, None
        except BridgeError as error:
            return start, error

    def _answer(
        self, client: Client, id: int, header: dict[str, Any], frames: list[Any], error: BridgeError | None
    ) -> list[Any]:
        """The frames of the reply to one request, whatever happens."""
        try:
            if error is not None:
                raise error
            fields = resolve(header, frames, self.limits, allow_repr=False)
            return client.session.carry_out(id, fields["op"], fields)
        except BridgeError as found:
            return reply.failed(id, found)
        except ServerEnds:
            raise
        except BaseException as found:
            return reply.failed(id, environment_fault(found, f"while the server carried out {header.get('op')!r}"))

    def _cancel(self, client: Client, id: int, header: dict[str, Any], frames: list[Any]) -> None:
        try:
            check_arguments("cancel", resolve(header, frames, self.limits, allow_repr=False))
        except BridgeError as error:
            self._send(client.identity, reply.failed(id, error))
            return
        target = header["target"]
        found = next((entry for entry in client.waiting if entry[0] == target), None)
        if found is not None:
            client.waiting.remove(found)
            client.waiting_bytes -= found[-1]
            cancelled = BridgeError("Cancelled", f"Request {target} was cancelled before it was carried out.")
            self._send(client.identity, reply.failed(target, cancelled))
        self._send(client.identity, reply.ok(id, {"cancelled": found is not None}, self.limits))

    def _send(self, identity: bytes, frames: list[Any]) -> None:
        """Send a reply; one that cannot be sent (the client has gone) is dropped."""
        send = self.socket.send
        try:
            send(identity, MORE)
            last = len(frames) - 1
            for at, frame in enumerate(frames):
                send(frame, MORE if at < last else NOBLOCK, copy=type(frame) is bytes and len(frame) < COPY_BELOW)
        except zmq.Again:
            return

    def _end_leases(self) -> None:
        """Close what silent clients hold: by the time up to which all was read, so also while others flood."""
        if self.lease is None:
            return
        limit = self.intake.read_until - self.lease
        for key, client in list(self.clients.items()):
            if client.heard < limit and (not client.waiting or client.unread.is_full()):
                client.session.close_all()
                del self.clients[key]
