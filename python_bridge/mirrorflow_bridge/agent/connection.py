"""The connection to an agent's process: requests, and their replies in order."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import zmq
from zmq.utils.monitor import recv_monitor_message

from ..client import Client
from ..errors import BridgeError
from ..server.keys import read_key
from .child import AgentProcess

Files = tuple[str | os.PathLike[str], str | os.PathLike[str]]


class AgentConnection:
    """Asks an agent and gives its answers. `with connection:` is one thread's turn for more than one request.

    Args:
        agent: the endpoint of a running `mirrorflow serve`, or a process that ends with this connection.
        timeout: seconds to wait for an answer.
        curve: the files of the server's public key and of this client's secret key, with CURVE.
        transport: as for `Client`.
    """

    def __init__(self, agent: str | AgentProcess, timeout: float, curve: Files | None, transport: str = "auto") -> None:
        self.process = agent if isinstance(agent, AgentProcess) else None
        self.endpoint: str = agent if isinstance(agent, str) else agent.endpoint
        #: How often the server was greeted; what it knew of this client before the last time is gone.
        self.greetings = 0
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._closed = False
        self._told: int | None = None  # the request of `tell` that was not answered yet
        self._hello: dict[str, Any] = {}
        self._forgotten = False  # whether the server does not know this client any more
        self._monitor: zmq.Socket[bytes] | None = None
        self._timeout, self._transport = timeout, transport
        try:
            self._keys = None
            if curve is not None:
                server, own = map(Path, curve)
                self._keys = (read_key(server, "public"), read_key(own, "public"), read_key(own, "secret"))
            self._connect()
        except BaseException:
            if self.process is not None:
                self.process.close()
            raise

    def __enter__(self) -> Client:
        """Wait for one's turn.

        Raises:
            BridgeError: `Closed`, or `Forked` in a fork of the process that made the connection.
        """
        if os.getpid() != self._owner:
            raise BridgeError(
                "Forked",
                f"This agent was made in the process {self._owner} and is used in its fork {os.getpid()}, where its "
                "connection does not work.",
                remedy=f"connect in the fork: RemoteAgent(endpoint={self.endpoint!r}), or start processes by spawn",
            )
        self._lock.acquire()
        try:
            if self._closed:
                raise BridgeError(
                    "Closed",
                    "This agent was closed.",
                    remedy="make a new one, such as RemoteAgent.load of a checkpoint",
                )
            if self.client.is_torn:
                self._disconnect()
                self._connect()
                self._forgotten = self.greetings > 0
            if self._forgotten or self.client.has_lost_lane:
                self._greet()
        except BaseException:
            self._lock.release()
            raise
        return self.client

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def close(self) -> None:
        """End the connection, and the process if it is its own; nothing in a fork."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._closed = True
            self._disconnect()
        if self.process is not None:
            self.process.close()

    def greet(self, **fields: Any) -> dict[str, Any]:
        """Say hello, now and again whenever the server has forgotten this client; the reply."""
        self._hello = fields
        with self:
            return self._greet()

    def _greet(self) -> dict[str, Any]:
        self._told, self._forgotten = None, False
        self._has_broken()  # that of before is known
        try:
            reply = self.client.hello(**self._hello)
        except BaseException:
            self._forgotten = self.greetings > 0
            raise
        self.greetings += 1
        if self._monitor is None and self.process is None:
            self._monitor = self.client.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        return reply

    def send(self, op: str, /, **fields: Any) -> int:
        """Send a request without waiting, in one's turn; its id."""
        return self.client.send(op, **fields)

    def receive(self, id: int) -> dict[str, Any]:
        """Wait in one's turn for the reply to the request `id`, and before it for that to what was told.

        Raises:
            BridgeError: a reply's error; `AgentDied` or `ConnectionLost` where the process or the connection ended.
            TimeoutError: nobody answers.
        """
        self._receive_told()
        try:
            return self.client.receive_reply(id)
        except BridgeError as error:
            if error.code == "NotGreeted":
                self._forgotten = True
                error.remedy = "call again: this client greets first; what was not learned from yet is lost"
            raise

    def request(self, op: str, /, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its reply; errors as for `receive`."""
        with self:
            return self.receive(self.send(op, **fields))

    def tell(self, op: str, /, **fields: Any) -> None:
        """Send a request whose reply, or error, comes with that to the next one."""
        with self:
            self._receive_told()
            self._told = self.send(op, **fields)

    def _receive_told(self) -> None:
        if self._told is not None:
            told, self._told = self._told, None
            self.receive(told)

    def _connect(self) -> None:
        self.client = Client(self.endpoint, self._timeout, self._keys, self._transport)
        self.client.watch = self._watch

    def _disconnect(self) -> None:
        if self._monitor is not None:
            self.client.socket.disable_monitor()
            self._monitor.close()
            self._monitor = None
        self.client.close()

    def _watch(self) -> None:
        """While an answer is late: raise where none will come."""
        if self.process is not None and self.process.ended:
            raise self.process.death()
        if not self._has_broken():
            return
        self._forgotten = True
        raise BridgeError(
            "ConnectionLost",
            f"The connection to {self.endpoint} broke: the agent's server ended, or was started again.",
            remedy="start it if it does not run, then call again; what was not learned from yet is lost",
        )

    def _has_broken(self) -> bool:
        """Whether the connection broke since this was asked last."""
        broken = False
        while self._monitor is not None and self._monitor.poll(0):
            recv_monitor_message(self._monitor)
            broken = True
        return broken
