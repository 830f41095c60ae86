"""Decoded values as JSON and back, for the recorded messages in test/fixtures/protocol (see its README.md)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mirrorflow_bridge.message.codec import SAFE_INT, Repr


def to_json(value: Any) -> Any:
    """A decoded value as JSON: numbers, str, lists and nil as they are; everything else as a map of one key."""
    if isinstance(value, np.ndarray):
        data = [_number(entry) for entry in value.ravel().tolist()]
        return {"array": {"dtype": value.dtype.newbyteorder("<").str, "shape": list(value.shape), "data": data}}
    if isinstance(value, dict):
        return {"map": [[key, to_json(entry)] for key, entry in value.items()]}
    if isinstance(value, list):
        return [to_json(entry) for entry in value]
    if isinstance(value, Repr):
        return {"repr": value.text}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _number(value)
        return {"int" if isinstance(value, int) else "float": number} if isinstance(number, str) else number
    return value


def _number(value: Any) -> Any:
    """A number, or its text where JSON has no such number or JavaScript would round it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE_INT:
        return str(value)
    return value


def from_json(value: Any) -> Any:
    """The inverse of `to_json`."""
    if isinstance(value, list):
        return [from_json(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        dtype = np.dtype(content["dtype"])
        convert = float if dtype.kind == "f" else int
        data = [convert(entry) for entry in content["data"]]
        return np.array(data, dtype).reshape(content["shape"])
    if kind == "map":
        return {key: from_json(entry) for key, entry in content}
    return {"int": int, "float": float, "repr": Repr}[kind](content)


def same(a: Any, b: Any) -> bool:
    """Whether two decoded values are equal: arrays also in dtype and shape, NaN equal to NaN."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
            return False
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return True
    return type(a) is type(b) and a == b
