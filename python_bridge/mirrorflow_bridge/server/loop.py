"""The server: reads a few of the messages that have arrived, then carries out requests, one of each client in turn.

One thread does it all: an environment is not safe to call from several, and a step is shorter than handing it over.
"""

from __future__ import annotations

import time
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
from .client import Client, Request
from .envelope import busy, check_envelope, check_way, read_id, too_long
from .gate import Gate
from .intake import NOBLOCK, Intake
from .lane import SEND_BUFFER, Lane
from .lanes import Lanes
from .operations import Session
from .steps import Step
from .unread import send_limit

UNREAD_POLL = 5  # milliseconds between two looks whether a client has read its replies
MORE = int(zmq.NOBLOCK | zmq.SNDMORE)


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
        self.gate: Gate | None = None
        self.stop = False
        # Milliseconds to wait for a message: until the next lease may run out, at most a second.
        self._patience = 1000 if lease is None else max(1, min(1000, int(lease * 250)))

    @staticmethod
    def configure(socket: zmq.Socket[bytes], limits: Limits) -> None:
        """Set the options that must be set before the socket is bound."""
        socket.maxmsgsize = max(limits.max_frame_bytes, limits.max_header_bytes)
        socket.linger = 1000
        socket.rcvhwm = 2 * limits.max_waiting
        socket.sndhwm = send_limit(limits)
        socket.copy_threshold = COPY_BELOW
        socket.sndbuf = SEND_BUFFER

    def offer(self, lanes: Lanes) -> None:
        """Serve over `lanes`, too; they wait for the file descriptor of the ZeroMQ socket as well."""
        self.gate = Gate(lanes, self.intake, self.clients, self.limits, self._take)

    def run(self) -> None:
        """Serve until `stop` is set; then close every environment."""
        patience = self._patience
        try:
            while not self.stop:
                if self.gate is None:
                    self.intake.read_round(self._take_frames, patience)
                else:
                    self.gate.read_round(self._take_frames, patience)
                if self.lease is not None:
                    self._end_leases(self.lease)
                patience = self._carry_out_round()
        finally:
            for client in self.clients.values():
                client.session.close_all()

    def _take_frames(self, identity: bytes, user: str, data: Any, frames: list[Any], too_many: bool) -> None:
        """Queue the request of a message over ZeroMQ; a client that is not known is answered at once."""
        key = identity + user.encode() if user else identity
        client = self.clients.get(key)
        if client is not None:
            self._take(client, None, data if len(data) > SMALL else data.bytes, frames, too_many)
        elif len(data) > SMALL:
            self._refuse(identity, data)
        else:
            self._greet(key, identity, self._read(None, data.bytes, frames, too_many))

    def _take(self, client: Client, lane: Lane | None, data: Any, frames: list[Any], too_many: bool = False) -> None:
        """Queue the request of a client's message; `cancel` and `Busy` are answered at once."""
        client.heard = time.monotonic()
        known = client.steps.find(data, frames) if len(data) <= SMALL else None
        if known is not None:
            size = len(data) + (len(frames[0]) if frames else 0)
            request: Request = (*known, frames, None, size, lane)
        else:
            request = self._read(client, data, frames, too_many, lane)
            id, header, frames, error, size, _ = request
            if error is None and type(header) is dict:
                if header["op"] == "cancel":
                    self._cancel(client, id, header, frames, lane)
                    return
                if header["op"] == "step":
                    client.steps.add(data, header, frames)
        if client.waiting and client.is_busy(size):
            self._send(client, reply.failed(request[0], busy(self.limits)), lane)
        else:
            client.add(request)

    def _read(
        self, client: Client | None, data: Any, frames: list[Any], too_many: bool, lane: Lane | None = None
    ) -> Request:
        """The request of a message, with what can be told to be wrong with it before its turn."""
        id, header, error, size = 0, {}, None, len(data)
        try:
            header = read_start(data, self.limits)
            id = read_id(header)
            check_envelope(header)
            check_operation(header["op"], greeted=client is not None)
            check_way(header["op"], has_lane=lane is not None)
            if type(header) is not Start:
                check_names(header["op"], header)
            elif header["op"] == "cancel":
                raise too_long(size)
            if too_many:
                raise too_many_frames(self.limits)
        except BridgeError as found:
            error, frames, size = found, [], 0
        return id, header, frames, error, size + sum(map(len, frames)), lane

    def _refuse(self, identity: bytes, data: Any) -> None:
        """Answer a large message of a client that is not known without reading more of it than its start."""
        header = read_prefix(data)
        try:
            check_envelope(header)
            check_operation(header["op"], greeted=False)
            raise too_long(len(data))
        except BridgeError as error:
            self._send_frames(identity, reply.failed(read_id(header), error))

    def _greet(self, key: bytes, identity: bytes, request: Request) -> None:
        """Answer a client that is not known: with an error, or its `hello`, which makes it known."""
        path = None if self.gate is None else self.gate.lanes.path
        client = Client(identity, Session(self.limits, self.allow, self.lease, path), self.limits)
        self._send_frames(identity, self._answer(client, request))
        if client.session.greeted:
            for other in self.clients.values():
                # Its connection has gone: replies over ZeroMQ would go to this one.
                if other.identity == identity:
                    other.drop(None)
                    if other.lane is not None and self.gate is not None:
                        self.gate.end(other.lane)
            self.clients[key] = client

    def _carry_out_round(self) -> int:
        """Carry out one waiting request of each client; milliseconds that may pass before the next round."""
        patience = self._patience
        for client in self.clients.values():
            if not client.waiting:
                continue
            if client.is_full():
                patience = min(patience, UNREAD_POLL)
                continue
            request = client.first()
            self._send_answer(client, self._answer(client, request), request[0], request[5])
            # It has only now something to go on with.
            client.heard = time.monotonic()
            if client.waiting:
                patience = 0
        return patience

    def _send_answer(self, client: Client, frames: list[Any], id: int, lane: Lane | None) -> None:
        """Send the reply to a request the way that it came, where it fits.

        A frame that `unread` marks must not outlive this: ZeroMQ would not be done with it.
        """
        if lane is not None and not lane.fits(frames):
            self._send(client, reply.ok(id, {"elsewhere": True}, self.limits), lane)
            lane = None
        self._send(client, client.unread.add(frames) if lane is None else frames, lane)

    def _answer(self, client: Client, request: Request) -> list[Any]:
        """The frames of the reply to one request, whatever happens."""
        id, header, frames, error, _, lane = request
        op = "step"
        if error is not None:
            # Raised again, it would hold this call and those around it, with what they hold.
            return reply.failed(id, error)
        try:
            has_lane = lane is not None
            if isinstance(header, Step):
                return client.session.step(id, header.handle, header.action_of(frames), lane=has_lane)
            if isinstance(header, Start):
                # The whole of a large header is read in the turn of its client.
                header = read_header(bytes(header.data), self.limits)
                check_envelope(header)
                check_names(header["op"], header)
            fields = resolve(header, frames, self.limits, allow_repr=False)
            op = fields["op"]
            return client.session.carry_out(id, op, fields, lane=has_lane)
        except BridgeError as found:
            return reply.failed(id, found)
        except ServerEnds:
            raise
        except BaseException as found:
            return reply.failed(id, environment_fault(found, f"while the server carried out {op!r}"))

    def _cancel(self, client: Client, id: int, header: dict[str, Any], frames: list[Any], lane: Lane | None) -> None:
        try:
            check_arguments("cancel", resolve(header, frames, self.limits, allow_repr=False))
        except BridgeError as error:
            self._send(client, reply.failed(id, error), lane)
            return
        target = header["target"]
        found = client.cancel(target)
        if found is not None:
            cancelled = BridgeError("Cancelled", f"Request {target} was cancelled before it was carried out.")
            self._send(client, reply.failed(target, cancelled), found[5])
        self._send(client, reply.ok(id, {"cancelled": found is not None}, self.limits), lane)

    def _send(self, client: Client, frames: list[Any], lane: Lane | None) -> None:
        """Send a reply over a lane, or over ZeroMQ."""
        if lane is not None and self.gate is not None:
            self.gate.send(lane, frames)
        else:
            self._send_frames(client.identity, frames)

    def _send_frames(self, identity: bytes, frames: list[Any]) -> None:
        """Send a reply over ZeroMQ; one that cannot be sent (the client has gone) is dropped."""
        send = self.socket.send
        self.intake.may_have_more = True
        try:
            send(identity, MORE)
            last = len(frames) - 1
            for at, frame in enumerate(frames):
                send(frame, MORE if at < last else NOBLOCK, copy=type(frame) is bytes and len(frame) < COPY_BELOW)
        except zmq.Again:
            return

    def _end_leases(self, lease: float) -> None:
        """Close what silent clients hold: by the time up to which all was read, so also while others flood."""
        limit = self.intake.read_until - lease
        for key, client in list(self.clients.items()):
            if client.heard < limit and (not client.waiting or client.is_full()):
                client.session.close_all()
                if client.lane is not None:
                    client.lane.client = None
                del self.clients[key]
