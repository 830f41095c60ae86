"""The agent server as `RemoteAgent` sees it: settings chosen from the spaces, observations without bounds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces as gs

from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.errors import BridgeError

CLI = Path(__file__).parents[2] / "dist" / "cli" / "main.js"
os.environ.setdefault("MIRRORFLOW_CLI", str(CLI))
pytestmark = pytest.mark.skipif(not CLI.exists(), reason="dist/ is not built: npm run build")


class Drift(gym.Env):
    """Observations around (100, -5000) without bounds; the action that fits the sign of the first part is paid 1."""

    observation_space = gs.Box(-np.inf, np.inf, (2,), np.float64)
    action_space = gs.Discrete(2)

    def _observe(self) -> np.ndarray:
        self._sign = int(self.np_random.integers(2))
        return np.array([100 + (2 * self._sign - 1) * 7, -5000 + self.np_random.normal()])

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[np.ndarray, dict]:
        super().reset(seed=seed)
        self._left = 20
        return self._observe(), {}

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
        reward = float(action == self._sign)
        self._left -= 1
        return self._observe(), reward, False, self._left == 0, {}


def test_an_environment_alone_is_enough_and_the_settings_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    with RemoteAgent(env=gym.make("CartPole-v1")) as agent:
        told = capfd.readouterr().err
        assert told.startswith("settings chosen from the spaces of the environment:\n  features: ")
        assert "\n  gamma 0.99; tau and mirror step are automatic\n" in told
        assert agent.info["config"]["gamma"] == 0.99
        assert agent.info["config"]["actor"]["mirrorStep"] == "auto"
        assert agent.action_space == gs.Discrete(2)


def test_observations_without_bounds_are_scaled_as_in_training_and_kept_in_the_checkpoint(tmp_path: Path) -> None:
    env = Drift()
    with RemoteAgent(env=env, seed=0) as agent:
        assert agent.info["config"]["observations"]["scaling"] == "running"
        with pytest.raises(BridgeError, match="measured for 1000 transitions first; there are 0"):
            agent.save(tmp_path / "agent.mf")
        agent.learn(8_000)
        assert agent.metrics()["updates"] > 0
        mean = np.mean([_return(agent, seed) for seed in range(10)])
        # 20 steps of 1 at most; a coin gets 10 on average, and 10 episodes of it more than 15 once in 10^12 times.
        assert mean > 15
        agent.save(tmp_path / "agent.mf")
        before = [agent.act(np.array([x, -5000.0]), deterministic=True) for x in (93.0, 107.0)]
    with RemoteAgent.load(tmp_path / "agent.mf", env=env) as loaded:
        after = [loaded.act(np.array([x, -5000.0]), deterministic=True) for x in (93.0, 107.0)]
    assert [[float(x) for x in row] for row in before] == [[float(x) for x in row] for row in after]


def _return(agent: RemoteAgent, seed: int) -> float:
    env = Drift()
    observation, _ = env.reset(seed=1_000 + seed)
    total, truncated = 0.0, False
    while not truncated:
        action, _ = agent.predict(observation, deterministic=True)
        observation, reward, _, truncated, _ = env.step(int(action))
        total += reward
    return total


def test_spaces_for_which_no_settings_fit_are_refused_by_name() -> None:
    class Odd(Drift):
        observation_space = gs.Sequence(gs.Discrete(3))

    with pytest.raises(BridgeError, match="Sequence") as found:
        RemoteAgent(env=Odd())
    assert found.value.code == "BadConfiguration"
