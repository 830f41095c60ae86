"""The server: reads every message that has arrived, then carries out requests, one of each client in turn.

One thread does it all: an environment is not safe to call from several, and a step is shorter than handing it over.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import zmq

from . import reply
from .allow import AllowList
from .codec import SAFE_INT, VERSION, read_header, resolve
from .decode import too_many_frames
from .encode import COPY_BELOW
from .errors import BridgeError, environment_fault
from .limits import Limits
from .operations import Session

# Plain ints: combining ZeroMQ's enums costs more than sending a frame.
NOBLOCK, MORE, EVENTS, POLLIN = int(zmq.NOBLOCK), int(zmq.NOBLOCK | zmq.SNDMORE), int(zmq.EVENTS), int(zmq.POLLIN)


class Client:
    """One client: its session, the requests that wait, and when it was last heard of."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.waiting: deque[tuple[int, dict[str, Any], list[Any], BridgeError | None]] = deque()
        self.heard = time.monotonic()


class Server:
    """Serves environments on a bound `ROUTER` socket until `stop` is set.

    Args:
        socket: the socket; the server sets its limits (`configure` before it is bound).
        limits: see docs/protocol.md, *Limits*.
        allow: what clients may ask for.
        lease: seconds after which a silent client's environments are closed; None for never.
    """

    def __init__(self, socket: zmq.Socket, limits: Limits, allow: AllowList, lease: float | None) -> None:
        self.socket = socket
        self.limits = limits
        self.allow = allow
        self.lease = lease
        self.clients: dict[bytes, Client] = {}
        self.stop = False

    @staticmethod
    def configure(socket: zmq.Socket, limits: Limits) -> None:
        """Set the options that must be set before the socket is bound."""
        socket.maxmsgsize = max(limits.max_frame_bytes, limits.max_header_bytes)
        socket.linger = 1000
        socket.rcvhwm = 2 * limits.max_waiting
        # ZeroMQ drops replies beyond this: only a client that sends on and on without reading comes near it.
        socket.sndhwm = 16 * limits.max_waiting
        socket.copy_threshold = COPY_BELOW

    def run(self) -> None:
        """Serve until `stop` is set; then close every environment."""
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        waiting = False
        try:
            while not self.stop:
                if poller.poll(0 if waiting else self._patience()):
                    self._read_all()
                # Also while others keep the server busy; all that has arrived is read, so a ping counts.
                self._end_leases()
                waiting = self._carry_out_round()
        finally:
            for client in self.clients.values():
                client.session.close_all()

    def _patience(self) -> int:
        """Milliseconds to wait for a message: until the next lease may run out, at most a second."""
        return 1000 if self.lease is None else max(1, min(1000, int(self.lease * 250)))

    def _read_all(self) -> None:
        """Take in every message that has arrived; there is one at least."""
        receive, events = self.socket.recv, self.socket.get
        while True:
            part = receive(NOBLOCK, copy=False)
            identity = part.bytes
            data, frames, too_many = None, [], False
            if part.more:
                part = receive(NOBLOCK, copy=False)
                data = part
            while part.more:
                part = receive(NOBLOCK, copy=False)
                if len(frames) < self.limits.max_frames:
                    frames.append(part)
                else:
                    too_many = True
            self._take(identity, data, frames, too_many)
            if not events(EVENTS) & POLLIN:
                return

    def _take(self, identity: bytes, data: Any, frames: list[Any], too_many: bool) -> None:
        """Read one header and queue its request; `cancel` and a full queue are answered at once."""
        client = self.clients.get(identity)
        if client is None:
            client = self.clients[identity] = Client(Session(self.limits, self.allow, self.lease))
        client.heard = time.monotonic()
        id, header, error = 0, {}, None
        try:
            header = read_header(data.bytes if data else b"", self.limits)
            id = read_id(header)
            check_envelope(header)
            if too_many:
                raise too_many_frames(self.limits)
        except BridgeError as found:
            error, frames = found, []
        if error is None and header["op"] == "cancel":
            self._cancel(identity, client, id, header, frames)
        elif len(client.waiting) >= self.limits.max_waiting:
            self._send(identity, reply.failed(id, busy(self.limits)))
        else:
            client.waiting.append((id, header, frames, error))

    def _carry_out_round(self) -> bool:
        """Carry out one waiting request of each client; whether there are more."""
        more = False
        for identity, client in self.clients.items():
            if client.waiting:
                self._send(identity, self._answer(client, *client.waiting.popleft()))
                # It has only now something to go on with.
                client.heard = time.monotonic()
                more = more or bool(client.waiting)
        return more

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
        except (Exception, SystemExit) as found:
            return reply.failed(id, environment_fault(found, f"while the server carried out {header.get('op')!r}"))

    def _cancel(self, identity: bytes, client: Client, id: int, header: dict[str, Any], frames: list[Any]) -> None:
        try:
            fields = resolve(header, frames, self.limits, allow_repr=False)
            client.session.check("cancel", fields)
        except BridgeError as error:
            self._send(identity, reply.failed(id, error))
            return
        target = fields["target"]
        found = next((entry for entry in client.waiting if entry[0] == target), None)
        if found is not None:
            client.waiting.remove(found)
            error = BridgeError("Cancelled", f"Request {target} was cancelled before it was carried out.")
            self._send(identity, reply.failed(target, error))
        self._send(identity, reply.ok(id, {"cancelled": found is not None}, self.limits))

    def _send(self, identity: bytes, frames: list[Any]) -> None:
        """Send a reply; one that cannot be sent (the client has gone) is dropped."""
        send = self.socket.send
        try:
            send(identity, MORE)
            for frame in frames[:-1]:
                send(frame, MORE, copy=False)
            send(frames[-1], NOBLOCK, copy=False)
        except zmq.Again:
            return

    def _end_leases(self) -> None:
        if self.lease is None:
            return
        limit = time.monotonic() - self.lease
        for identity, client in list(self.clients.items()):
            if client.heard < limit and not client.waiting:
                client.session.close_all()
                del self.clients[identity]


def read_id(header: dict[str, Any]) -> int:
    """The id of a request; 0 where it has none that can be read."""
    id = header.get("id")
    return id if type(id) is int and 0 <= id <= SAFE_INT else 0


def check_envelope(header: dict[str, Any]) -> None:
    """Raise `BadMessage` or `ProtocolMismatch` where `v`, `id` or `op` is not as it must be."""
    version, id, op = header.get("v"), header.get("id"), header.get("op")
    if type(version) is not int:
        raise BridgeError("BadMessage", "The header has no protocol version.", expected=f"v: {VERSION}")
    if version != VERSION:
        raise BridgeError(
            "ProtocolMismatch",
            f"The client speaks protocol version {version}, this server version {VERSION}.",
            remedy="install the same release of mirrorflow on both sides",
        )
    if type(id) is not int or not 0 <= id <= SAFE_INT:
        raise BridgeError("BadMessage", f"The header's id is {str(id)[:40]}.", expected="an int from 0 to 2^53 - 1")
    if type(op) is not str:
        raise BridgeError("BadMessage", f"The header's op is {str(op)[:40]}.", expected="a str")


def busy(limits: Limits) -> BridgeError:
    """The error for a request beyond `max_waiting`."""
    return BridgeError(
        "Busy",
        f"{limits.max_waiting} requests of this client wait already (max_waiting).",
        remedy="wait for replies before sending more",
    )
