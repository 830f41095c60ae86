"""`RemoteAgent` against real agent processes and real environments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from agents import CARTPOLE, CLI, config, needs_cli
from gymnasium import spaces as gs
from processes import is_running, within

from mirrorflow_bridge.agent import AgentStartError, RemoteAgent
from mirrorflow_bridge.agent.bsuite import BsuiteAgent, space_of_spec
from mirrorflow_bridge.agent.command import find_command
from mirrorflow_bridge.agent.vector import as_vector
from mirrorflow_bridge.client import Client
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.server.keys import write_keys
from mirrorflow_bridge.spaces.describe import describe

pytestmark = needs_cli


@pytest.fixture(scope="module")
def cartpole():
    """A new agent for CartPole that many tests share; none of them lets it learn."""
    with RemoteAgent("CartPole-v1", **CARTPOLE) as agent:
        yield agent


BOX = gs.Box(-1, 1, (3,), np.float32)
OBSERVATIONS = {
    "Box": (BOX, {}),
    "Dict": (gs.Dict({"a": BOX, "b": gs.Discrete(4)}), {}),
    "Tuple": (gs.Tuple((BOX, gs.MultiBinary(2))), {}),
    "Discrete": (gs.Discrete(5), {"features": {"type": "oneHot"}}),
}
# What predict of Stable-Baselines3 2.x gives: dtype and shape of one action.
ACTIONS = {
    "Discrete": (gs.Discrete(3), np.int64, ()),
    "MultiDiscrete": (gs.MultiDiscrete([2, 3]), np.int64, (2,)),
    "MultiBinary": (gs.MultiBinary(2), np.float32, (2,)),
    "Box": (gs.Box(-2, 2, (2,), np.float32), np.float32, (2,)),
}


@pytest.mark.parametrize(
    ("observation", "action"), [*((o, "Discrete") for o in OBSERVATIONS), *(("Box", a) for a in ACTIONS)]
)
def test_predict_has_the_shapes_and_dtypes_of_stable_baselines(observation: str, action: str) -> None:
    space, changes = OBSERVATIONS[observation]
    action_space, dtype, shape = ACTIONS[action]
    space.seed(0)
    with RemoteAgent(config=config(**changes), observation_space=space, action_space=action_space) as agent:
        one, state = agent.predict(space.sample(), state="kept", episode_start=np.array([True]))
        assert (type(one), one.dtype, one.shape, state) == (np.ndarray, dtype, shape, "kept")
        assert action_space.contains(one if shape else int(one))
        batch = gym.vector.utils.batch_space(space, 4).sample()
        many, _ = agent.predict(batch, deterministic=True)
        assert (many.dtype, many.shape) == (dtype, (4, *shape))


def test_log_density_and_value_of_a_new_agent_are_those_of_the_reference_measure(cartpole: RemoteAgent) -> None:
    actions, log_density, value = cartpole.act(np.zeros((400, 4), np.float32))
    assert set(log_density) == {0.0}
    assert set(value) == {0.0}
    # 400 fair draws: within five standard deviations.
    assert abs(actions.mean() - 0.5) < 5 * 0.5 / np.sqrt(400)


def test_observations_of_another_shape_are_refused_by_name(cartpole: RemoteAgent) -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\); expected \(4,\)"):
        cartpole.predict(np.zeros(3, np.float32))
    with pytest.raises(BridgeError, match=r"observation\[2\] = NaN"):
        cartpole.predict(np.array([0, 0, np.nan, 0], np.float32))


@pytest.mark.parametrize(
    ("obs", "words"),
    [
        (np.zeros(3, np.float32), r"shape \[3\].*float32 and shape \[4\]"),
        (np.zeros((1, 4), np.float32), r"shape \[1,4\].*shape \[4\]"),
        (np.zeros(4), r"float64.*float32"),
        ([0.0, 0.0, 0.0, 0.0], r"list.*shape \[4\]"),
    ],
)
def test_the_server_checks_the_form_of_one_observation(cartpole: RemoteAgent, obs: Any, words: str) -> None:
    with pytest.raises(BridgeError, match=f"(?s){words}"):
        cartpole.connection.request("act", obs=obs)


def test_one_observation_in_any_memory_layout_is_acted_on_as_in_a_batch(cartpole: RemoteAgent) -> None:
    rng = np.random.default_rng(0)
    for obs in (rng.normal(size=8).astype(np.float32)[::2], rng.normal(size=4), [0, 1, 2, 3]):
        one = cartpole.act(obs, deterministic=True)
        many = cartpole.act(np.asarray(obs, np.float32)[None], deterministic=True)
        assert [float(x) for x in one] == [float(x[0]) for x in many]


def test_other_spaces_are_refused_with_both_in_the_message(cartpole: RemoteAgent) -> None:
    with (
        Client(cartpole.connection.process.endpoint) as client,
        pytest.raises(BridgeError, match=r"Discrete\(3\).*Discrete\(2\)") as found,
    ):
        client.request(
            "hello",
            client={"name": "test", "version": "0"},
            observation_space=describe(CARTPOLE["observation_space"]),
            action_space=describe(gs.Discrete(3)),
        )
    assert found.value.code == "SpaceMismatch"


def test_a_preset_that_does_not_fit_the_environment_is_refused() -> None:
    with pytest.raises(BridgeError, match="oneHot") as found:
        RemoteAgent("FrozenLake-v1", **CARTPOLE)
    assert found.value.code == "BadConfiguration"


def test_a_program_that_is_not_there_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(AgentStartError, match="npm run build"):
        find_command(tmp_path / "main.js")
    monkeypatch.delenv("MIRRORFLOW_CLI")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AgentStartError, match="npm install mirrorflow"):
        find_command(None)


def test_a_preset_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(AgentStartError, match=r"no preset for \"Nothing-v0\".*CartPole-v1"):
        RemoteAgent("Nothing-v0", **CARTPOLE)


LEARNED_FEATURES = {
    "features": {"type": "network", "hidden": [8, 8], "low": [-2.4, -3, -0.21, -3], "high": [2.4, 3, 0.21, 3]},
    "critic": {"type": "network", "window": 3, "draws": 2},
}


@pytest.mark.parametrize("changes", [{}, LEARNED_FEATURES], ids=["fixed features", "learned features"])
def test_learn_is_training_to_the_bit(changes: dict[str, Any], tmp_path: Path) -> None:
    """`mirrorflow train` and `learn` on the same environments end with the same policy."""
    preset = json.loads((CLI.parents[2] / "envs" / "CartPole-v1.json").read_text())
    evaluation = {"episodes": 1, "threshold": 1e9}
    settings = {**preset, **changes, "seed": 3, "totalSteps": 1000, "evaluation": evaluation}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    arguments = ["--config", str(tmp_path / "config.json"), "--out", str(tmp_path)]
    subprocess.run(["node", os.environ["MIRRORFLOW_CLI"], "train", *arguments], check=True, capture_output=True)
    probe = np.random.default_rng(0).normal(0, 0.1, (50, 4)).astype(np.float32)
    env = gym.make_vec("CartPole-v1", num_envs=8, vectorization_mode="sync")
    with RemoteAgent(config=settings, env=env) as agent, RemoteAgent.load(tmp_path / "checkpoint.mf") as trained:
        updates = trained.metrics()["updates"]
        agent.learn(updates * 8 * 32)  # `train` counts no step that only resets, `learn` every step
        assert agent.metrics()["updates"] == updates > 2
        # The mode is not drawn, so its density and the value compare the vectors w and θ.
        for mine, theirs in zip(
            agent.act(probe, deterministic=True), trained.act(probe, deterministic=True), strict=True
        ):
            np.testing.assert_array_equal(mine, theirs)


def test_learns_cartpole_on_one_plain_environment() -> None:
    env = gym.make("CartPole-v1")
    with RemoteAgent("CartPole-v1", env=env) as agent:
        agent.learn(3000)
        returns = [episode(env, agent, seed=100 + i) for i in range(5)]
    assert np.mean(returns) >= 475


class Force(gym.Env):
    """One step: the reward of the force a is minus the square of a - s, so that a = s is best."""

    observation_space = gs.Box(-1, 1, (1,), np.float32)
    action_space = gs.Box(-2, 2, (1,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self.state = self.np_random.uniform(-1, 1, 1).astype(np.float32)
        return self.state, {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action)
        return self.state, -float((action - self.state)[0] ** 2), True, False, {}


def test_learns_box_actions_on_one_plain_environment() -> None:
    settings = config(
        tau=0.001,
        actions={"basis": {"type": "quadratic"}},
        sampler={"type": "onPolicy", "steps": 200},
        critic={"type": "leastSquares", "window": 5},
        actor={"mirrorStep": 100},
    )
    states = np.linspace(-0.9, 0.9, 7, dtype=np.float32)[:, None]
    with RemoteAgent(config=settings, env=Force()) as agent:
        agent.learn(2000)
        assert agent.metrics()["episodes"] == 2000
        np.testing.assert_allclose(agent.predict(states, deterministic=True)[0], states, atol=0.1)
        one = agent.predict(states[0], deterministic=True)[0]
        assert (one.dtype, one.shape) == (np.float32, (1,))


def test_learns_discrete_observations_on_one_plain_environment() -> None:
    """The lake without slipping: every episode of the learned policy reaches the goal, which has the reward 1."""
    settings = config(
        env={"id": "own", "numEnvs": 1},
        tau=0.001,
        features={"type": "oneHot"},
        sampler={"type": "onPolicy", "steps": 100},
        critic={"type": "leastSquares", "window": 400, "lambda": 0, "initialValue": -1},
        criticSteps={"type": "constant", "value": 5},
        actor={"mirrorStep": 100},
    )
    env = gym.make("FrozenLake-v1", is_slippery=False)
    with RemoteAgent(config=settings, env=env) as agent:
        agent.learn(4000)
        assert episode(env, agent, seed=0) == 1


class Told:
    """An object with the methods of Stable-Baselines3's `BaseCallback`, which writes down what it is told."""

    def __init__(self, until: int) -> None:
        self.until, self.told, self.dones = until, [], 0

    def init_callback(self, model: Any) -> None:
        self.model = model
        self.told.append("init")

    def on_training_start(self, local: dict[str, Any], _: dict[str, Any]) -> None:
        self.locals = local
        self.told.append("start")

    def on_rollout_start(self) -> None:
        self.told.append("rollout")

    def update_locals(self, local: dict[str, Any]) -> None:
        self.locals.update(local)

    def on_step(self) -> bool:
        assert self.model.get_env() is not None
        assert self.locals["new_obs"].shape == (1, 4)
        assert "dones" in self.locals
        self.dones += int(self.locals["dones"].sum())
        self.model.logger.record("steps", self.model.num_timesteps)
        return self.model.num_timesteps < self.until

    def on_rollout_end(self) -> None:
        self.told.append("rollout end")

    def on_training_end(self) -> None:
        self.told.append("end")


def test_callback_objects_are_told_what_stable_baselines_tells_them() -> None:
    steps = []
    told = Told(until=600)
    with RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1")) as agent:
        agent.learn(10_000, callback=[told, lambda local, _: steps.append(local["num_timesteps"])])
        metrics = agent.metrics()
        assert agent.num_timesteps == metrics["steps"] == 600
        assert agent.logger.name_to_value == {"steps": 600}
        with pytest.raises(TypeError, match="callback is int"):
            agent.learn(1, callback=[3])
        with pytest.raises(TypeError, match="without on_rollout_start"):
            agent.learn(1, callback=type("Half", (), dict.fromkeys(("init_callback", "on_training_start")))())
    assert steps == list(range(1, 601))
    assert told.dones == metrics["episodes"]
    # A batch is a rollout.
    batches = ["rollout end", "rollout"] * metrics["updates"]
    assert metrics["updates"] == 600 // (8 * 32)
    assert told.told == ["init", "start", "rollout", *batches, "end"]


def test_callbacks_of_stable_baselines(tmp_path: Path) -> None:
    callbacks = pytest.importorskip("stable_baselines3.common.callbacks")
    with RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1")) as agent:
        evaluation = callbacks.EvalCallback(
            gym.make("CartPole-v1"), eval_freq=250, n_eval_episodes=2, verbose=0, best_model_save_path=str(tmp_path)
        )
        saving = callbacks.CheckpointCallback(300, str(tmp_path))
        agent.learn(600, callback=[evaluation, saving, callbacks.StopTrainingOnMaxEpisodes(1000)])
        assert evaluation.num_timesteps == agent.num_timesteps == 600
        assert evaluation.best_mean_reward > 0
    with RemoteAgent.load(tmp_path / "rl_model_300_steps.zip") as saved:
        assert saved.info["steps"] == 300


def test_the_example_learns_cartpole() -> None:
    program = CLI.parents[2] / "examples" / "remote_agent.py"
    ran = subprocess.run([sys.executable, str(program)], check=True, capture_output=True, text=True)
    assert float(ran.stdout.rpartition("evaluated: ")[2]) >= 475


def episode(env: gym.Env, agent: RemoteAgent, seed: int) -> float:
    obs, _ = env.reset(seed=seed)
    total, ended = 0.0, False
    while not ended:
        obs, reward, terminated, truncated, _ = env.step(int(agent.predict(obs, deterministic=True)[0]))
        total += float(reward)
        ended = terminated or truncated
    return total


class Timestep:
    """dm_env's, by its words."""

    def __init__(self, observation: np.ndarray, reward: float, discount: float, last: bool) -> None:
        self.observation, self.reward, self.discount, self._last = observation, reward, discount, last

    def last(self) -> bool:
        return self._last


def test_a_bsuite_agent_selects_actions_and_learns() -> None:
    zero = np.zeros((1, 4), np.float32)

    class Spec:
        shape, dtype = (1, 4), np.dtype(np.float32)

    class ActionSpec:
        num_values = 2

    spaces = {"observation_space": space_of_spec(Spec()), "action_space": space_of_spec(ActionSpec())}
    low_high = {"low": [-1] * 4, "high": [1] * 4}
    settings = config(
        features={"type": "polynomial", "degree": 1, **low_high}, sampler={"type": "onPolicy", "steps": 4}
    )
    with RemoteAgent(config=settings, **spaces) as remote:
        agent = BsuiteAgent(remote)
        for _ in range(32):
            action = agent.select_action(Timestep(zero, 0.0, 1.0, False))
            # Action 1 is rewarded; the episode is one step long.
            agent.update(Timestep(zero, 0.0, 1.0, False), action, Timestep(zero, float(action), 0.0, True))
        assert remote.metrics()["episodes"] == 32
        assert remote.metrics()["updates"] == 1
        assert remote.predict(zero, deterministic=True)[0] == 1


def test_telling_teaches_what_observing_does_and_its_error_comes_with_the_next_request() -> None:
    def actions(method: str) -> list[int]:
        env = gym.make("CartPole-v1")
        with RemoteAgent("CartPole-v1", env=env, seed=3) as agent:
            obs, _ = env.reset(seed=3)
            taken = []
            for _ in range(600):
                taken.append(int(agent.explore(obs)))
                obs, reward, terminated, truncated, _ = env.step(taken[-1])
                getattr(agent, method)(obs, float(reward), terminated, truncated)
                if terminated or truncated:
                    obs, _ = env.reset()
            assert agent.metrics()["steps"] == 600
            agent.tell(obs, 1.0, False, False)
            with pytest.raises(BridgeError, match="without an act"):
                agent.metrics()
            agent.tell(obs, 1.0, False, False)
            with pytest.raises(BridgeError, match="without an act"):
                agent.predict(obs)
            assert agent.metrics()["steps"] == 600
        return taken

    assert actions("tell") == actions("observe")


def test_save_and_load_give_the_same_agent_and_the_same_draws(tmp_path: Path) -> None:
    probe = np.random.default_rng(1).normal(0, 0.1, (50, 4)).astype(np.float32)
    env = gym.make_vec("CartPole-v1", num_envs=8)
    with RemoteAgent("CartPole-v1", env=env) as agent:
        agent.learn(600, callback=lambda local, _: local["num_timesteps"] < 500)
        agent.save(tmp_path / "agent.mf")
        assert os.listdir(tmp_path) == ["agent.mf"]
        with RemoteAgent.load(tmp_path / "agent.mf", env=env) as loaded:
            assert loaded.info["steps"] == agent.metrics()["steps"]
            for mine, theirs in zip(agent.act(probe), loaded.act(probe), strict=True):
                np.testing.assert_array_equal(mine, theirs)


def test_learning_is_on_and_off_for_each_client(cartpole: RemoteAgent) -> None:
    zero = np.zeros(4, np.float32)
    with RemoteAgent(endpoint=cartpole.connection.process.endpoint) as other:
        assert other.observation_space == cartpole.observation_space
        outcome = {"reward": np.ones(1), "terminated": np.zeros(1, bool), "truncated": np.zeros(1, bool)}
        with pytest.raises(BridgeError, match="learning is off"):
            other.connection.request("observe", obs=zero[None], **outcome)
        other.set_learning(True)
        assert cartpole.metrics()["learning_clients"] == 1
        with pytest.raises(BridgeError, match="without an act"):
            other.connection.request("observe", obs=zero[None], **outcome)
        other.set_learning(False)
        assert cartpole.metrics()["learning_clients"] == 0
    assert cartpole.metrics()["steps"] == 0


def test_misspelt_arguments_and_unknown_operations_are_refused(cartpole: RemoteAgent) -> None:
    with pytest.raises(BridgeError, match="unknown argument 'determinstic'"):
        cartpole.connection.request("act", obs=np.zeros((1, 4), np.float32), num_envs=1, determinstic=True)
    with pytest.raises(BridgeError, match="no operation 'step'"):
        cartpole.connection.request("step")


def test_a_client_without_hello_is_told(cartpole: RemoteAgent) -> None:
    with Client(cartpole.connection.process.endpoint) as client, pytest.raises(BridgeError, match="NotGreeted"):
        client.request("metrics")


def serve(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A server that is nobody's child."""
    words = ["node", os.environ["MIRRORFLOW_CLI"], "serve", *arguments]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return process, line.split('"')[3]


CHILD = """
import sys, numpy as np
from mirrorflow_bridge.agent import RemoteAgent
agent = RemoteAgent(endpoint=sys.argv[1])
agent.set_learning(True)
print("ready", flush=True)
obs = np.zeros(4, np.float32)
while True:
    agent.explore(obs)
    agent.observe(obs, 1.0, False, False)
"""


def test_clients_that_are_killed_leave_the_others_served_and_a_signal_saves(folder: Path) -> None:
    process, endpoint = serve("--new", "CartPole-v1", "--bind", f"ipc://{folder}/s", "--out", str(folder / "out"))
    killed = []
    try:
        with RemoteAgent(endpoint=endpoint, **CARTPOLE) as agent:
            children = [
                subprocess.Popen([sys.executable, "-c", CHILD, endpoint], stdout=subprocess.PIPE, text=True)
                for _ in range(3)
            ]
            killed += children
            for child in children:
                assert child.stdout.readline() == "ready\n"
            for child in children[:2]:
                child.kill()
            steps = agent.metrics()["steps"]
            for _ in range(200):
                agent.predict(np.zeros(4, np.float32))
            deadline = time.monotonic() + 10
            while agent.metrics()["steps"] < steps + 10 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert agent.metrics()["steps"] >= steps + 10
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=5) == 0
            assert time.monotonic() - started < 2
        with RemoteAgent.load(folder / "out" / "checkpoint.mf") as saved:
            assert saved.info["steps"] >= steps + 10
    finally:
        for child in [*killed, process]:
            child.kill()
            child.communicate()


def test_the_agent_ends_with_a_program_that_is_killed() -> None:
    program = (
        "import gymnasium as gym, time\nfrom mirrorflow_bridge.agent import RemoteAgent\n"
        "agent = RemoteAgent('CartPole-v1', env=gym.make('CartPole-v1'))\n"
        "print(agent.connection.process.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        pid = int(process.stdout.readline())
        process.kill()
    assert within(5, lambda: not is_running(pid))


def test_only_clients_with_a_known_key_are_served(folder: Path) -> None:
    write_keys(folder / "keys")
    write_keys(folder / "strangers")
    keys, strangers = folder / "keys", folder / "strangers"
    curve = ("--curve-secret", str(keys / "server.secret.json"), "--curve-clients", str(keys / "client.public.json"))
    process, endpoint = serve(
        "--new", "CartPole-v1", "--bind", "tcp://127.0.0.1:*", "--out", str(folder / "out"), *curve
    )
    try:
        pair = (keys / "server.public.json", keys / "client.secret.json")
        with RemoteAgent(endpoint=endpoint, curve=pair, **CARTPOLE) as agent:
            assert agent.predict(np.zeros(4, np.float32))[0] in (0, 1)
        with pytest.raises(TimeoutError):
            RemoteAgent(endpoint=endpoint, curve=(pair[0], strangers / "client.secret.json"), timeout=1)
        with pytest.raises(TimeoutError):
            RemoteAgent(endpoint=endpoint, timeout=1)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--bind", "tcp://0.0.0.0:5999"], "CURVE"),
        (["--bind", "nowhere"], "no endpoint"),
        (["--bind", "tcp://127.0.0.1:*", "--curve-secret", "/none.json", "--curve-clients", "/none.json"], "none.json"),
    ],
)
def test_a_bad_endpoint_or_key_ends_with_the_status_of_the_environment_server(
    folder: Path, options: list[str], words: str
) -> None:
    agent = ["node", os.environ["MIRRORFLOW_CLI"], "serve", "--new", "CartPole-v1", "--out", str(folder / "out")]
    environments = [sys.executable, "-m", "mirrorflow_bridge", "serve"]
    for command in (agent, environments):
        ended = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
        assert (ended.returncode, words in ended.stderr) == (2, True), ended.stderr


@pytest.mark.parametrize("mode", ["next_step", "same_step", "disabled"])
def test_vector_environments_of_every_mode_give_the_true_last_observation(mode: str) -> None:
    """Against the same episodes of single environments."""
    env = as_vector(
        gym.make_vec(
            "CartPole-v1",
            num_envs=2,
            vectorization_mode="sync",
            vector_kwargs={"autoreset_mode": gym.vector.AutoresetMode[mode.upper()]},
        )
    )
    single = gym.make("CartPole-v1")
    obs = env.reset(seed=5)
    expected, _ = single.reset(seed=5)
    np.testing.assert_array_equal(obs[0], expected)
    ended = False
    while not ended:
        step = env.step(np.array([1, 0]))
        expected, _, ended, _, _ = single.step(1)
        np.testing.assert_array_equal(step.final[0], expected)
        assert step.terminated[0] == ended
    first, _ = single.reset()
    if mode != "next_step":
        np.testing.assert_array_equal(step.obs[0], first)
