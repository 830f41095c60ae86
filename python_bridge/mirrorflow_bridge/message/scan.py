"""What a msgpack header claims, checked in C before anything is made of it.

A msgpack decoder makes room for as many entries as a header claims, nested as deep as it claims; so the claims of a
large header are checked first. (A header of `SMALL` bytes cannot claim enough to matter and is decoded at once.)
"""

from __future__ import annotations

import msgpack

from ..errors import BridgeError
from ..limits import Limits

SMALL = 4096


def unpacker_of(data: bytes) -> msgpack.Unpacker:
    """An unpacker at the start of `data`; it never makes more than its methods are asked for."""
    unpacker = msgpack.Unpacker(max_buffer_size=len(data) + 1, strict_map_key=False)
    unpacker.feed(data)
    return unpacker


def check_claims(data: bytes, limits: Limits) -> None:
    """Check that `data` is one whole msgpack value: each entry that it claims is there.

    Raises:
        BridgeError: `BadMessage` (cut off, trailing bytes, no msgpack) or `LimitExceeded` (far too deep).
    """
    unpacker = unpacker_of(data)
    try:
        unpacker.skip()
    except Exception as error:
        raise unpack_error(error, limits) from None
    check_end(unpacker, data)


def check_end(unpacker: msgpack.Unpacker, data: bytes) -> None:
    """Raise `BadMessage` where bytes follow the value that was read."""
    if unpacker.tell() != len(data):
        left = len(data) - unpacker.tell()
        raise BridgeError("BadMessage", f"The header has {left} bytes after its msgpack map.")


def unpack_error(error: Exception, limits: Limits) -> BridgeError:
    """What an exception of msgpack says about a header."""
    text = str(error)
    if isinstance(error, BridgeError):
        return error
    if isinstance(error, (RecursionError, msgpack.exceptions.StackError)):
        return too_deep(limits)
    if isinstance(error, msgpack.exceptions.ExtraData):
        extra = len(error.extra)  # type: ignore[attr-defined]  # msgpack-types leaves it out
        return BridgeError("BadMessage", f"The header has {extra} bytes after its msgpack map.")
    if "max_bin_len" in text or "max_ext_len" in text:
        return refused_type()
    # `unpackb` holds a claim against the bytes that it was given, and says "exceeds max_…_len".
    if isinstance(error, msgpack.exceptions.OutOfData) or "exceeds max_" in text or "incomplete input" in text:
        return cut_off()
    return BridgeError("BadMessage", f"The header is not valid msgpack: {text or type(error).__name__}.")


def cut_off() -> BridgeError:
    return BridgeError("BadMessage", "The header is cut off: its msgpack claims more than the frame holds.")


def refused_type() -> BridgeError:
    return BridgeError(
        "BadMessage",
        "The header has a msgpack bin, ext or timestamp, which this protocol does not use.",
        expected="nil, bool, int, float64, str, array or map; arrays of numbers as frames",
    )


def too_deep(limits: Limits) -> BridgeError:
    return BridgeError(
        "LimitExceeded",
        f"A value of the header is nested more than max_depth = {limits.max_depth} deep.",
        remedy="send a flatter value, or raise the server's max_depth",
    )


def too_many_items(limits: Limits) -> BridgeError:
    return BridgeError(
        "LimitExceeded",
        f"The arrays and maps of the header have more than max_items = {limits.max_items} entries together.",
        remedy="send numbers as an array frame, or raise the server's max_items",
    )
