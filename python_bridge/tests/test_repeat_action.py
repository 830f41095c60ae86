"""The wrapper RepeatAction against the environment itself, stepped by hand."""

from __future__ import annotations

import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from mirrorflow_envs import RepeatAction


def by_hand(env: gym.Env, action: Any, repeat: int) -> tuple[Any, float, bool, bool]:
    """The last observation, the sum of the rewards and the flags of up to `repeat` steps."""
    total = 0.0
    for _ in range(repeat):
        observation, reward, terminated, truncated, _ = env.step(action)
        total += reward
        if terminated or truncated:
            break
    return observation, total, terminated, truncated


def compare(id: str, repeat: int, steps: int, actions: Any) -> int:
    """Steps both and asserts that they are equal; the number of episodes that ended."""
    wrapped = RepeatAction(gym.make(id), repeat)
    plain = gym.make(id)
    np.testing.assert_array_equal(wrapped.reset(seed=3)[0], plain.reset(seed=3)[0])
    ends = 0
    for _ in range(steps):
        action = actions()
        observation, total, terminated, truncated, _ = wrapped.step(action)
        last, reward, *flags = by_hand(plain, action, repeat)
        np.testing.assert_array_equal(observation, last)
        assert total == pytest.approx(reward, abs=1e-9)
        assert [terminated, truncated] == flags
        if terminated or truncated:
            ends += 1
            np.testing.assert_array_equal(wrapped.reset()[0], plain.reset()[0])
    return ends


def test_rewards_are_summed_and_an_episode_ends_in_the_middle_of_a_repetition() -> None:
    rng = np.random.default_rng(0)
    assert compare("CartPole-v1", 3, 60, lambda: int(rng.integers(2))) >= 3


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Box2D 2.3.10 has no wheel for Python 3.14")
def test_the_frames_of_car_racing_are_those_that_it_draws_itself() -> None:
    rng = np.random.default_rng(0)
    compare("CarRacing-v3", 4, 25, lambda: rng.uniform([-1, 0, 0], [1, 1, 0.2]).astype(np.float32))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Box2D 2.3.10 has no wheel for Python 3.14")
def test_car_racing_draws_one_frame_for_each_action_and_the_last_of_an_episode() -> None:
    env = RepeatAction(gym.make("CarRacing-v3", max_episode_steps=10), 4)
    observation, _ = env.reset(seed=0)
    scene = env.unwrapped
    draws = 0
    draw = type(scene)._render

    class Counting(type(scene)):
        def _render(self, mode: str) -> Any:
            nonlocal draws
            draws += 1
            return draw(self, mode)

    scene.__class__ = Counting
    for ends in (False, False, True):
        before = observation
        observation, _, _, truncated, _ = env.step(np.array([0, 1, 0], np.float32))
        assert truncated is ends
        assert (observation != before).any()
    assert draws == 3


@pytest.mark.parametrize("repeat", [0, -1, 1.5, "4"])
def test_a_repeat_that_is_no_count_is_refused(repeat: Any) -> None:
    with pytest.raises(ValueError, match=r"RepeatAction: repeat is .*; expected an integer of at least 1"):
        RepeatAction(gym.make("CartPole-v1"), repeat)
