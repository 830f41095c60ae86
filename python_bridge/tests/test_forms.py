"""Replies that are read by a form that is known, against the codec."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mirrorflow_bridge.client.forms import Forms
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import decode, encode


def test_replies_of_a_form_that_is_known_are_those_of_the_codec() -> None:
    forms, rng = Forms(), np.random.default_rng(0)
    for round in range(3):
        for n, dtype in ((1, np.int32), (3, np.int32), (3, np.int64), (7, np.uint8)):
            for id in (1, 200, 40_000, 2**31 + round, 2**32 - 2):
                arrays = {"action": rng.integers(0, 9, n).astype(dtype), "value": rng.normal(size=(n, 2))}
                header, body = encode({"v": 2, "id": id, "ok": True, **arrays}, Limits(), lane=True)
                read, decoded = forms.read(header, body), decode([header, body], Limits())
                assert (read is None) == (round == 0 and id == 1)
                for name, array in arrays.items():
                    assert decoded[name].dtype == array.dtype
                    assert np.array_equal(decoded[name], array)
                if read is None:
                    forms.add(header, body, decoded)
                    continue
                assert read.keys() == decoded.keys()
                assert (read["v"], read["id"], read["ok"]) == (2, id, True)
                for name, array in arrays.items():
                    assert (read[name].dtype, read[name].flags.writeable) == (array.dtype, False)
                    assert np.array_equal(read[name], array)


@pytest.mark.parametrize(
    "fields",
    [
        {"ok": True, "reward": 1.5, "obs": np.zeros(2)},
        {"ok": True, "steps": 3, "obs": np.zeros(2)},
        {"ok": True, "info": {"x": np.zeros(2)}},
        {"ok": False, "error": {"code": "Busy"}, "obs": np.zeros(2)},
        {"ok": True, "obs": np.zeros((0, 2)), "reward": np.zeros(2)},
    ],
)
def test_replies_that_say_more_than_arrays_and_flags_are_read_anew(fields: dict[str, Any]) -> None:
    forms = Forms()
    header, body = encode({"v": 2, "id": 1, **fields}, Limits(), lane=True)
    forms.add(header, body, decode([header, body], Limits()))
    assert forms.read(header, body) is None


def test_a_known_form_needs_its_size() -> None:
    forms = Forms()
    header, body = encode({"v": 2, "id": 1, "ok": True, "obs": np.arange(3.0)}, Limits(), lane=True)
    forms.add(header, body, decode([header, body], Limits()))
    assert forms.read(header, body) is not None
    assert forms.read(header, body[:-8]) is None
    assert forms.read(header[:-1], body) is None
