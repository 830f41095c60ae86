"""The part of a header that every request has: the protocol's version, its id and its operation."""

from __future__ import annotations

from typing import Any

from ..errors import BridgeError
from ..limits import Limits
from ..message.codec import SAFE_INT, VERSION
from ..message.scan import SMALL


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


def check_way(op: str, *, has_lane: bool) -> None:
    """Raise `BadMessage` for an operation that does not travel over ZeroMQ, or not over a lane that is open."""
    if op == "lane" or (op == "hello" and has_lane):
        expected = "it over ZeroMQ" if op == "hello" else "it as the first message of a lane, once"
        raise BridgeError("BadMessage", f"{op} came {'over a lane' if has_lane else 'over ZeroMQ'}.", expected=expected)


def too_long(size: int) -> BridgeError:
    """The error for a `hello` or `cancel`, which are answered out of turn, that is not read for its size."""
    return BridgeError("LimitExceeded", f"A hello or cancel has a header of {size} bytes.", expected=f"at most {SMALL}")


def busy(limits: Limits) -> BridgeError:
    """The error for a request beyond `max_waiting`."""
    return BridgeError(
        "Busy",
        f"The requests of this client that wait are {limits.max_waiting} already (max_waiting), or of "
        f"{limits.max_frame_bytes} bytes together (max_frame_bytes).",
        remedy="wait for replies before sending more",
    )
