"""The two vector environments of our own are Gymnasium's in every value."""

from __future__ import annotations

import bridge_test_envs
import gymnasium
import numpy as np
import pytest
from bridge_test_envs import Awkward, Mirror
from compare import assert_info, assert_step, wire_of
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from wire_json import same

from mirrorflow_bridge.env.async_env import SturdyAsyncVectorEnv
from mirrorflow_bridge.env.sync_env import FastSyncVectorEnv
from mirrorflow_bridge.errors import WorkerFault

PAIRS = [(FastSyncVectorEnv, SyncVectorEnv), (SturdyAsyncVectorEnv, AsyncVectorEnv)]


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("space", ["box", "discrete", "dict", "text", "tuple"])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=["sync", "async"])
def test_every_step_is_the_same(ours: type, theirs: type, space: str, mode: AutoresetMode) -> None:
    # Episodes of different lengths, so that resets do not fall together.
    makers = [lambda length=length: Mirror(space, length) for length in (2, 3, 5)]
    # Gymnasium's own reads text from shared memory only once, ours finds out by itself.
    kwargs = {"shared_memory": space not in ("text", "tuple")} if theirs is AsyncVectorEnv else {}
    a, b = ours(makers, autoreset_mode=mode), theirs(makers, autoreset_mode=mode, **kwargs)
    for options in (None, {"x": 1}):
        (obs, info), (obs_b, info_b) = a.reset(seed=3, options=options), b.reset(seed=3, options=options)
        assert same(wire_of(a, obs), wire_of(b, obs_b))
        assert_info(_plain(a, info), info_b, b)
    b.action_space.seed(0)
    for _ in range(14):
        action = b.action_space.sample()
        step, expected = a.step(action), b.step(action)
        names = ("obs", "reward", "terminated", "truncated", "info")
        reply = dict(zip(names, (wire_of(a, step[0]), *step[1:4], _plain(a, step[4])), strict=True))
        assert_step(reply, expected, b)
        over = expected[2] | expected[3]
        if mode == AutoresetMode.DISABLED and over.any():
            obs, info = a.reset(options={"reset_mask": over.copy()})
            obs_b, info_b = b.reset(options={"reset_mask": over.copy()})
            assert same(wire_of(a, obs), wire_of(b, obs_b))
    a.close()
    b.close()


def _plain(env, info: dict) -> dict:
    from compare import plain

    from mirrorflow_bridge.env.info import wire_final_obs

    return plain(wire_final_obs(info, env.single_observation_space) if "final_obs" in info else info)


def test_what_a_step_returned_is_not_written_to_by_later_calls() -> None:
    env = FastSyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 2)
    env.reset(seed=1)
    results = []
    for _ in range(12):
        results.append(env.step(np.array([1, 1]))[:4])
    copies = [[np.copy(entry) for entry in result] for result in results]
    env.reset(options={"reset_mask": np.array([True, False])})
    env.step(np.array([0, 0]))
    env.reset()
    assert all(np.array_equal(x, y) for r, c in zip(results, copies, strict=True) for x, y in zip(r, c, strict=True))


def test_a_step_of_an_ended_episode_is_an_error_without_autoreset() -> None:
    for kind in (FastSyncVectorEnv, SyncVectorEnv):
        env = kind([lambda: Mirror("discrete", 1)] * 2, autoreset_mode=AutoresetMode.DISABLED)
        env.reset(seed=1)
        env.step(np.array([0, 0]))
        with pytest.raises(AssertionError):
            env.step(np.array([0, 0]))


def test_a_worker_outlives_an_exception_and_the_first_cause_is_raised_once() -> None:
    env = SturdyAsyncVectorEnv([Awkward] * 3)
    env.reset(seed=1)
    with pytest.raises(WorkerFault) as caught:
        env.step(np.array([0, 1, 1]))
    fault = caught.value
    assert (fault.index, fault.exception, fault.message) == (1, "RuntimeError", "the simulator broke")
    assert fault.traceback.count('int("three")') == 1
    assert "async_env.py" not in fault.traceback
    assert env.step(np.array([0, 0, 0]))[0].tolist() == [2, 2, 2]
    env.close()
    assert not any(process.is_alive() for process in env.processes)


def test_a_worker_that_dies_is_named_and_the_rest_can_be_closed() -> None:
    env = SturdyAsyncVectorEnv([Awkward] * 2)
    env.reset()
    with pytest.raises((EOFError, OSError)):
        env.step(np.array([0, 4]))
    with pytest.raises(WorkerFault, match="exit code 7"):
        env.check_alive()
    env.close()
    assert not any(process.is_alive() for process in env.processes)


def test_the_test_spaces_cover_every_space_of_gymnasium() -> None:
    names = {"Box", "Discrete", "MultiBinary", "MultiDiscrete", "Text", "Dict", "Tuple", "Sequence", "Graph", "OneOf"}
    assert {type(space).__name__ for space in bridge_test_envs.SPACES.values()} == names
