"""The codec: what goes in comes out, and what breaks the protocol is refused by name."""

from __future__ import annotations

import contextlib
from typing import Any

import hypothesis.extra.numpy as hnp
import msgpack
import numpy as np
import pytest
from bridge_test_envs import odd_values
from hypothesis import given, settings
from hypothesis import strategies as st
from record_fixtures import as_bytes
from wire_json import same

from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import DTYPES, SAFE_INT, VERSION, Repr, decode, encode, pack
from mirrorflow_bridge.message.scan import check_claims
from mirrorflow_bridge.message.template import Template

arrays = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | st.integers(-(2**90), 2**90) | st.floats() | texts | st.builds(Repr, texts)
keys = texts | st.integers(-SAFE_INT, SAFE_INT) | st.sampled_from(["$nd", "$int", "$x"])
values = st.recursive(
    scalars | arrays,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


def roundtrip(value: Any) -> Any:
    return decode(as_bytes(encode({"value": value})), Limits())["value"]


@given(values)
@settings(max_examples=300, deadline=None)
def test_what_is_encoded_decodes_to_the_same(value: Any) -> None:
    assert same(roundtrip(value), value)


@given(values)
@settings(max_examples=100, deadline=None)
def test_the_claims_of_every_encoded_header_are_accepted(value: Any) -> None:
    check_claims(encode({"value": value})[0], Limits())


@given(st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_random_bytes_decode_or_are_refused_by_name(data: bytes) -> None:
    code = None
    try:
        decode([data], Limits())
    except BridgeError as error:
        code = error.code
    assert code in (None, "BadMessage", "LimitExceeded")


@given(st.binary(max_size=60))
@settings(max_examples=500, deadline=None)
def test_what_claims_no_more_than_it_has_is_valid_msgpack(data: bytes) -> None:
    try:
        check_claims(data, Limits())
    except BridgeError:
        return
    # Invalid UTF-8, and an array as a key, are left to the decoder.
    with contextlib.suppress(UnicodeDecodeError, TypeError):
        msgpack.unpackb(data, strict_map_key=False, ext_hook=lambda code, content: None)


def test_arrays_are_views_on_the_frames() -> None:
    frames = [bytearray(frame) for frame in as_bytes(encode({"value": np.arange(6.0).reshape(2, 3)}))]
    value = decode(frames, Limits())["value"]
    frames[1][:8] = np.float64(9).tobytes()
    assert value[0, 0] == 9


def test_arrays_are_sent_without_a_copy() -> None:
    array = np.arange(6_000.0).reshape(2, 3_000)
    assert encode({"value": [array]})[1] is array
    assert encode({"value": [np.zeros(3), array]}, Limits(), lane=True)[2] is array


def test_the_arrays_of_a_small_message_share_a_frame_and_those_of_a_large_one_over_a_lane() -> None:
    small = {"a": np.array([1, 2, 3], np.uint8), "b": [np.array([0.5]), {"c": np.zeros((0, 2), np.int32)}]}
    frames = as_bytes(encode(small))
    assert frames[1:] == [b"\1\2\3" + bytes(5) + np.float64(0.5).tobytes()]
    assert same(decode(frames, Limits()), small)
    large = {**small, "d": np.arange(50_000, dtype=np.int16)[::-1], "e": np.array([True])}
    assert len(encode(large)) == 6
    header, *body = as_bytes(encode(large, Limits(), lane=True))
    assert len(b"".join(body)) == 16 + 100_000 + 8
    assert same(decode([header, b"".join(body)], Limits()), large)
    most = Limits(max_frame_bytes=100_023)
    assert same(decode(as_bytes(encode(large, most, lane=True)), most), large)
    assert encode({"value": np.zeros(0)})[1] == bytes(8)


def test_values_without_a_form_travel_as_text_and_the_rest_as_it_is() -> None:
    value = roundtrip(odd_values())
    assert value["set"] == Repr("{1}")
    assert value["big"] == 2**80
    assert value["numpy"] == 0.5
    assert value["int8"] == -3
    assert value["bool"] is True
    assert value["objects"] == [1, "a", None]
    assert value["words"] == ["x", "yz"]
    assert isinstance(value["complex"], Repr)
    assert value["(1, 2)"] == "tuple key"
    assert value["$dollar"] == {"$nd": 1}
    assert value["bytes"] == Repr("b'abc'")
    assert same(value["big_endian"], np.array([1, 2], "<i4"))
    assert same(value["not_contiguous"], np.arange(6).reshape(2, 3).T)
    assert value["surrogate"] == "?"


def test_a_cyclic_value_ends_in_text_within_the_depth_limit() -> None:
    value = roundtrip(odd_values())["cyclic"]
    for _ in range(40):
        if isinstance(value, Repr):
            return
        value = value[1]
    raise AssertionError("the value is nested too deep")


def test_a_value_whose_repr_raises_is_named() -> None:
    class Hidden:
        def __repr__(self) -> str:
            raise ValueError

    assert roundtrip(Hidden()) == Repr("<Hidden whose repr raised ValueError>")


CLAIMS = {
    "array of 2^32 entries": b"\xdd\xff\xff\xff\xff",
    "map of 2^32 entries": b"\xdf\xff\xff\xff\xff",
    "str of 2^32 bytes": b"\xdb\xff\xff\xff\xff",
    "nested arrays, each claiming all": b"\xdc\xff\xff" * 5000,
    "nesting of 100000": b"\x91" * 100_000,
    "nesting of 1500 in a small header": b"\x91" * 1500,
}


@pytest.mark.parametrize("data", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_forged_claim_is_refused_without_allocation(data: bytes) -> None:
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(BridgeError) as caught:
        decode([data], Limits())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code in ("BadMessage", "LimitExceeded")
    assert peak < 40_000_000


@pytest.mark.parametrize("id", [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1])
def test_a_template_is_the_message_but_for_its_id(id: int) -> None:
    obs = np.arange(6, dtype=np.float32).reshape(2, 3)
    template = Template({"op": "act", "obs": np.zeros((2, 3), np.float32), "deterministic": False})
    header = template.header(id)
    form = {"$nd": 0, "dtype": "<f4", "shape": [2, 3]}
    assert msgpack.unpackb(header) == {"v": VERSION, "id": id, "op": "act", "obs": form, "deterministic": False}
    np.testing.assert_array_equal(decode([header, obs.tobytes()], Limits())["obs"], obs)


def test_a_message_that_cannot_be_packed_leaves_nothing_behind() -> None:
    """The packer is one for all messages."""
    with pytest.raises(TypeError):
        pack({"v": [1, object()]})
    assert encode({"v": VERSION}) == [msgpack.packb({"v": VERSION})]


def test_limits_are_those_that_were_given() -> None:
    tight = Limits(max_header_bytes=50, max_depth=2, max_items=3, max_frames=1, max_ndim=1)
    array = {"$nd": 0, "dtype": "|u1", "shape": [1, 1]}
    for parts in (
        [msgpack.packb({"a": "x" * 60})],
        [msgpack.packb({"a": [[[1]]]})],
        [msgpack.packb({"a": [1, 2, 3, 4]})],
        [msgpack.packb({"a": 1}), b"", b""],
        [msgpack.packb({"a": array}), b"x"],
    ):
        with pytest.raises(BridgeError) as caught:
            decode(parts, tight)
        assert caught.value.code == "LimitExceeded"
    assert decode([msgpack.packb({"a": [[1]]})], tight) == {"a": [[1]]}
