"""An info map cut to what a message may hold, so that it never costs the step that it came with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgpack
import numpy as np

from ..errors import BridgeError
from ..limits import Limits
from .decode import Repr
from .encode import encode
from .joined import count_entries

# Entries that tell of a transition itself, not about it: they stay, whatever their size.
KEPT = frozenset({"final_obs", "_final_obs"})


def fitting_info(fields: dict[str, Any], limits: Limits) -> dict[Any, Any]:
    """The info of the reply `fields` with text in place of what is too large.

    Entries are taken in their order as long as half of what the rest of the reply leaves of `max_header_bytes` and
    `max_items` holds them; an array must fit into a frame. A map that does not fit loses only those entries of its own
    that do not.
    """
    info = fields["info"]
    rest = {**fields, "info": {key: value for key, value in info.items() if key in KEPT}}
    size, entries = _size(rest)
    budget = [(limits.max_header_bytes - size) // 2, (limits.max_items - entries) // 2]
    return {key: value if key in KEPT else _fit(value, limits, budget) for key, value in info.items()}


def _fit(value: Any, limits: Limits, budget: list[int]) -> Any:
    """`value` if it fits into what is left of the budget (header bytes, entries), which it uses up; else its text."""
    # The key and its own entry in the map above it.
    budget[0] -= 256
    budget[1] -= 1
    try:
        encode({"value": value}, replace(limits, max_header_bytes=max(0, budget[0]), max_items=max(0, budget[1])))
    except BridgeError:
        if type(value) is dict and len(value) <= budget[1]:
            return {key: _fit(entry, limits, budget) for key, entry in value.items()}
        return Repr(f"<{type(value).__name__} of {_amount(value)}, left out: more than a reply may hold>")
    size, entries = _size({"value": value})
    budget[0] -= size
    budget[1] -= entries
    return value


def _amount(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.nbytes} bytes"
    size, entries = _size({"value": value})
    return f"{entries} entries and {size} bytes"


def _size(fields: dict[str, Any]) -> tuple[int, int]:
    """Bytes and entries of a header."""
    header = encode(fields)[0]
    return len(header), count_entries(msgpack.unpackb(header, strict_map_key=False))
