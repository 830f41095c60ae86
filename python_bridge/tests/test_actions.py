"""What a held environment reads and returns beside the general functions of spaces/, and NumPy's own casts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bridge_test_envs import SPACES
from gymnasium import spaces as gs
from gymnasium.vector.utils import batch_space
from hypothesis import given
from hypothesis import strategies as st
from record_fixtures import as_bytes

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.env.actions import action_reader
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import decode, encode
from mirrorflow_bridge.spaces.to_wire import array_form, to_wire, to_wire_batch

INT_DTYPES = [np.int8, np.uint8, np.int32, np.int64, np.uint64]


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@given(
    dtype=st.sampled_from(INT_DTYPES),
    of=st.sampled_from([np.int64, np.int32]),
    start=st.integers(-(2**31), 2**31 - 200),
    n=st.integers(1, 100),
    offsets=st.lists(st.integers(-3, 103), min_size=3, max_size=3),
    near=st.booleans(),
)
def test_a_batch_of_ints_is_read_where_every_one_is_in_its_space(
    dtype: Any, of: Any, start: int, n: int, offsets: list[int], near: bool
) -> None:
    space = gs.Discrete(n, start=start, dtype=of)
    bounds = np.iinfo(dtype)
    numbers = [(start if near else int(bounds.max) - 50) + offset for offset in offsets]
    numbers = [min(max(x, int(bounds.min)), int(bounds.max)) for x in numbers]
    read = action_reader(space, 3)
    if all(start <= x < start + n for x in numbers):
        actions = read(read_only(np.array(numbers, dtype)))
        assert (actions.tolist(), actions.dtype, actions.flags.writeable) == (numbers, of, True)
    else:
        with pytest.raises(BridgeError, match=r"action is .*, outside Discrete"):
            read(read_only(np.array(numbers, dtype)))


@pytest.mark.parametrize("value", [np.zeros(2, np.int32), np.zeros(3), np.zeros((3, 1), np.int32), [0, 0, 0], None, 1])
def test_what_is_no_batch_of_ints_is_refused(value: Any) -> None:
    with pytest.raises(BridgeError, match="action is"):
        action_reader(gs.Discrete(2), 3)(value)


@pytest.mark.parametrize("value", [3, -2, 1.0, True, np.int64(1), None, "1"])
def test_what_is_no_int_of_the_space_is_refused(value: Any) -> None:
    read = action_reader(gs.Discrete(4, start=-1), 0)
    assert (read(2), type(read(-1))) == (2, np.int64)
    with pytest.raises(BridgeError, match="action is"):
        read(value)


@pytest.mark.parametrize("name", SPACES)
def test_the_one_array_of_a_space_has_the_form_that_travels(name: str) -> None:
    space = SPACES[name]
    single, batch = to_wire(space, space.sample()), to_wire_batch(space, batch_space(space, 3).sample(), 3)
    for wire, form in ((single, array_form(space, 0)), (batch, array_form(space, 3))):
        assert form is None or (wire.dtype, wire.shape) == form


@pytest.mark.parametrize("name", SPACES)
def test_every_action_that_travels_is_read_and_may_be_written_to(name: str) -> None:
    space = SPACES[name]
    space.seed(1)
    sample = space.sample()
    wire = decode(as_bytes(encode({"value": to_wire(space, sample)})), Limits())["value"]
    action = action_reader(space, 0)(wire)
    assert space.contains(action)
    if isinstance(action, np.ndarray):
        assert action.flags.writeable
        np.testing.assert_array_equal(action, sample)


@pytest.mark.parametrize("column", ["reward", "terminated", "truncated"])
def test_a_column_of_another_shape_is_the_environments_fault(client: Client, column: str) -> None:
    fields = {"num_envs": 2, "backend": "vector_entry_point", "kwargs": {"column": column}}
    handle = client.request("make", env="odd_envs:Short-v0", **fields)["handle"]
    client.request("reset", handle=handle)
    with pytest.raises(BridgeError, match=f"EnvironmentFault: Short-v0 gave the {column} "):
        client.request("step", handle=handle, action=np.zeros(2, np.int32))
