"""`RemoteAgent.learn`: what reaches the agent and the environment, and learning in pieces."""

from __future__ import annotations

import warnings
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from agents import CARTPOLE, config, needs_cli
from gymnasium import spaces as gs

from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.agent.checkpoint import read_checkpoint
from mirrorflow_bridge.agent.vector import as_vector
from mirrorflow_bridge.spaces.build import space_of
from mirrorflow_bridge.spaces.describe import describe

pytestmark = needs_cli


class Reused(gym.Env):
    """Counts its steps in one buffer that it gives away each time, and rewards them with the count.

    An episode of three steps is truncated.
    """

    action_space = gs.Discrete(2)

    def __init__(self, nested: bool = False) -> None:
        box = gs.Box(0, 3, (1,), np.float32)
        self.observation_space = gs.Dict({"count": box, "pair": gs.Tuple((box, gs.Discrete(2)))}) if nested else box
        self.buffer = np.zeros(1, np.float32)

    def _observation(self) -> Any:
        nested = isinstance(self.observation_space, gs.Dict)
        return {"count": self.buffer, "pair": (self.buffer, 0)} if nested else self.buffer

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.buffer[:] = 0
        return self._observation(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.buffer += 1
        return self._observation(), float(self.buffer[0]), False, bool(self.buffer[0] == 3), {}


@pytest.mark.parametrize("nested", [False, True])
def test_the_last_observation_of_an_episode_outlives_the_reset_into_the_same_memory(nested: bool) -> None:
    env = as_vector(Reused(nested))
    env.reset(None)
    for _ in range(3):
        step = env.step(np.array([0]))
    if nested:
        assert step.final["count"][0, 0] == step.final["pair"][0][0, 0] == 3
        assert step.obs["count"][0, 0] == step.obs["pair"][0][0, 0] == 0
    else:
        assert (step.final[0, 0], step.obs[0, 0]) == (3, 0)


def test_a_vector_environment_may_reset_into_the_memory_of_what_it_gave() -> None:
    class Native(gym.vector.VectorEnv):
        num_envs = 2
        single_observation_space, single_action_space = gs.Box(0, 9, (1,), np.float32), gs.Discrete(2)

        def __init__(self) -> None:
            self.metadata = {"autoreset_mode": gym.vector.AutoresetMode.DISABLED}
            self.obs, self.reward = np.zeros((2, 1), np.float32), np.zeros(2)
            self.terminated, self.truncated = np.zeros(2, bool), np.zeros(2, bool)

        def reset(self, *, seed: Any = None, options: Any = None) -> Any:
            for array in (self.obs, self.reward, self.terminated, self.truncated):
                array[:] = 0
            return self.obs, {}

        def step(self, actions: Any) -> Any:
            self.obs[:], self.reward[:], self.terminated[:] = 7, 5, True
            return self.obs, self.reward, self.terminated, self.truncated, {}

    env = as_vector(Native())
    env.reset(None)
    step = env.step(np.zeros(2, int))
    assert step.final.tolist() == [[7], [7]]
    assert step.obs.tolist() == [[0], [0]]
    assert (step.reward.tolist(), step.terminated.tolist()) == ([5, 5], [True, True])


class Copies(Reused):
    """Gives arrays of their own."""

    def _observation(self) -> Any:
        return deepcopy(super()._observation())


def test_an_environment_that_reuses_its_memory_teaches_what_one_that_does_not_teaches() -> None:
    def learned(env: gym.Env) -> dict[str, Any]:
        settings = config(sampler={"type": "onPolicy", "steps": 8})
        with RemoteAgent(config=settings, env=env) as agent:
            agent.learn(200)
            assert agent.metrics()["updates"] > 1
            return agent.get_parameters()

    np.testing.assert_equal(learned(Reused()), learned(Copies()))


def test_what_a_callback_keeps_of_an_observation_does_not_change() -> None:
    kept: list[np.ndarray] = []
    settings = config(sampler={"type": "onPolicy", "steps": 64})
    with RemoteAgent(config=settings, env=Reused()) as agent, warnings.catch_warnings(action="ignore"):
        agent.learn(6, callback=lambda local, _: kept.append(local["new_obs"]))
    assert [float(obs[0, 0]) for obs in kept] == [1, 2, 0, 1, 2, 0]


class Asks(gym.Env):
    """Writes down the actions that it gets."""

    observation_space = gs.Box(-1, 1, (1,), np.float32)

    def __init__(self, action_space: gs.Space) -> None:
        self.action_space = action_space
        self.actions: list[Any] = []

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
        return np.zeros(1, np.float32), {}

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        self.actions.append(action)
        return np.zeros(1, np.float32), 0.0, False, False, {}


ACTION_SPACES = [
    gs.Box(-2, 2, (), np.float32),
    gs.Box(-2, 2, (), np.float64),
    gs.Box(-2, 2, (1,), np.float32),
    gs.Box(-2, 2, (2, 1), np.float64),
    gs.Discrete(3),
    gs.Discrete(3, start=-5),
    gs.Discrete(3, dtype=np.int32),
    gs.MultiDiscrete([2, 3]),
    gs.MultiDiscrete([2, 3], dtype=np.uint8),
    gs.MultiDiscrete([2, 3], start=[10, -10]),
    gs.MultiDiscrete([[2, 3], [3, 2]]),
    gs.MultiBinary(3),
    gs.MultiBinary((2, 2)),
]


@pytest.mark.parametrize("space", ACTION_SPACES, ids=str)
def test_an_environment_gets_actions_that_its_space_contains(space: gs.Space) -> None:
    env = Asks(space)
    with RemoteAgent(config=config(), env=env) as agent, warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*cast.*")  # of Gymnasium: the value is no array
        warnings.filterwarnings("ignore", message="learn ended")
        agent.learn(16)
        own = agent.explore(np.zeros(1, np.float32))
        assert len(env.actions) == 16
        assert all(space.contains(action) for action in [*env.actions, own])
        if not isinstance(space, gs.MultiBinary):  # bits are floats in Stable-Baselines3
            assert space.contains(agent.predict(np.zeros(1, np.float32))[0])
        with RemoteAgent(endpoint=agent.connection.endpoint) as other:
            assert other.action_space == space
    assert len({np.asarray(action).tobytes() for action in env.actions}) > 1
    if isinstance(space, gs.Box):
        assert any(np.any(action != np.round(action)) for action in env.actions)


def test_a_discrete_space_keeps_its_dtype_and_start() -> None:
    space = gs.Discrete(3, start=4, dtype=np.int16)
    assert space_of(describe(space)) == space
    assert space_of(describe(space)).dtype == np.int16


class Recorded(gym.Wrapper):
    """Writes down every observation that the environment gives."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        self.seen: list[bytes] = []

    def reset(self, **options: Any) -> Any:
        obs, info = self.env.reset(**options)
        self.seen.append(b"reset" + obs.tobytes())
        return obs, info

    def step(self, action: Any) -> Any:
        obs, *rest = self.env.step(action)
        self.seen.append(obs.tobytes())
        return obs, *rest


def vector(mode: str) -> Any:
    return gym.vector.SyncVectorEnv(
        [lambda: Recorded(gym.make("CartPole-v1"))] * 4, autoreset_mode=gym.vector.AutoresetMode[mode.upper()]
    )


ENVIRONMENTS = {
    "one environment": lambda: Recorded(gym.make("CartPole-v1")),
    **{mode: lambda mode=mode: vector(mode) for mode in ("next_step", "same_step", "disabled")},
}


@pytest.mark.parametrize("make", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_learning_in_ten_pieces_is_learning_at_once_to_the_bit(make: Any) -> None:
    def run(*pieces: int) -> tuple[list[Any], dict[str, Any], int]:
        env = make()
        with RemoteAgent("CartPole-v1", env=env, seed=5) as agent, warnings.catch_warnings(action="ignore"):
            for steps in pieces:
                agent.learn(steps)
            saved = read_checkpoint(agent._checkpoint())
            assert agent.metrics()["updates"] == 3000 // 256
            # Next draws, too.
            saved["draws"] = agent.predict(np.zeros((50, 4), np.float32))[0]
            del saved["state"]["seconds"]
            return [one.seen for one in getattr(env, "envs", [env])], saved, agent.num_timesteps

    at_once, in_pieces = run(3000), run(*[300] * 10)
    assert at_once[0] == in_pieces[0]
    np.testing.assert_equal(in_pieces[1], at_once[1])
    assert at_once[2] == in_pieces[2] == 3000


def test_resetting_the_count_begins_anew_but_never_the_same_episodes() -> None:
    env = Recorded(gym.make("CartPole-v1"))
    with RemoteAgent("CartPole-v1", env=env) as agent, warnings.catch_warnings(action="ignore"):
        for _ in range(4):
            agent.learn(100, reset_num_timesteps=True)
            assert agent.num_timesteps == 100
        # The batch of 256 that is not full was forgotten each time.
        assert agent.metrics()["updates"] == 0
        agent.learn(100)
        assert agent.num_timesteps == 200
    starts = [seen for seen in env.seen if seen.startswith(b"reset")]
    assert len(set(starts)) == len(starts) > 4


def test_neither_another_environment_nor_a_loaded_agent_meets_the_same_first_episode(tmp_path: Any) -> None:
    starts = []

    def piece(agent: RemoteAgent) -> None:
        env = Recorded(gym.make("CartPole-v1"))
        agent.set_env(env)
        agent.learn(300)
        starts.append(env.seen[0])

    with RemoteAgent("CartPole-v1", **CARTPOLE) as agent:
        piece(agent)
        piece(agent)
        agent.save(tmp_path / "agent.mf")
        with RemoteAgent(endpoint=agent.connection.endpoint) as other:
            piece(other)
    with RemoteAgent.load(tmp_path / "agent.mf") as loaded:
        assert loaded.num_timesteps == 600
        piece(loaded)
        assert loaded.num_timesteps == 900
    assert len(set(starts)) == 4


def test_a_learn_without_an_update_warns_of_the_size_of_a_batch() -> None:
    with RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1")) as agent:
        with pytest.warns(UserWarning, match="after 200 steps.*a batch has 256 transitions") as found:
            agent.learn(200)
        assert found[0].filename == __file__
        with warnings.catch_warnings(action="error"):
            agent.learn(200)
        assert agent.metrics()["updates"] == 1


def raw(env: gym.Env, agent: RemoteAgent) -> None:
    env.reset()


def through_the_agent(env: gym.Env, agent: RemoteAgent) -> None:
    agent.get_env().reset()


def own_loop(env: gym.Env, agent: RemoteAgent) -> None:
    agent.explore(np.zeros(4, np.float32))


@pytest.mark.parametrize("use", [raw, through_the_agent, own_loop])
def test_what_happens_between_two_pieces_is_noticed(use: Any) -> None:
    env = gym.make("CartPole-v1")
    with RemoteAgent("CartPole-v1", env=env) as agent:
        agent.learn(300)
        use(env, agent)
        with pytest.warns(UserWarning, match="learn resets the environment"):
            agent.learn(300)
        assert agent.metrics()["updates"] == 2


class Fails(gym.Wrapper):
    """Raises once, in step 100."""

    def __init__(self, env: gym.Env, error: BaseException) -> None:
        super().__init__(env)
        self.steps, self.error = 0, error

    def step(self, action: Any) -> Any:
        self.steps += 1
        if self.steps == 100:
            raise self.error
        return self.env.step(action)


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_learning_goes_on_after_an_exception(error: BaseException) -> None:
    with RemoteAgent("CartPole-v1", env=Fails(gym.make("CartPole-v1"), error)) as agent:
        with pytest.raises(type(error)):
            agent.learn(300)
        agent.learn(300)
        # The transitions before the exception are counted, but their batch was not full.
        assert agent.metrics()["steps"] == 99 + 300
        assert agent.metrics()["updates"] == 1


@pytest.mark.parametrize("name", ["learn", "explore", "observe", "set_learning", "set_env"])
def test_what_would_mix_transitions_is_refused_while_learn_runs(name: str) -> None:
    zero = np.zeros(4, np.float32)
    arguments = {"learn": [1], "explore": [zero], "observe": [zero, 0.0, False, False], "set_learning": [False]}
    env = gym.make("CartPole-v1")
    with RemoteAgent("CartPole-v1", env=env) as agent:

        def callback(*_: Any) -> None:
            with pytest.raises(RuntimeError, match=f"{name} while learn runs"):
                getattr(agent, name)(*arguments.get(name, [env]))
            agent.predict(zero)

        agent.learn(300, callback)
        assert agent.metrics()["updates"] == 1


def test_set_env_takes_an_environment_of_the_same_spaces_only() -> None:
    with RemoteAgent("CartPole-v1", **CARTPOLE) as agent:
        assert (agent.get_env(), agent.n_envs) == (None, None)
        with pytest.raises(ValueError, match="set_env"):
            agent.learn(1)
        with pytest.raises(ValueError, match=r"observation_space of env is .*expected the agent's"):
            agent.set_env(gym.make("MountainCar-v0"))
        env = gym.make("CartPole-v1")
        agent.set_env(env)
        agent.learn(300)
        agent.set_env(Recorded(env), force_reset=False)
        with warnings.catch_warnings(action="error"):
            agent.learn(300)
        assert not agent.env.env.seen[0].startswith(b"reset")
        agent.set_env(gym.make_vec("CartPole-v1", num_envs=2))
        agent.learn(300)
        assert agent.n_envs == 2
        with pytest.raises(ValueError, match="force_reset=True"):
            agent.set_env(env, force_reset=False)


def test_changing_statistics_of_a_normalization_are_warned_of_once() -> None:
    class VecNormalize:
        """With the words of Stable-Baselines3's."""

        num_envs, training = 1, True
        observation_space, action_space = CARTPOLE["observation_space"], CARTPOLE["action_space"]

        def __init__(self) -> None:
            self.env = gym.make("CartPole-v1")

        def seed(self, seed: int) -> None: ...

        def normalize_reward(self, reward: Any) -> Any: ...

        def step_async(self, actions: Any) -> None: ...

        def reset(self) -> np.ndarray:
            return self.env.reset()[0][None]

        def step(self, actions: Any) -> Any:
            obs, reward, terminated, truncated, _ = self.env.step(int(actions[0]))
            info = {"TimeLimit.truncated": truncated, "terminal_observation": obs}
            return (self.reset() if terminated or truncated else obs[None]), [reward], [terminated or truncated], [info]

    with RemoteAgent("CartPole-v1", env=VecNormalize()) as agent:
        with pytest.warns(UserWarning, match="training = False"):
            agent.learn(300)
        with warnings.catch_warnings(action="error"):
            agent.learn(300)
