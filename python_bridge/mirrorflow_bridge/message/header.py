"""The header of a message: from msgpack to a map, checked before anything large is made of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import msgpack

from ..errors import BridgeError
from ..limits import Limits
from .scan import SMALL, check_claims, check_end, too_many_items, unpack_error, unpacker_of

_SCALARS = ("v", "id", "op")
_MAX_FIELDS = 64  # of a header whose arguments are skipped; no operation has as many arguments


class Start(dict[str, Any]):
    """The `v`, `id` and `op` of a large header, whose arguments are not read yet.

    Attributes:
        data: the whole header, as bytes or as the `zmq.Frame` that it came in.
    """

    def __init__(self, data: Any) -> None:
        super().__init__()
        self.data = data


def _refuse_ext(code: int, data: bytes) -> None:
    raise ValueError("max_ext_len")


def read_header(data: bytes, limits: Limits) -> dict[str, Any]:
    """The header map, its `$` forms not yet resolved.

    Args:
        data: the header frame.
        limits: max_header_bytes and max_items are checked here, max_depth when the values are resolved.

    Raises:
        BridgeError: `LimitExceeded` or `BadMessage`.
    """
    size = len(data)
    _check_size(size, limits)
    # Each entry has a byte at least: a header of no more bytes than max_items cannot have more entries.
    if size > SMALL or size > limits.max_items:
        header = _read_counted(data, limits)
    else:
        try:
            # More entries, or a longer str, than the header has bytes are refused by msgpack itself.
            header = msgpack.unpackb(data, strict_map_key=False, ext_hook=_refuse_ext, max_bin_len=0, max_ext_len=0)
        except Exception as error:
            raise unpack_error(error, limits) from None
    if type(header) is not dict:
        raise BridgeError("BadMessage", f"The header is a msgpack {kind_of(header)}.", expected="a map")
    return header


def read_start(data: Any, limits: Limits) -> dict[str, Any]:
    """The header map of a small message; of a large one a `Start`, which says what it wants and from whom.

    Args:
        data: the header frame, as bytes or as a `zmq.Frame`.

    Raises:
        BridgeError: `LimitExceeded` or `BadMessage`.
    """
    if len(data) <= SMALL:
        return read_header(data if type(data) is bytes else data.bytes, limits)
    _check_size(len(data), limits)
    start = read_prefix(data)
    return start if len(start) == len(_SCALARS) else _read_all_names(data, limits)


def read_prefix(data: Any) -> Start:
    """Those of `v`, `id` and `op` that come first in a large header, as they do in most; nothing is raised."""
    start = Start(data)
    prefix = bytes(memoryview(getattr(data, "buffer", data))[:SMALL])
    unpacker = unpacker_of(prefix)
    try:
        for name in _names(unpacker, prefix):
            if name not in _SCALARS or _is_container(prefix, unpacker.tell()):
                break
            start[name] = unpacker.unpack()
    except Exception:
        return start
    return start


def _read_all_names(data: Any, limits: Limits) -> Start:
    """`v`, `id` and `op` wherever they are among the fields, whose values are skipped."""
    start = Start(data)
    data = bytes(data)
    unpacker = unpacker_of(data)
    try:
        for name in _names(unpacker, data):
            if name in _SCALARS and not _is_container(data, unpacker.tell()):
                start[name] = unpacker.unpack()
            else:
                unpacker.skip()
    except Exception as error:
        raise unpack_error(error, limits) from None
    check_end(unpacker, data)
    return start


def _names(unpacker: msgpack.Unpacker, data: bytes) -> Iterator[str]:
    """The names of the fields of a header map; the caller reads or skips the value of each."""
    try:
        fields = unpacker.read_map_header()
    except msgpack.exceptions.UnpackException:
        raise
    except ValueError:
        raise BridgeError("BadMessage", "The header is no msgpack map.", expected="a map") from None
    if fields > _MAX_FIELDS:
        raise BridgeError("BadMessage", f"The header has {fields} fields.", expected=f"at most {_MAX_FIELDS}")
    for _ in range(fields):
        if not _is_str(data, unpacker.tell()):
            raise BridgeError("BadMessage", "The header has a key that is no str.", expected="str keys")
        yield unpacker.unpack()


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.max_header_bytes:
        raise BridgeError(
            "LimitExceeded",
            f"The header has {size} bytes; max_header_bytes = {limits.max_header_bytes}.",
            remedy="send numbers as array frames, or raise the server's max_header_bytes",
        )


def _read_counted(data: bytes, limits: Limits) -> Any:
    """Unpack a large header; it ends as soon as its arrays and maps have too many entries together."""
    check_claims(data, limits)
    entries = 0

    def count(found: list[Any]) -> list[Any]:
        nonlocal entries
        entries += len(found)
        if entries > limits.max_items:
            raise too_many_items(limits)
        return found

    collects = gc.isenabled()
    gc.disable()  # it would walk over all that is made, again and again, and find nothing
    try:
        return msgpack.unpackb(
            data,
            strict_map_key=False,
            list_hook=count,
            object_pairs_hook=lambda pairs: dict(count(pairs)),
            ext_hook=_refuse_ext,
            max_array_len=limits.max_items,
            max_map_len=limits.max_items,
            max_bin_len=0,
            max_ext_len=0,
        )
    except Exception as error:
        if "max_array_len" in str(error) or "max_map_len" in str(error):
            raise too_many_items(limits) from None
        raise unpack_error(error, limits) from None
    finally:
        if collects:
            gc.enable()


def _is_str(data: bytes, position: int) -> bool:
    byte = data[position] if position < len(data) else 0
    return 0xA0 <= byte <= 0xBF or 0xD9 <= byte <= 0xDB


def _is_container(data: bytes, position: int) -> bool:
    byte = data[position] if position < len(data) else 0
    return 0x80 <= byte <= 0x9F or 0xDC <= byte <= 0xDF


def kind_of(value: Any) -> str:
    """What msgpack calls the type of a value."""
    names = {"NoneType": "nil", "dict": "map", "list": "array", "bytes": "bin"}
    name = type(value).__name__
    return names.get(name, name)
