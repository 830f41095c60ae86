"""What `RemoteAgent` learns where episodes are truncated and terminated: values that are known by hand."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from agents import config, needs_cli
from gymnasium import spaces as gs
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import TimeLimit
from value_envs import GAMMA, VALUES, Line

from mirrorflow_bridge.agent import RemoteAgent

pytestmark = needs_cli


def limited(first: int = 0) -> gym.Env:
    return TimeLimit(Line(first), 2)


def vector(mode: str) -> SyncVectorEnv:
    # All four environments begin in different states, so that one that took another's observation would show.
    lines = [lambda first=first: limited(first) for first in (2, 0, 3, 1)]
    return SyncVectorEnv(lines, autoreset_mode=AutoresetMode[mode.upper()])


class StableBaselines:
    """With the words of Stable-Baselines3's `VecEnv`."""

    num_envs, observation_space, action_space = 3, Line.observation_space, Line.action_space

    def __init__(self) -> None:
        self.lines = [limited(first) for first in (2, 0, 3)]

    def seed(self, seed: int) -> None: ...

    def step_async(self, actions: Any) -> None: ...

    def reset(self) -> np.ndarray:
        return np.array([line.reset()[0] for line in self.lines])

    def step(self, actions: Any) -> Any:
        obs, rewards, dones, infos = [], [], [], []
        for line in self.lines:
            last, reward, terminated, truncated, info = line.step(0)
            if terminated or truncated:
                info |= {"TimeLimit.truncated": truncated and not terminated, "terminal_observation": last}
                last, _ = line.reset()
            for values, value in zip(
                (obs, rewards, dones, infos), (last, reward, terminated or truncated, info), strict=True
            ):
                values.append(value)
        return np.array(obs), np.array(rewards), np.array(dones), infos


ENVIRONMENTS = {
    "one environment": limited,
    **{mode: lambda mode=mode: vector(mode) for mode in ("next_step", "same_step", "disabled")},
    "Stable-Baselines3": StableBaselines,
}
CRITICS: dict[str, dict[str, Any]] = {
    "leastSquares": {"type": "leastSquares", "window": 4, "lambda": 0, "ridge": 1e-9},
    "leastSquares with long returns": {"type": "leastSquares", "window": 4, "lambda": 0.95, "ridge": 1e-9},
    "recursiveLeastSquares": {"type": "recursiveLeastSquares", "forgetting": 0.8, "lambda": 0, "ridge": 1e-9},
    "td": {"type": "td", "stepSize": 0.5, "lambda": 0.5},
    "trueOnlineTd": {"type": "trueOnlineTd", "stepSize": 0.5, "lambda": 0.5},
}


def settings(critic: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A batch of 36 transitions, which may end inside an episode. The policy stays μ, so that KL is 0."""
    steps = {"sampler": {"type": "onPolicy", "steps": 9}, "criticSteps": {"type": "constant", "value": 9}}
    env, still = {"id": "own", "numEnvs": 4}, {"mirrorStep": 1e-9}
    return config(env=env, gamma=GAMMA, critic=critic, actor=still, **steps, **changes)


def one_hot(critic: dict[str, Any]) -> dict[str, Any]:
    return settings(critic, features={"type": "oneHot"})


def new_agent(critic: str) -> RemoteAgent:
    """Without an environment, for a loop of one's own."""
    spaces = {"observation_space": Line.observation_space, "action_space": Line.action_space}
    return RemoteAgent(config=one_hot(CRITICS[critic]), **spaces)


# Every kind of environment with one critic of each kind, and every critic with one environment.
PAIRS = [
    (env, critic) for env in ENVIRONMENTS for critic in CRITICS if env == "disabled" or critic in ("leastSquares", "td")
]


@pytest.mark.parametrize(("env", "critic"), PAIRS)
def test_values_are_right_where_episodes_are_truncated_and_terminated(env: str, critic: str) -> None:
    with RemoteAgent(config=one_hot(CRITICS[critic]), env=ENVIRONMENTS[env]()) as agent:
        agent.learn(1500)
        _, _, values = agent.act(np.arange(4))
    np.testing.assert_allclose(values, VALUES, atol=0.001)


@pytest.mark.parametrize("critic", ["leastSquares", "td"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("mode", ["disabled", "next_step"])
def test_an_episode_that_a_loop_gives_up_keeps_the_value_of_its_last_state(mode: str, told: bool, critic: str) -> None:
    line = Line()
    with new_agent(critic) as agent:
        agent.set_learning(True, autoreset=mode)
        ended = False
        for _ in range(400):
            obs, _ = line.reset()
            if ended and mode == "next_step":
                # The step that only resets: its observation, which should be the last one, counts for nothing.
                agent.explore(obs)
                agent.observe(obs, 0.0, False, False)
            for step in range(2):
                obs, reward, terminated, _, _ = line.step(int(agent.explore(obs)))
                truncated = told and step == 1 and not terminated
                ended = terminated or truncated
                agent.observe(obs, reward, terminated, truncated)
                if terminated:
                    break
        _, _, values = agent.act(np.arange(4))
    np.testing.assert_allclose(values, VALUES, atol=0.001)


def test_neither_does_a_first_step_that_fails_change_that_value() -> None:
    line = Line()
    with new_agent("leastSquares") as agent:
        for _ in range(400):
            obs, _ = line.reset()
            agent.explore(np.int64((obs + 2) % 4))  # what it led to never comes
            for _ in range(2):
                obs, reward, terminated, _, _ = line.step(int(agent.explore(obs)))
                agent.observe(obs, reward, terminated, False)
                if terminated:
                    break
        _, _, values = agent.act(np.arange(4))
    np.testing.assert_allclose(values, VALUES, atol=0.001)


class Growing(gym.Env):
    """Counts to 3 and is then truncated; a step gives the new count. V(x) = 4 + 2x solves V(x) = x + 1 + V(x+1)/2."""

    observation_space, action_space = gs.Box(0, 3, (1,)), gs.Discrete(1)

    def __init__(self, change: float) -> None:
        self.change, self.count = change, 0

    def _observation(self) -> np.ndarray:
        return np.array([self.count], np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
        self.count = 0
        return self._observation(), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        self.count += 1
        return self._observation(), self.count + self.change, False, self.count == 3, {}


# No reward above 3 is met, so a return counts 3/(1 - 0.5) = 6 at most. The line a + bx that is fitted to 1 + V(1)/2,
# 2 + V(2)/2 and min(6, 3 + V(3)/2) has a = 60/17 and b = 22/17. Where every step gives 5 less, all values are 10 less
# and within the bounds, which are then -8 and 0.
FITTED = [
    ("leastSquares", 0.0, np.array([60, 82, 104, 126]) / 17),
    ("leastSquares", -5.0, [-6, -4, -2, 0]),
    ("td", 0.0, [4, 6, 8, 10]),
]


@pytest.mark.parametrize(("critic", "change", "expected"), FITTED)
def test_a_regression_expects_no_rewards_beyond_those_met_and_0(critic: str, change: float, expected: Any) -> None:
    given = settings(CRITICS[critic] | {"lambda": 0}, features={"type": "polynomial", "degree": 1})
    with RemoteAgent(config=given, env=Growing(change)) as agent:
        agent.learn(6000 if critic == "td" else 1000)
        _, _, values = agent.act(np.arange(4, dtype=np.float32)[:, None])
    np.testing.assert_allclose(values, expected, atol=0.001)
