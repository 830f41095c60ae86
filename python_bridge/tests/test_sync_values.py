"""Steps of our synchronous vector beside Gymnasium's: values and dtypes, unusual ones and errors as well."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import gymnasium
import numpy as np
import pytest
from bridge_test_envs import SPACES, Mirror
from gymnasium import spaces as gs
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given
from hypothesis import strategies as st
from odd_envs import FLAGS, OBSERVATIONS, REWARDS, Odd

from mirrorflow_bridge.env.allow import AllowList
from mirrorflow_bridge.env.make import EnvFactory, make
from mirrorflow_bridge.env.quick import QuickContains, QuickContainsAll
from mirrorflow_bridge.env.request import MakeRequest
from mirrorflow_bridge.env.sync_env import FastSyncVectorEnv
from mirrorflow_bridge.limits import Limits

KINDS = (FastSyncVectorEnv, SyncVectorEnv)


def outcome(function: Any, *args: Any, **kwargs: Any) -> Any:
    """What a call returned, or that it raised."""
    try:
        return copy.deepcopy(function(*args, **kwargs))
    except Exception:
        return "an exception"


def assert_same(a: Any, b: Any) -> None:
    """The same types, dtypes, shapes and values, at any depth."""
    assert type(a) is type(b)
    if isinstance(a, np.ndarray) and a.dtype != object:
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, dict):
        assert set(a) == set(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, (tuple, list, np.ndarray)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        assert a == b


def assert_steps(makers: list[Any], mode: AutoresetMode, actions: Any, steps: int = 12) -> None:
    ours, theirs = (kind(makers, autoreset_mode=mode) for kind in KINDS)
    assert_same(*(outcome(env.reset, seed=5) for env in (ours, theirs)))
    for t in range(steps):
        results = [outcome(env.step, actions(t)) for env in (ours, theirs)]
        assert_same(*results)
        if isinstance(results[1], str):
            return
        over = results[1][2] | results[1][3]
        # Where episodes are not reset by themselves, and now and then where they are.
        if over.any() and (mode == AutoresetMode.DISABLED or t % 3 == 0):
            options = [{"reset_mask": over.copy()} for _ in KINDS]
            assert_same(ours.reset(options=options[0]), theirs.reset(options=options[1]))
        if t == 7:
            assert_same(ours.reset(seed=[1, None, 3]), theirs.reset(seed=[1, None, 3]))


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("name", OBSERVATIONS)
def test_unusual_observations(name: str, mode: AutoresetMode) -> None:
    makers = [lambda length=length: Odd(observation=name, length=length) for length in (2, 3, 5)]
    assert_steps(makers, mode, lambda t: np.array([-1, 0, 1]))


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize(("flag", "reward"), [(flag, "int") for flag in FLAGS] + [("bool", name) for name in REWARDS])
def test_unusual_flags_and_rewards(flag: str, reward: str, mode: AutoresetMode) -> None:
    makers = [lambda length=length: Odd(flag=flag, reward=reward, length=length) for length in (2, 3, 5)]
    assert_steps(makers, mode, lambda t: np.array([-1, 0, 1]))


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("space", SPACES)
def test_every_space_for_observations_and_actions(space: str, mode: AutoresetMode) -> None:
    makers = [lambda length=length: Mirror(space, length) for length in (2, 3, 5)]
    source = gymnasium.vector.utils.batch_space(SPACES[space], 3)
    source.seed(0)
    samples = [source.sample() for _ in range(12)]
    assert_steps(makers, mode, lambda t: samples[t])


@pytest.mark.parametrize("keep", [False, frozenset({"half", "final_obs"}), frozenset({"name"}), frozenset()])
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_entries_of_info_that_nobody_wants_are_left_out(keep: Any, mode: AutoresetMode) -> None:
    makers = [lambda length=length: Mirror("box", length) for length in (2, 3, 5)]
    ours, theirs = (kind(makers, autoreset_mode=mode) for kind in KINDS)
    ours.keep = keep
    for env in (ours, theirs):
        env.reset(seed=5)
    for _ in range(12):
        result, expected = (env.step(np.zeros((3, 2, 3), np.float32)) for env in (ours, theirs))
        assert_same(result[:4], expected[:4])
        wanted = {key for key in keep or () if key in expected[4]}
        assert_same(result[4], {name: expected[4][name] for key in wanted for name in (key, f"_{key}")})
        if mode == AutoresetMode.DISABLED and (over := expected[2] | expected[3]).any():
            for env in (ours, theirs):
                env.reset(options={"reset_mask": over.copy()})


@pytest.mark.parametrize(
    "actions", [np.array([0, 1]), np.array([0, 1, 0, 1]), [0, 1, -1], (1, 1, 1), np.array([0, 1, 0], np.int8), 1, None]
)
def test_actions_of_other_forms(actions: Any) -> None:
    assert_steps([Odd] * 3, AutoresetMode.NEXT_STEP, lambda t: actions)


@pytest.mark.parametrize("id", ["CartPole-v1", "Acrobot-v1", "Pendulum-v1", "FrozenLake-v1", "Blackjack-v1"])
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_gymnasiums_own_environments_as_the_server_makes_them(id: str, mode: AutoresetMode) -> None:
    ours = FastSyncVectorEnv([EnvFactory(id, (), {}, ())] * 3, autoreset_mode=mode)
    theirs = SyncVectorEnv([lambda: gymnasium.make(id)] * 3, autoreset_mode=mode)
    theirs.action_space.seed(4)
    assert_same(ours.reset(seed=9), theirs.reset(seed=9))
    for _ in range(300):
        action = theirs.action_space.sample()
        result = theirs.step(action)
        assert_same(ours.step(action), result)
        over = result[2] | result[3]
        if mode == AutoresetMode.DISABLED and over.any():
            options = [{"reset_mask": over.copy()} for _ in KINDS]
            assert_same(ours.reset(options=options[0]), theirs.reset(options=options[1]))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
@given(n=st.integers(1, 100), start=st.integers(0, 27), x=st.integers(-300, 300), change=st.booleans())
def test_the_quick_contains_is_gymnasiums(dtype: type, n: int, start: int, x: int, change: bool) -> None:
    space = gs.Discrete(n, start=start, dtype=dtype)
    quick = QuickContains(space)
    if change:
        space.n, space.start = dtype(n + 1), dtype(start + 1)
    inside = start + change <= x < start + n + 2 * change
    for kind in (np.int64, np.int32, np.int16):
        assert quick(kind(x)) is gs.Discrete.contains(space, kind(x))
    assert quick(dtype(x % 128)) is gs.Discrete.contains(space, dtype(x % 128))
    for value in (x, float(x), np.array(x), np.array([x]), str(x), None, True):
        assert quick(value) is gs.Discrete.contains(space, value)
    if dtype is np.int64:
        assert quick(dtype(x)) is inside


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
@given(
    nvec=st.lists(st.integers(1, 5), min_size=3, max_size=3),
    start=st.lists(st.integers(0, 3), min_size=3, max_size=3),
    x=st.lists(st.integers(-1, 8), min_size=3, max_size=3),
    lower=st.sampled_from([0, 2, 2**63 - 8]),
)
def test_the_quick_contains_of_several_is_gymnasiums(
    dtype: type, nvec: list[int], start: list[int], x: list[int], lower: int
) -> None:
    wide = dtype is np.int64
    space = gs.MultiDiscrete(nvec, dtype=dtype, start=[s - lower * wide for s in start])
    quick = QuickContainsAll(space)
    if wide:
        assert quick(np.array(x) - lower) is all(s <= v < s + n for s, n, v in zip(start, nvec, x, strict=True))
    for value in (np.array(x), np.array(x, np.int32), np.array([x, x]), np.array(x, float), x, tuple(x), 1, None):
        assert quick(value) is gs.MultiDiscrete.contains(space, value)
    space.nvec[0] += 9  # an environment may change its space
    value = np.array([start[0] - lower * wide + nvec[0] + 8, *space.start[1:]], dtype)
    assert quick(value) is gs.MultiDiscrete.contains(space, value) is True


def test_a_native_vector_as_the_server_makes_it() -> None:
    id = "CartPole-v1"
    ours = make(MakeRequest(id, num_envs=5, backend="vector_entry_point"), AllowList(), Limits())
    theirs = gymnasium.make_vec(id, num_envs=5, vectorization_mode="vector_entry_point")
    theirs.action_space.seed(4)
    assert_same(ours.reset(seed=9), theirs.reset(seed=9))
    for _ in range(300):
        action = theirs.action_space.sample()
        assert_same(ours.step(action), theirs.step(action))
    for action in (np.full(5, 7), np.full(5, -1), np.zeros(4, np.int64), np.zeros(5), "no"):
        assert_same(outcome(ours.step, action), outcome(theirs.step, action))


def test_a_copy_of_an_environments_space_is_a_space_of_its_own() -> None:
    space = EnvFactory("CartPole-v1", (), {}, ())().unwrapped.action_space
    assert type(space) is gs.Discrete
    assert space == gs.Discrete(2)
    for other in (copy.deepcopy(space), pickle.loads(pickle.dumps(space))):
        other.n = np.int64(5)
        assert np.int64(4) in other
        assert np.int64(4) not in space
