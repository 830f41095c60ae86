"""Values of random spaces, nested to any depth, over the wire and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces as gs
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, iterate
from hypothesis import given, settings
from hypothesis import strategies as st
from record_fixtures import SPACES, as_bytes

from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import decode, encode
from mirrorflow_bridge.spaces.build import space_of
from mirrorflow_bridge.spaces.describe import describe
from mirrorflow_bridge.spaces.from_wire import from_wire, from_wire_batch
from mirrorflow_bridge.spaces.to_wire import to_wire, to_wire_batch

shapes = st.lists(st.integers(1, 3), max_size=3).map(tuple)
boxes = st.builds(
    lambda shape, dtype: gs.Box(0 if dtype in ("uint8", "bool") else -1, 1, shape, np.dtype(dtype).type),
    shapes,
    st.sampled_from(["float32", "float64", "uint8", "int32", "int64", "float16", "bool"]),
)
discretes = st.builds(
    lambda n, start, dtype: gs.Discrete(n, start=start, dtype=dtype),
    st.integers(1, 50),
    st.integers(-30, 30),
    st.sampled_from(["int64", "int32", "int8"]),
)
multi_discretes = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    lambda n: gs.MultiDiscrete(n, start=[-1] * len(n))
)
arrays = boxes | discretes | multi_discretes | shapes.filter(bool).map(gs.MultiBinary)
texts = st.builds(lambda high, chars: gs.Text(high, charset=chars), st.integers(1, 6), st.sampled_from(["ab", "xyzä𝜋"]))
graphs = st.builds(gs.Graph, boxes | st.just(gs.Discrete(3)), st.none() | st.just(gs.Discrete(4)))
spaces = st.recursive(
    arrays | texts | graphs,
    lambda inner: (
        st.dictionaries(st.text("abc$", min_size=1, max_size=3), inner, min_size=1, max_size=3).map(gs.Dict)
        | st.lists(inner, min_size=1, max_size=3).map(gs.Tuple)
        | st.lists(inner, min_size=1, max_size=3).map(gs.OneOf)
        | st.builds(gs.Sequence, inner, stack=st.booleans())
    ),
    max_leaves=5,
)


def travel(value: Any) -> Any:
    return decode(as_bytes(encode({"value": value})), Limits())["value"]


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[key], b[key]) for key in a)
    return np.array_equal(a, b)


@given(spaces, st.integers(0, 2**31))
@settings(max_examples=200, deadline=None)
def test_a_sample_travels_to_the_client_and_back_unchanged(space: gs.Space, seed: int) -> None:
    space.seed(seed)
    value = space.sample()
    back = from_wire(space, travel(to_wire(space, value)), "value")
    assert space.contains(back)
    assert equal(back, value)


@given(spaces, st.integers(0, 2**31), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_a_batch_travels_to_the_client_and_back_unchanged(space: gs.Space, seed: int, n: int) -> None:
    space.seed(seed)
    values = [space.sample() for _ in range(n)]
    batch = concatenate(space, values, create_empty_array(space, n=n))
    back = from_wire_batch(space, travel(to_wire_batch(space, batch, n)), n, "value")
    assert equal(back, batch)


@given(spaces)
@settings(max_examples=100, deadline=None)
def test_every_space_has_a_description_that_travels(space: gs.Space) -> None:
    assert travel(describe(space))["type"] == type(space).__name__


@pytest.mark.parametrize("name", SPACES)
def test_a_batch_iterates_to_its_values_as_gymnasium_does(name: str) -> None:
    space = SPACES[name]
    space.seed(3)
    values = [space.sample() for _ in range(3)]
    batch = concatenate(space, values, create_empty_array(space, n=3))
    back = from_wire_batch(space, travel(to_wire_batch(space, batch, 3)), 3, "value")
    if isinstance(space, gs.Dict):
        return  # Gymnasium cannot iterate a Dict with a Sequence in it
    for ours, value in zip(iterate(batch_space(space, 3), back), values, strict=True):
        assert equal(ours, value)


def test_integers_travel_as_int32_where_the_bounds_fit() -> None:
    assert to_wire_batch(gs.Discrete(2**31), np.array([0, 5]), 2).dtype == np.int32
    assert to_wire_batch(gs.Discrete(2**31 + 1), np.array([0, 5]), 2).dtype == np.int64
    assert to_wire(gs.MultiDiscrete([4, 2**33]), np.array([0, 5])).dtype == np.int64


MISFITS = {
    "float for an int": (gs.Discrete(3), 1.0),
    "bool for an int": (gs.Discrete(3), True),
    "int too large": (gs.Discrete(3), 3),
    "int below start": (gs.Discrete(3, start=1), 0),
    "other dtype": (gs.Box(-1, 1, (2,), np.float32), np.zeros(2)),
    "other shape": (gs.Box(-1, 1, (2,), np.float32), np.zeros(3, np.float32)),
    "a list for an array": (gs.Box(-1, 1, (2,), np.float32), [0.0, 0.0]),
    "outside the bounds": (gs.Box(-1, 1, (2,), np.float32), np.array([0, 2], np.float32)),
    "not a number": (gs.Box(-1, 1, (2,), np.float32), np.array([0, np.nan], np.float32)),
    "two in a binary": (gs.MultiBinary(2), np.array([0, 2], np.int8)),
    "outside one of several": (gs.MultiDiscrete([2, 3]), np.array([1, 3], np.int32)),
    "letter not in the charset": (gs.Text(3, charset="ab"), "abc"),
    "text too long": (gs.Text(3, charset="ab"), "abab"),
    "missing key": (gs.Dict(a=gs.Discrete(2), b=gs.Discrete(2)), {"a": 1}),
    "additional key": (gs.Dict(a=gs.Discrete(2)), {"a": 1, "b": 1}),
    "too short a tuple": (gs.Tuple((gs.Discrete(2), gs.Discrete(2))), [1]),
    "deep inside": (gs.Tuple((gs.Dict(a=gs.Sequence(gs.Discrete(2))),)), [{"a": [0, 1, 2]}]),
    "index of no space": (gs.OneOf((gs.Discrete(2),)), [1, 0]),
    "no sequence": (gs.Sequence(gs.Discrete(2)), 1),
    "edges in a graph without": (
        gs.Graph(gs.Discrete(2), None),
        {"nodes": np.zeros(1, np.int32), "edges": np.zeros(1, np.int32), "edge_links": np.zeros((1, 2), np.int32)},
    ),
    "link to no node": (
        gs.Graph(gs.Discrete(2), gs.Discrete(2)),
        {"nodes": np.zeros(1, np.int32), "edges": np.zeros(1, np.int32), "edge_links": np.ones((1, 2), np.int32)},
    ),
}


@pytest.mark.parametrize(("space", "value"), MISFITS.values(), ids=MISFITS.keys())
def test_a_value_outside_its_space_is_a_bad_argument(space: gs.Space, value: Any) -> None:
    with pytest.raises(BridgeError) as caught:
        from_wire(space, value, "action")
    assert caught.value.code == "BadArgument"
    assert caught.value.message.startswith("action")
    assert caught.value.expected


def test_the_error_says_where_in_a_nested_value() -> None:
    space = gs.Tuple((gs.Dict(a=gs.Sequence(gs.Discrete(2))),))
    with pytest.raises(BridgeError, match=r"action\[0\]\['a'\]\[2\] is the int '2'"):
        from_wire(space, [{"a": [0, 1, 2]}], "action")


def test_the_error_says_which_entry_of_an_array() -> None:
    with pytest.raises(BridgeError, match=r"action is 2\.0 at \[1, 0\].*from -1\.0 to 1\.0"):
        from_wire_batch(gs.Box(-1, 1, (1,), np.float32), np.array([[0], [2]], np.float32), 2, "action")


def test_an_observation_of_another_shape_is_the_environments_fault() -> None:
    with pytest.raises(BridgeError) as caught:
        to_wire(gs.Box(-1, 1, (2,)), np.zeros(3, np.float32))
    assert caught.value.code == "EnvironmentFault"


def test_a_space_that_gymnasium_does_not_have_is_named() -> None:
    class Odd(gs.Space):
        pass

    with pytest.raises(BridgeError, match="type Odd"):
        describe(Odd())


class Mission(gs.Space):
    """A space of another package, as MiniGrid has: its values are str."""

    def __init__(self, dtype: Any = str) -> None:
        super().__init__(dtype=dtype)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        return f"go to the {self.np_random.choice(['green', 'grüne'])} door"

    def contains(self, x: Any) -> bool:
        return isinstance(x, str) and x.startswith("go to")


@pytest.mark.parametrize("dtype", [str, None], ids=["by its dtype", "by a sample"])
def test_a_space_of_another_package_whose_values_are_str_is_a_text_of_any_characters(dtype: Any) -> None:
    space = Mission(dtype)
    space.seed(3)
    state = space.np_random.bit_generator.state
    assert travel(describe(space)) == {"type": "Text", "min_length": 0, "max_length": 8_388_608, "charset": None}
    assert space.np_random.bit_generator.state == state
    whole = gs.Dict(mission=space, at=gs.Discrete(2))
    assert travel(to_wire(whole, {"mission": "go to bed €", "at": 1})) == {"mission": "go to bed €", "at": 1}
    batch = concatenate(space, ["go", np.str_("went")], create_empty_array(space, n=2))
    assert travel(to_wire_batch(space, batch, 2)) == ["go", "went"]


def test_such_a_description_is_a_space_in_python_again() -> None:
    space = space_of(describe(Mission()))
    assert space.contains("what you will €")
    assert not space.contains(3)
    assert space == space_of(describe(space))
    assert all(space.contains(space.sample()) for _ in range(20))


def test_an_action_in_such_a_space_is_asked_of_the_space() -> None:
    assert from_wire(Mission(), "go to bed", "action") == "go to bed"
    with pytest.raises(BridgeError, match="action is the str 'stay'") as caught:
        from_wire(Mission(), "stay", "action")
    assert caught.value.code == "BadArgument"


@pytest.mark.parametrize("space", [Mission(), gs.Text(5)], ids=["of another package", "of Gymnasium"])
def test_an_observation_that_is_no_text_is_the_environments_fault(space: gs.Space) -> None:
    with pytest.raises(BridgeError, match=r"The environment gave int '3' for") as caught:
        to_wire(space, 3)
    assert caught.value.code == "EnvironmentFault"


def test_an_observation_that_is_no_integer_is_the_environments_fault_and_not_rounded() -> None:
    assert to_wire(gs.Discrete(3), np.float64(2.0)) == 2
    for value in (0.7, np.float32(1.5), "1", None, np.nan):
        with pytest.raises(BridgeError, match=r"The environment gave .* for Discrete") as caught:
            to_wire(gs.Discrete(3), value)
        assert caught.value.code == "EnvironmentFault"
