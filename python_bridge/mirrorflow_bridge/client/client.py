"""A small client of the protocol, for `RemoteAgent`, the compliance suite and the tests."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..errors import BridgeError
from ..message.codec import VERSION, decode, encode
from .forms import Forms
from .lane import open_lane
from .transport import LIMITS, Transport
from .whole import Prepared, message, whole


class Client(Transport):
    """Talks to a server, request by request.

    Args:
        endpoint: the server's.
        timeout: seconds to wait for a reply.
        keys: `(server public, client public, client secret)` as z85, for CURVE.
        transport: `auto` takes the lane that the server may offer with its greeting; `zeromq` takes none.

    Raises:
        ValueError: there is no such transport.
    """

    def __init__(
        self,
        endpoint: str,
        timeout: float = 10.0,
        keys: tuple[bytes, bytes, bytes] | None = None,
        transport: str = "auto",
    ) -> None:
        super().__init__(endpoint, timeout, keys, transport)
        self._forms = Forms()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, op: str, /, **fields: Any) -> int:
        """Send a request without waiting; its id."""
        id = self.new_id()
        fields = {"v": VERSION, "id": id, "op": op, **fields}
        if self._lane is not None:
            header, parts, size = whole(fields)
            if self._lane.takes(len(header), size):
                self._send_over_lane(message(header, parts, size))
                return id
        self._send_over_zeromq(encode(fields))
        return id

    def send_prepared(self, request: Prepared, *arrays: Any) -> int:
        """Send a request that was made ready, without waiting; its id."""
        id = self.new_id()
        if self._lane is not None and self._lane.takes(request.header, request.body):
            self._send_over_lane([request.message(id, *arrays)])
        else:
            self._send_over_zeromq(request.frames(id, *arrays))
        return id

    def receive(self, timeout: float | None = None) -> dict[str, Any]:
        """The fields of the next reply, also of one that says `ok: false`."""
        frames = self.receive_frames(timeout)
        if len(frames) != 2:
            return decode(frames, LIMITS)
        reply = self._forms.read(frames[0], frames[1])
        if reply is None:
            reply = decode(frames, LIMITS)
            self._forms.add(frames[0], frames[1], reply)
        return reply

    def request(self, op: str, /, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its reply.

        Raises:
            BridgeError: the reply's error; `ConnectionLost` where a lane ended.
            TimeoutError: there was no reply.
        """
        return self.receive_reply(self.send(op, **fields))

    def receive_reply(self, id: int) -> dict[str, Any]:
        """Wait for the reply to the request `id`; those to earlier ones are dropped.

        Raises:
            BridgeError: the reply's error; `ConnectionLost` where a lane ended.
            TimeoutError: there was no reply.
        """
        while True:
            reply = self.receive()
            if reply["id"] == id:
                break
        if not reply["ok"]:
            raise BridgeError.from_map(reply["error"])
        return reply

    def hello(self, **fields: Any) -> dict[str, Any]:
        """Greet the server, and open the lane that it may offer; its reply.

        A lane that there is already ends first, with what is on its way.

        Args:
            fields: of the request, besides `client`.
        """
        self._close_lane()
        reply = self.request("hello", client={"name": "mirrorflow-bridge", "version": __version__}, **fields)
        self.has_lost_lane = False
        if self._wants_lane and reply.get("lane") is not None:
            self._lane = open_lane(reply["lane"], self.new_id(), self.timeout, reply["limits"])
        return reply
