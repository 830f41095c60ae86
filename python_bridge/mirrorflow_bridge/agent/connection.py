"""The connection to an agent's process: requests, and their replies in order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..client import Client
from ..errors import BridgeError
from ..keys import read_key
from .start import AgentProcess

Files = tuple[str | os.PathLike[str], str | os.PathLike[str]]


class AgentConnection:
    """Asks an agent and gives its answers.

    Args:
        agent: the endpoint of a running `mirrorflow serve`, or a process that ends with this connection.
        timeout: seconds to wait for an answer.
        curve: the files of the server's public key and of this client's secret key, with CURVE.
    """

    def __init__(self, agent: str | AgentProcess, timeout: float, curve: Files | None) -> None:
        self.process = agent if isinstance(agent, AgentProcess) else None
        endpoint = agent if self.process is None else self.process.endpoint
        self._told: int | None = None  # the request of `tell` that was not answered yet
        try:
            keys = None
            if curve is not None:
                server, own = map(Path, curve)
                keys = (read_key(server, "public"), read_key(own, "public"), read_key(own, "secret"))
            self.client = Client(endpoint, timeout, keys)
        except BaseException:
            if self.process is not None:
                self.process.close()
            raise

    def close(self) -> None:
        """End the connection, and the process if it is its own."""
        self.client.close()
        if self.process is not None:
            self.process.close()

    def send(self, op: str, /, **fields: Any) -> int:
        """Send a request without waiting; its id."""
        return self.client.send(op, **fields)

    def receive(self, id: int) -> dict[str, Any]:
        """Wait for the reply to the request `id`, and before it for that to what was told.

        Raises:
            BridgeError: a reply's error; `AgentDied` where the process ended.
            TimeoutError: nobody answers.
        """
        self._receive_told()
        try:
            return self.client.receive_reply(id)
        except TimeoutError:
            if self.process is not None and self.process.ended:
                raise BridgeError("AgentDied", f"The agent's process ended:\n{self.process.last_words()}") from None
            raise

    def request(self, op: str, /, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its reply; errors as for `receive`."""
        return self.receive(self.send(op, **fields))

    def tell(self, op: str, /, **fields: Any) -> None:
        """Send a request whose reply, or error, comes with that to the next one."""
        self._receive_told()
        self._told = self.send(op, **fields)

    def _receive_told(self) -> None:
        if self._told is not None:
            told, self._told = self._told, None
            self.receive(told)
