"""The header of a message: from msgpack to a map, checked before anything large is made of it."""

from __future__ import annotations

from typing import Any

import msgpack

from .errors import BridgeError
from .limits import Limits
from .scan import SMALL, scan, too_deep


def _refuse_ext(code: int, data: bytes) -> None:
    raise ValueError("ext")


def read_header(data: bytes, limits: Limits) -> dict[str, Any]:
    """The header map, its `$` forms not yet resolved.

    Args:
        data: the header frame.
        limits: max_header_bytes, max_items and max_depth are checked here.

    Raises:
        BridgeError: `LimitExceeded` or `BadMessage`.
    """
    size = len(data)
    if size > limits.max_header_bytes:
        raise BridgeError(
            "LimitExceeded",
            f"The header has {size} bytes; max_header_bytes = {limits.max_header_bytes}.",
            remedy="send numbers as array frames, or raise the server's max_header_bytes",
        )
    if size > SMALL:
        scan(data, limits)
    try:
        # More entries, or a longer str, than the header has bytes are refused by msgpack itself.
        header = msgpack.unpackb(data, strict_map_key=False, ext_hook=_refuse_ext, max_bin_len=0, max_ext_len=0)
    except RecursionError:
        raise too_deep(limits) from None
    except Exception as error:
        raise _unpack_error(data, error, limits) from None
    if type(header) is not dict:
        raise BridgeError("BadMessage", f"The header is a msgpack {kind_of(header)}.", expected="a map")
    return header


def _unpack_error(data: bytes, error: Exception, limits: Limits) -> BridgeError:
    """Why `data` did not decode: the scan names the cause, where it finds none msgpack's own words are used."""
    if isinstance(error, msgpack.exceptions.StackError):
        return too_deep(limits)
    try:
        scan(data, limits)
    except BridgeError as found:
        return found
    return BridgeError("BadMessage", f"The header is not valid msgpack: {error or type(error).__name__}.")


def kind_of(value: Any) -> str:
    """What msgpack calls the type of a value."""
    names = {"NoneType": "nil", "dict": "map", "list": "array", "bytes": "bin"}
    name = type(value).__name__
    return names.get(name, name)
