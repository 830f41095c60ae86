"""A walk over msgpack bytes that checks depth and counts before the real decoder allocates anything.

A msgpack decoder makes room for as many entries as a header claims, nested as deep as it claims; so the claims of a
large header are checked first. (A header below `SMALL` bytes cannot claim enough to matter and is not scanned.)
"""

from __future__ import annotations

from .errors import BridgeError
from .limits import Limits

SMALL = 4096

# The number of bytes that follow the first byte of a scalar, and the width of the length where one follows.
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_FIXED |= {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_STR = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_ARRAY = {0xDC: 2, 0xDD: 4}
_MAP = {0xDE: 2, 0xDF: 4}


def scan(data: bytes, limits: Limits) -> None:
    """Check that `data` is one msgpack value within the limits.

    Raises:
        BridgeError: `LimitExceeded` (depth, entries) or `BadMessage` (cut off, trailing bytes, bin, ext).
    """
    left = [1]  # entries still to come, one number for each container that is open
    position, end = 0, len(data)
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        if position >= end:
            raise cut_off()
        byte = data[position]
        position += 1
        entries = -1
        if byte <= 0x7F or byte >= 0xE0:
            continue
        if byte <= 0x8F:
            entries, per_entry = byte & 0x0F, 2
        elif byte <= 0x9F:
            entries, per_entry = byte & 0x0F, 1
        elif byte <= 0xBF:
            position += byte & 0x1F
        elif byte in _FIXED:
            position += _FIXED[byte]
        elif byte in _STR:
            width = _STR[byte]
            position += width + int.from_bytes(data[position : position + width], "big")
        elif byte in _ARRAY:
            width, per_entry = _ARRAY[byte], 1
            entries = int.from_bytes(data[position : position + width], "big")
            position += width
        elif byte in _MAP:
            width, per_entry = _MAP[byte], 2
            entries = int.from_bytes(data[position : position + width], "big")
            position += width
        else:
            raise refused_type()
        if position > end:
            raise cut_off()
        if entries >= 0:
            if entries > limits.max_items:
                raise too_many_items(limits, entries)
            if entries * per_entry > end - position:
                raise cut_off()
            if len(left) > limits.max_depth + 1:
                raise too_deep(limits)
            left.append(entries * per_entry)
    if position != end:
        raise BridgeError("BadMessage", f"The header has {end - position} bytes after its msgpack map.")


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


def too_many_items(limits: Limits, entries: int | None = None) -> BridgeError:
    count = "more" if entries is None else str(entries)
    return BridgeError(
        "LimitExceeded",
        f"An array or map of the header has {count} entries; max_items = {limits.max_items}.",
        remedy="send numbers as an array frame, or raise the server's max_items",
    )
