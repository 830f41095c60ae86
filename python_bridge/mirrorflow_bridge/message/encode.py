"""From values to frames: the writing half of the codec. Arrays are handed on as they are, but for those of others.

Anything Python can go into an info map, an attribute or the result of a call; what has no form in the protocol is sent
as its text (`$repr`), so that a strange value never costs the rest of a reply.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Container, Mapping
from typing import Any

import msgpack
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import GraphInstance, Space

from ..errors import BridgeError
from ..limits import Limits
from ..spaces.describe import describe
from .decode import DTYPES, SAFE_INT, Repr
from .joined import SMALL_BODY, OneBody, bytes_of, count_entries, join, place_in_body

COPY_BELOW = 32_768  # bytes; a smaller frame is copied into ZeroMQ, which costs less than keeping track of it
MAX_REPR = 2_000  # characters
MAX_DEPTH = 30  # beyond it a value is sent as its text; below the protocol's 32 because `$map` takes two levels more
# One for all messages: `packb` makes one anew, with its buffer, which costs as much as packing a header.
pack = msgpack.Packer(unicode_errors="replace").pack
_WIRE_DTYPES = {dtype: name for name, dtype in DTYPES.items()}


class Arrays(list[Any]):
    """The arrays of a message, in the order of their forms.

    Attributes:
        forms: the `$nd` form of each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []


def encode(
    fields: dict[str, Any],
    limits: Limits | None = None,
    fresh: Container[str] | None = None,
    *,
    lane: bool = False,
) -> list[Any]:
    """The frames of a message: `[header bytes, array, …]`; small arrays are in one frame together.

    Args:
        fields: the header; its values may hold arrays, NumPy scalars, spaces and any other Python object.
        limits: what the message keeps to; None to let the receiver judge it.
        fresh: names of the fields whose arrays nobody writes to any more: those of others are copied, lest they are
            written to before the message has gone. None to copy none.
        lane: whether it goes over a lane: a `OneBody`, but where a body cannot hold the arrays.

    Raises:
        BridgeError: `LimitExceeded`.
    """
    arrays = Arrays()
    plain = {}
    for key, value in fields.items():
        first = len(arrays)
        plain[key] = to_plain(value, arrays, 1)
        if fresh is not None and len(arrays) > first and key not in fresh:
            arrays[first:] = map(own, arrays[first:])
    if not arrays:
        frames: list[Any] = OneBody((pack(plain),))
    else:
        most = SMALL_BODY if limits is None else limits.max_frame_bytes
        body = place_in_body(arrays, arrays.forms, most if lane else min(most, SMALL_BODY))
        if body is not None:
            frames = OneBody((pack(plain), *body))
        elif limits is not None and len(arrays) > limits.max_frames:
            shared = join(arrays, arrays.forms, limits.max_frame_bytes)
            frames = [pack(plain), *shared]
        else:
            frames = [pack(plain), *arrays]
    if limits is not None:
        _check(frames, plain, limits)
    return frames


def _check(frames: list[Any], plain: dict[str, Any], limits: Limits) -> None:
    """Raise `LimitExceeded` where the receiver would refuse the message."""
    size = len(frames[0])
    if size > limits.max_header_bytes:
        raise _exceeded("max_header_bytes", size, limits.max_header_bytes)
    # Each entry is a byte of the header at least.
    if size > limits.max_items and (entries := count_entries(plain)) > limits.max_items:
        raise _exceeded("max_items", entries, limits.max_items)
    if type(frames) is OneBody:
        return
    if len(frames) - 1 > limits.max_frames:
        raise _exceeded("max_frames", len(frames) - 1, limits.max_frames)
    largest = max(map(bytes_of, frames[1:]))
    if largest > limits.max_frame_bytes:
        raise _exceeded("max_frame_bytes", largest, limits.max_frame_bytes)


def _exceeded(name: str, actual: int, most: int) -> BridgeError:
    return BridgeError(
        "LimitExceeded",
        f"The reply would have {actual} where {name} = {most}.",
        remedy="ask for less at once: fewer environments a server (more servers), or fewer keys of info",
    )


def to_plain(value: Any, arrays: Arrays, depth: int) -> Any:
    """`value` in the protocol's forms; its arrays are appended to `arrays`."""
    kind = type(value)
    if value is None or kind is bool or kind is float or kind is str:
        return value
    if kind is int:
        return (
            value
            if -SAFE_INT <= value <= SAFE_INT
            else {"$int": str(value)}
            if value.bit_length() < 3000
            else _repr(value)
        )
    if kind is np.ndarray:
        return _array(value, arrays, depth)
    if depth > MAX_DEPTH:
        return _repr(value)
    if kind is list or kind is tuple:
        return [to_plain(entry, arrays, depth + 1) for entry in value]
    if kind is dict:
        return _map(value, arrays, depth)
    first = len(arrays)
    try:
        return _other(value, arrays, depth)
    except Exception:  # whatever a strange class does when it is looked at
        del arrays[first:], arrays.forms[first:]
        return _repr(value)


def _array(array: np.ndarray, arrays: Arrays, depth: int) -> Any:
    dtype = array.dtype
    name = _WIRE_DTYPES.get(dtype)
    if name is None:
        if dtype.kind in "OUT":
            return to_plain(array.tolist(), arrays, depth)
        little = dtype.newbyteorder("<")
        name = _WIRE_DTYPES.get(little)
        if name is None:
            return _repr(array)
        array = array.astype(little)
    if array.ndim > 32:
        return _repr(array)
    form = {"$nd": len(arrays), "dtype": name, "shape": list(array.shape)}
    arrays.append(as_frame(array))
    arrays.forms.append(form)
    return form


def own(frame: Any) -> Any:
    """`frame` as one that nobody else writes to; a small array is copied when it is sent, before anybody can."""
    return frame.copy() if isinstance(frame, np.ndarray) and frame.nbytes >= COPY_BELOW else frame


def as_frame(array: np.ndarray) -> Any:
    """`array` as something ZeroMQ takes for a frame: the array itself, or a copy in C order where it is not."""
    if array.size == 0:
        return b""
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)


def _map(value: Mapping[Any, Any], arrays: Arrays, depth: int) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    form = False
    for key, entry in value.items():
        if type(key) is not str:
            key = _key(key)
        if type(key) is str and key[:1] == "$":
            form = True
        result[key] = entry
    if form:
        return {"$map": [[key, to_plain(entry, arrays, depth + 3)] for key, entry in result.items()]}
    return {key: to_plain(entry, arrays, depth + 1) for key, entry in result.items()}


def _key(key: Any) -> str | int:
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool) and -SAFE_INT <= int(key) <= SAFE_INT:
        return int(key)
    try:
        return str(key)
    except Exception:
        return f"<{type(key).__name__} whose str raised>"


def _other(value: Any, arrays: Arrays, depth: int) -> Any:
    if isinstance(value, enum.Enum):
        return to_plain(value.value, arrays, depth + 1)
    if isinstance(value, Repr):
        return {"$repr": value.text}
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.timedelta64):  # an np.integer to NumPy, but its unit would be lost
        return _repr(value)
    if isinstance(value, (int, np.integer)):
        return to_plain(int(value), arrays, depth)
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.ma.MaskedArray):  # a list, with None where it is masked
        return to_plain(value.tolist(), arrays, depth)
    if isinstance(value, np.ndarray):
        return _array(np.asarray(value), arrays, depth)
    if isinstance(value, GraphInstance):
        return to_plain(value._asdict(), arrays, depth)
    if isinstance(value, (list, tuple, deque)):
        return to_plain(list(value), arrays, depth)
    if isinstance(value, Mapping):
        return _map(value, arrays, depth)
    if isinstance(value, EnvSpec):
        return to_plain(spec_map(value), arrays, depth)
    if isinstance(value, Space):
        return _space(value, arrays, depth)
    return _repr(value)


def _space(space: Space[Any], arrays: Arrays, depth: int) -> Any:
    try:
        return to_plain(describe(space), arrays, depth)
    except BridgeError:
        return _repr(space)


def spec_map(spec: EnvSpec | None) -> dict[str, Any] | None:
    """The `spec` of a reply to `make`: what a client can use of an environment's specification."""
    if spec is None:
        return None
    return {
        "id": spec.id,
        "max_episode_steps": spec.max_episode_steps,
        "reward_threshold": spec.reward_threshold,
        "nondeterministic": spec.nondeterministic,
        "kwargs": spec.kwargs,
    }


def _repr(value: Any) -> dict[str, str]:
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return {"$repr": text if len(text) <= MAX_REPR else text[:MAX_REPR] + "…"}
