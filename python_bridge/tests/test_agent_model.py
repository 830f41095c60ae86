"""`RemoteAgent` in the place of a Stable-Baselines3 model: its words, files and errors."""

from __future__ import annotations

import copy
import io
import os
import pickle
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from agents import CARTPOLE, config, needs_cli
from gymnasium import spaces as gs

from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.errors import BridgeError

pytestmark = needs_cli

ZERO = np.zeros(4, np.float32)


@pytest.fixture(scope="module")
def agent() -> Iterator[RemoteAgent]:
    """A new agent that no test lets learn."""
    with RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1")) as agent:
        yield agent


def test_save_makes_folders_and_gives_the_suffix_that_load_finds(agent: RemoteAgent, tmp_path: Path) -> None:
    """As `open_path` of Stable-Baselines3: a name without a suffix gets .zip, and is found with and without it."""
    agent.save(tmp_path / "a" / "b" / "best_model")
    assert os.listdir(tmp_path / "a" / "b") == ["best_model.zip"]
    for name in ("best_model", "best_model.zip"):
        RemoteAgent.load(str(tmp_path / "a" / "b" / name)).close()
    agent.save(str(tmp_path / "agent.mf"))
    assert (tmp_path / "agent.mf").is_file()
    # The folder of a run, as the command line takes it.
    agent.save(tmp_path / "run" / "checkpoint.mf")
    RemoteAgent.load(tmp_path / "run").close()


def test_save_and_load_take_an_open_file(agent: RemoteAgent) -> None:
    file = io.BytesIO()
    agent.save(file)
    file.seek(0)
    with RemoteAgent.load(file) as loaded:
        assert loaded.observation_space == CARTPOLE["observation_space"]


def test_what_is_no_checkpoint_is_said(agent: RemoteAgent, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ppo.zip", "w") as archive:
        archive.writestr("data", "{}")
        archive.writestr("policy.pth", b"")
    (tmp_path / "other.mf").write_bytes(b"something")
    with pytest.raises(ValueError, match=r"ppo\.zip is a zip archive, as a model of Stable-Baselines3"):
        RemoteAgent.load(tmp_path / "ppo")
    with pytest.raises(ValueError, match=r"other\.mf is no checkpoint of mirrorflow"):
        RemoteAgent.load(tmp_path / "other.mf")
    with pytest.raises(FileNotFoundError, match=r"none or .*none\.zip"):
        RemoteAgent.load(tmp_path / "none")
    (tmp_path / "folder.mf").mkdir()
    with pytest.raises(IsADirectoryError, match=r"folder\.mf is a folder; expected the path of a file"):
        agent.save(tmp_path / "folder.mf")
    assert sorted(os.listdir(tmp_path)) == ["folder.mf", "other.mf", "ppo.zip"]


def test_load_takes_the_arguments_of_stable_baselines(agent: RemoteAgent, tmp_path: Path) -> None:
    agent.save(tmp_path / "agent")
    with warnings.catch_warnings(action="error"):
        RemoteAgent.load(tmp_path / "agent", None, "cpu", None, False, True).close()
    with pytest.warns(UserWarning, match="device 'cuda' is ignored"):
        RemoteAgent.load(tmp_path / "agent", device="cuda", print_system_info=False).close()


def test_learn_takes_the_arguments_of_stable_baselines_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    with RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1"), verbose=1) as agent:
        agent.learn(1e3, None, 2, "run", True, False)
        assert (agent.num_timesteps, agent.verbose, agent.n_envs) == (1000, 1, 1)
        assert (agent.logger.dir, agent.logger.get_dir()) == (None, None)
    lines = capsys.readouterr().out.splitlines()
    # 1,000 steps are three batches of 256 and a part, and every second one is told.
    assert len(lines) == 1
    assert "time/total_timesteps 512" in lines[0]


def test_the_parameters_are_the_vectors_of_policy_and_critic(agent: RemoteAgent) -> None:
    parameters = agent.get_parameters()
    # Nothing was learned: the policy is the reference measure.
    assert parameters["w"].dtype == np.float64
    assert parameters["w"].size > 4
    assert not parameters["w"].any()
    assert parameters["updates"] == 0


def test_the_environment_for_evaluations_is_one_of_gymnasium(agent: RemoteAgent) -> None:
    env = agent.get_env()
    assert isinstance(env, gym.Env)
    assert env.num_envs == 1
    obs, _ = env.reset(seed=0)
    assert np.array_equal(obs, gym.make("CartPole-v1").reset(seed=0)[0])
    assert len(env.step(0)) == 5


def test_evaluate_policy_of_stable_baselines_takes_the_agent_and_its_environment(agent: RemoteAgent) -> None:
    evaluation = pytest.importorskip("stable_baselines3.common.evaluation")
    mean, _ = evaluation.evaluate_policy(agent, agent.get_env(), n_eval_episodes=2, warn=False)
    assert mean >= 8  # no episode of CartPole is shorter


def test_predict_names_what_is_wrong_with_an_observation(agent: RemoteAgent) -> None:
    with pytest.raises(ValueError, match=r"env\.reset\(\) .*`observation, info = env\.reset\(\)`"):
        agent.predict(gym.make("CartPole-v1").reset())
    with pytest.raises(ValueError, match=r"^observation has the dtype complex128; expected float32"):
        agent.predict(np.zeros(4, complex))
    with pytest.raises(ValueError, match=r"^observation has the dtype <U1; expected float32"):
        agent.predict(np.array(["0", "0", "0", "0"]))
    assert agent.predict(ZERO)[0] in (0, 1)


def test_predict_names_the_part_of_an_observation_that_is_wrong() -> None:
    space = gs.Dict({"image": gs.Box(0, 255, (2,), np.uint8), "room": gs.Discrete(4)})
    right = {"image": np.zeros(2, np.uint8), "room": 1}
    with RemoteAgent(config=config(), observation_space=space, action_space=gs.Discrete(2)) as agent:
        with pytest.raises(ValueError, match=r"observation\['image'\] has the dtype float64; expected uint8"):
            agent.predict({**right, "image": np.zeros(2)})
        with pytest.raises(ValueError, match=r"observation\['room'\] has the dtype float64; expected int64"):
            agent.predict({**right, "room": 1.5})
        assert agent.predict(right)[0] in (0, 1)


def test_a_closed_agent_says_so() -> None:
    agent = RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1"))
    agent.close()
    agent.close()
    for request in (lambda: agent.predict(ZERO), lambda: agent.learn(1), agent.metrics, lambda: agent.save("x")):
        with pytest.raises(BridgeError, match="This agent was closed"):
            request()


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_an_agent_is_neither_pickled_nor_copied(agent: RemoteAgent, copied: Any) -> None:
    with pytest.raises(TypeError, match=r"expected save\(path\).*RemoteAgent\(endpoint='ipc://"):
        copied(agent)


def test_the_numbers_of_a_configuration_may_be_those_of_numpy(tmp_path: Path) -> None:
    settings = config(
        gamma=np.float32(0.5),
        features={"type": "polynomial", "degree": np.int64(1), "low": np.full(4, -1.0), "high": [np.float64(1)] * 4},
    )
    with RemoteAgent(config=settings, seed=np.int64(3), **CARTPOLE) as agent:
        assert agent.info["seed"] == 3
    for wrong, words in ((object(), "there is a object in it"), (float("nan"), "config cannot be written as JSON")):
        with pytest.raises(ValueError, match=words):
            RemoteAgent(config=config(gamma=wrong), **CARTPOLE)
