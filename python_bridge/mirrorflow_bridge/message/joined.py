"""Many arrays in few frames, for messages that have more arrays than a message may have frames."""

from __future__ import annotations

from typing import Any

ALIGNMENT = 8  # bytes: an array begins where each dtype of the protocol may


def join(plain: Any, frames: list[Any], max_bytes: int) -> list[Any]:
    """Put the arrays of a message one behind another.

    Args:
        plain: the header; its `$nd` forms get their new frame, and `at`, the byte where the array begins in it.
        frames: an entry for the header, then the arrays.
        max_bytes: of a frame.

    Returns:
        An entry for the header, then the frames.
    """
    parts: list[list[bytes]] = [[]]
    places, size = [], 0
    for frame in frames[1:]:
        data = frame if isinstance(frame, bytes) else frame.tobytes()
        if size + len(data) > max_bytes and size > 0:
            parts.append([])
            size = 0
        places.append((len(parts) - 1, size))
        padding = -len(data) % ALIGNMENT
        parts[-1] += (data, bytes(padding))
        size += len(data) + padding
    _place(plain, places)
    return [frames[0], *(b"".join(part) for part in parts)]


def _place(plain: Any, places: list[tuple[int, int]]) -> None:
    if type(plain) is list:
        for entry in plain:
            _place(entry, places)
    elif type(plain) is dict:
        if "$nd" in plain:
            plain["$nd"], plain["at"] = places[plain["$nd"]]
            return
        for entry in plain.values():
            _place(entry, places)


def count_entries(plain: Any) -> int:
    """The entries of all arrays and maps of a header together."""
    if type(plain) is list:
        return len(plain) + sum(map(count_entries, plain))
    if type(plain) is dict:
        return len(plain) + sum(map(count_entries, plain.values()))
    return 0
