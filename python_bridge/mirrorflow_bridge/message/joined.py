"""Many arrays in one frame: those of a small message, of one over a lane, and more than a message may have frames."""

from __future__ import annotations

import struct
from typing import Any

ALIGNMENT = 8  # bytes: an array begins where each dtype of the protocol may
SMALL_BODY = 32_768  # bytes; to copy arrays of as many into one frame costs less than a frame for each
PADDING = [bytes(-size % ALIGNMENT) for size in range(ALIGNMENT)]  # of what has so many bytes beyond a multiple
LENGTHS = struct.Struct("<II")  # of the header and of the body: what a message of a lane begins with


class OneBody(list[Any]):
    """The frames of a message that may go over a lane: its header, then the parts of its one array frame, if any."""


def bytes_of(frame: Any) -> int:
    """The bytes of a frame or a part of one."""
    return len(frame) if isinstance(frame, bytes) else frame.nbytes


def place_in_body(arrays: list[Any], forms: list[dict[str, Any]], max_bytes: int) -> list[Any] | None:
    """Give each form its place in one array frame that holds all `arrays`.

    Returns:
        The parts of the frame; None if it would have more than `max_bytes`, and nothing is changed then.
    """
    places, size = [], 0
    for array in arrays:
        places.append(size)
        size += bytes_of(array) + 7 & -8
    if size > max_bytes:
        return None
    for form, at in zip(forms, places, strict=True):
        form["$nd"] = 0
        form["at"] = at
    return body_of(arrays)


def body_of(arrays: list[Any]) -> list[Any]:
    """The parts of an array frame that holds `arrays`, each at a multiple of `ALIGNMENT`; small ones are copied."""
    parts: list[Any] = []
    small: list[Any] = []
    for array in arrays:
        size = bytes_of(array)
        if size > SMALL_BODY:
            if small:
                parts.append(b"".join(small))
                small = []
            parts.append(array)
        elif size:
            small.append(array)
        if size % ALIGNMENT:
            small.append(PADDING[size % ALIGNMENT])
    if small:
        parts.append(b"".join(small))
    # A body says that there are arrays, also if all are empty.
    return parts or [bytes(ALIGNMENT)]


def join(arrays: list[Any], forms: list[dict[str, Any]], max_bytes: int) -> list[bytes]:
    """Put the arrays of a message one behind another, in as few frames of `max_bytes` as hold them.

    Args:
        forms: of the arrays; they get their new frame, and `at`, the byte where the array begins in it.
    """
    frames: list[list[bytes]] = [[]]
    size = 0
    for array, form in zip(arrays, forms, strict=True):
        data = array if isinstance(array, bytes) else array.tobytes()
        if size + len(data) > max_bytes and size > 0:
            frames.append([])
            size = 0
        form["$nd"], form["at"] = len(frames) - 1, size
        padding = PADDING[len(data) % ALIGNMENT]
        frames[-1] += (data, padding)
        size += len(data) + len(padding)
    return [b"".join(frame) for frame in frames]


def count_entries(plain: Any) -> int:
    """The entries of all arrays and maps of a header together."""
    if type(plain) is list:
        return len(plain) + sum(map(count_entries, plain))
    if type(plain) is dict:
        return len(plain) + sum(map(count_entries, plain.values()))
    return 0
