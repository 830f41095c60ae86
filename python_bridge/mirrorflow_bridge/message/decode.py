"""From frames to values: the reading half of the codec. Arrays are views on the frames, never copies."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import BridgeError
from ..limits import Limits
from .header import kind_of, read_header
from .joined import ALIGNMENT
from .scan import refused_type, too_deep

VERSION = 2
SAFE_INT = 2**53 - 1
DTYPES = {
    name: np.dtype(name)
    for name in ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8")
}
_DECIMAL = re.compile(r"-?[0-9]{1,1000}\Z")
_PLAIN = frozenset((str, bool, float, type(None)))
_ND_KEYS = ({"$nd", "dtype", "shape"}, {"$nd", "dtype", "shape", "at"})


@dataclass(frozen=True)
class Repr:
    """What stands for an object that has no form in the protocol: its text."""

    text: str


def resolve(header: dict[Any, Any], frames: list[Any], limits: Limits, *, allow_repr: bool) -> dict[str, Any]:
    """The header with every field resolved in its place.

    Args:
        header: as `read_header` gives it.
        frames, limits, allow_repr: as for `Decoder`.

    Raises:
        BridgeError: `BadMessage`, also where a frame was not referred to, or `LimitExceeded`.
    """
    decoder = None
    for key, value in header.items():
        if type(key) is not str:
            raise BridgeError("BadMessage", f"The header has a {kind_of(key)} as a key.", expected="str keys")
        kind = type(value)
        if kind in _PLAIN or (kind is int and -SAFE_INT <= value <= SAFE_INT):
            continue
        decoder = decoder or Decoder(frames, limits, allow_repr)
        header[key] = decoder.value(value, 1)
    if frames:
        (decoder or Decoder(frames, limits, allow_repr)).check_all_used()
    return header


class Decoder:
    """Resolves the `$` forms of one message.

    Args:
        frames: the array frames: bytes-like objects or `zmq.Frame`s.
        limits: max_depth and max_ndim are checked here, max_items when the header is read.
        allow_repr: whether `$repr` may appear; only servers send it.
    """

    __slots__ = ("_allow_repr", "_frames", "_limits", "_used")

    def __init__(self, frames: list[Any], limits: Limits, allow_repr: bool) -> None:
        self._frames = frames
        self._used: set[int] = set()
        self._limits = limits
        self._allow_repr = allow_repr

    def check_all_used(self) -> None:
        """Raise `BadMessage` where a frame was not referred to."""
        if len(self._used) != len(self._frames):
            unused = next(k for k in range(len(self._frames)) if k not in self._used)
            raise BridgeError(
                "BadMessage",
                f"Array frame {unused} is not referred to by the header ({len(self._frames)} frames were sent).",
                expected='a {"$nd": k, …} for each frame',
            )

    def value(self, value: Any, depth: int) -> Any:
        """`value` with its `$` forms resolved; `depth` counts the arrays and maps around and including it."""
        kind = type(value)
        if kind is dict or kind is list:
            if depth > self._limits.max_depth:
                raise too_deep(self._limits)
            if not value:
                return value
            if kind is dict:
                return value if _is_plain_map(value) else self._map(value, depth)
            return value if _are_plain(value) else [self.value(entry, depth + 1) for entry in value]
        if kind is int:
            if not -SAFE_INT <= value <= SAFE_INT:
                raise BridgeError(
                    "BadMessage", f"The integer {value} is beyond 2^53 - 1.", expected='{"$int": "decimal"}'
                )
            return value
        if kind in _PLAIN:
            return value
        raise refused_type()

    def _map(self, value: dict[Any, Any], depth: int) -> Any:
        if "$nd" in value:
            return self._array(value)
        result = {}
        for key, entry in value.items():
            if type(key) is str:
                if key[:1] == "$":
                    return self._form(value, depth)
            elif type(key) is not int or not -SAFE_INT <= key <= SAFE_INT:
                raise BridgeError("BadMessage", f"A map has a {kind_of(key)} as a key.", expected="str or int keys")
            result[key] = self.value(entry, depth + 1)
        return result

    def _form(self, value: dict[Any, Any], depth: int) -> Any:
        name, content = next(iter(value.items()))
        if len(value) == 1 and name == "$int" and type(content) is str and _DECIMAL.match(content):
            return int(content)
        if len(value) == 1 and name == "$map" and type(content) is list:
            return self._pairs(content, depth)
        if len(value) == 1 and name == "$repr" and type(content) is str and self._allow_repr:
            return Repr(content)
        keys = ", ".join(sorted(str(key)[:40] for key in list(value)[:8]))
        raise BridgeError(
            "BadMessage",
            f"A map with the keys {keys} is not a form of this protocol.",
            expected='{"$nd", "dtype", "shape"}, {"$int": "decimal"} or {"$map": [[key, value], …]}',
        )

    def _pairs(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        if depth + 2 > self._limits.max_depth:
            raise too_deep(self._limits)
        result = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in (str, int):
                raise BridgeError(
                    "BadMessage", "An entry of a $map is no pair.", expected="[key, value], key str or int"
                )
            result[self.value(pair[0], depth)] = self.value(pair[1], depth + 3)
        return result

    def _array(self, form: dict[Any, Any]) -> np.ndarray:
        """The array `{"$nd": k, "dtype": d, "shape": [n, …]}`: a view on frame k, or on a part of it from `at` on."""
        if form.keys() not in _ND_KEYS:
            expected = '"$nd", "dtype", "shape" and perhaps "at"'
            raise BridgeError("BadMessage", "An array form has wrong keys.", expected=expected)
        index, name, shape = form["$nd"], form["dtype"], form["shape"]
        if type(index) is not int or not 0 <= index < len(self._frames):
            raise BridgeError(
                "BadMessage",
                f"An array refers to frame {str(index)[:40]}; {len(self._frames)} array frames were sent.",
            )
        dtype = DTYPES.get(name) if type(name) is str else None
        if dtype is None:
            raise BridgeError(
                "BadMessage", f"Array {index} has the dtype {str(name)[:40]!r}.", expected=" ".join(DTYPES)
            )
        if type(shape) is not list:
            raise BridgeError("BadMessage", f"Array {index} has no shape.", expected="an array of sizes")
        if len(shape) > self._limits.max_ndim:
            raise BridgeError(
                "LimitExceeded", f"Array {index} has {len(shape)} dimensions; max_ndim = {self._limits.max_ndim}."
            )
        size = dtype.itemsize
        for length in shape:
            if type(length) is not int or not 0 <= length <= SAFE_INT:
                raise BridgeError("BadMessage", f"Array {index} has the size {str(length)[:40]}.", expected="ints ≥ 0")
            size *= length
        frame = self._frames[index]
        data = getattr(frame, "buffer", frame)
        if "at" in form:
            data = _part(data, form["at"], size, index)
        if len(data) != size:
            raise BridgeError(
                "BadMessage",
                f"Frame {index} has {len(data)} bytes; dtype {name} and shape {shape} need {size}.",
            )
        self._used.add(index)
        if size == 0:
            return _empty(shape, dtype, index)
        return np.frombuffer(data, dtype).reshape(shape)


def _part(data: Any, at: Any, size: int, index: int) -> Any:
    """The bytes of an array that shares its frame with others."""
    if type(at) is not int or at < 0 or at % ALIGNMENT or at + size > len(data):
        raise BridgeError(
            "BadMessage",
            f"An array of {size} bytes begins at {str(at)[:40]} of frame {index}, which has {len(data)} bytes.",
            expected=f"a multiple of {ALIGNMENT} within the frame",
        )
    return memoryview(data)[at : at + size]


def _are_plain(values: Collection[Any]) -> bool:
    """Whether `values` have nothing to resolve, told without a look at each where they are many of a kind."""
    kinds = set(map(type, values))
    if int in kinds:
        return len(kinds) == 1 and min(values) >= -SAFE_INT and max(values) <= SAFE_INT
    return kinds <= _PLAIN


def _is_plain_map(value: dict[Any, Any]) -> bool:
    """Whether a map has str keys, none of which may begin a form, and values with nothing to resolve."""
    return set(map(type, value)) == {str} and "$" not in "".join(value) and _are_plain(value.values())


def _empty(shape: list[int], dtype: np.dtype, index: int) -> np.ndarray:
    """An array without entries; the other sizes may still be too large for NumPy."""
    try:
        return np.empty(shape, dtype)
    except ValueError:
        raise BridgeError("BadMessage", f"Array {index} has the impossible shape {shape}.") from None


def decode(parts: list[Any], limits: Limits, *, allow_repr: bool = True) -> dict[str, Any]:
    """A whole message: `[header, array 0, …]`, each bytes-like or a `zmq.Frame`.

    Returns:
        The header's fields; arrays are views on the frames.

    Raises:
        BridgeError: `BadMessage` or `LimitExceeded`.
    """
    if not parts:
        raise BridgeError("BadMessage", "The message has no frames.", expected="a header frame")
    if len(parts) - 1 > limits.max_frames:
        raise too_many_frames(limits)
    data = parts[0]
    header = read_header(data if type(data) is bytes else bytes(getattr(data, "buffer", data)), limits)
    return resolve(header, parts[1:], limits, allow_repr=allow_repr)


def too_many_frames(limits: Limits) -> BridgeError:
    return BridgeError(
        "LimitExceeded",
        f"The message has more than max_frames = {limits.max_frames} array frames.",
        remedy="send fewer arrays, or raise the server's max_frames",
    )
