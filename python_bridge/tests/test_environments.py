"""Environments over the bridge give what they give in process, value for value."""

from __future__ import annotations

from typing import Any

import bridge_test_envs
import gymnasium
import numpy as np
import pytest
from compare import assert_info, assert_step, plain, wire_of
from gymnasium.vector import AutoresetMode
from wire_json import same

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.spaces.describe import describe
from mirrorflow_bridge.spaces.to_wire import to_wire, to_wire_batch

MIRROR = "bridge_test_envs:Mirror-v0"
MODES = [mode.name.lower() for mode in AutoresetMode]


@pytest.mark.parametrize(
    "id", ["CartPole-v1", "Pendulum-v1", "MountainCar-v0", "FrozenLake-v1", "Blackjack-v1", "Taxi-v4"]
)
def test_one_environment_is_the_same_over_the_bridge(client: Client, id: str) -> None:
    env = gymnasium.make(id, max_episode_steps=25)
    made = client.request("make", env=id, max_episode_steps=25)
    handle = made["handle"]
    assert same(made["observation_space"], plain(describe(env.observation_space)))
    assert same(made["action_space"], plain(describe(env.action_space)))
    env.action_space.seed(5)
    for episode in range(3):
        obs, info = env.reset(seed=episode if episode < 2 else None)
        reply = client.request("reset", handle=handle, seed=episode if episode < 2 else None)
        assert same(reply["obs"], wire_of(env, obs))
        assert_info(reply["info"], info, env)
        over = False
        while not over:
            action = env.action_space.sample()
            expected = env.step(action)
            assert_step(client.request("step", handle=handle, action=to_wire(env.action_space, action)), expected, env)
            over = expected[2] or expected[3]
    client.request("close", handle=handle)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("backend", ["sync", "async"])
@pytest.mark.parametrize("id", ["CartPole-v1", "FrozenLake-v1", "Pendulum-v1"])
def test_a_vector_environment_is_the_same_over_the_bridge(client: Client, id: str, backend: str, mode: str) -> None:
    kwargs = {"vectorization_mode": backend, "vector_kwargs": {"autoreset_mode": AutoresetMode[mode.upper()]}}
    env = gymnasium.make_vec(id, num_envs=3, max_episode_steps=9, **kwargs)
    fields = {"num_envs": 3, "max_episode_steps": 9, "backend": backend, "autoreset": mode}
    _compare_vector(client, env, mode, env_id=id, **fields)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("space", list(bridge_test_envs.SPACES))
def test_every_space_as_observation_and_action_of_a_vector(client: Client, space: str, mode: str) -> None:
    vector_kwargs = {"autoreset_mode": AutoresetMode[mode.upper()]}
    env = gymnasium.make_vec(
        "Mirror-v0", 3, vectorization_mode="sync", vector_kwargs=vector_kwargs, space=space, disable_env_checker=True
    )
    kwargs = {"space": space, "disable_env_checker": True}
    try:
        env.step(env.action_space.sample())
    except gymnasium.error.CustomSpaceError:
        pytest.skip("Gymnasium cannot iterate a batch of this space")
    except Exception:
        pass  # no reset yet
    _compare_vector(client, env, mode, env_id=MIRROR, num_envs=3, kwargs=kwargs, autoreset=mode)


def _compare_vector(client: Client, env: Any, mode: str, *, env_id: str, **fields: Any) -> None:
    made = client.request("make", env=env_id, **fields)
    handle = made["handle"]
    assert made["autoreset"] == mode
    assert made["num_envs"] == 3
    env.action_space.seed(1)
    obs, info = env.reset(seed=[4, 9, 2])
    reply = client.request("reset", handle=handle, seed=[4, 9, 2])
    assert same(reply["obs"], wire_of(env, obs))
    assert_info(reply["info"], info, env)
    for _ in range(25):
        action = env.action_space.sample()
        expected = env.step(action)
        wire = to_wire_batch(env.single_action_space, action, 3)
        reply = client.request("step", handle=handle, action=wire)
        assert_step(reply, expected, env)
        over = expected[2] | expected[3]
        if mode == "disabled" and over.any():
            obs, info = env.reset(options={"reset_mask": over.copy()})
            reply = client.request("reset", handle=handle, mask=over)
            assert same(reply["obs"], wire_of(env, obs))
            assert_info(reply["info"], info, env)
    client.request("close", handle=handle)
    env.close()


@pytest.mark.parametrize("space", list(bridge_test_envs.SPACES))
def test_every_space_as_observation_and_action_of_one_environment(client: Client, space: str) -> None:
    env = gymnasium.make("Mirror-v0", space=space, disable_env_checker=True)
    kwargs = {"space": space, "disable_env_checker": True}
    handle = client.request("make", env=MIRROR, kwargs=kwargs)["handle"]
    obs, _ = env.reset(seed=8)
    assert same(client.request("reset", handle=handle, seed=8)["obs"], wire_of(env, obs))
    env.action_space.seed(2)
    for _ in range(3):
        action = env.action_space.sample()
        expected = env.step(action)
        assert_step(client.request("step", handle=handle, action=to_wire(env.action_space, action)), expected, env)
    value = client.request("get_attr", handle=handle, name="last_action")["value"]
    if space not in ("graph",):  # its edge_links are int32 over the bridge
        assert same(plain(value), plain(env.get_wrapper_attr("last_action")))
    client.request("close", handle=handle)


def test_the_native_vector_environment_is_the_same_over_the_bridge(client: Client) -> None:
    env = gymnasium.make_vec("CartPole-v1", 50, vectorization_mode="vector_entry_point")
    handle = client.request("make", env="CartPole-v1", num_envs=50, backend="vector_entry_point")["handle"]
    obs, _ = env.reset(seed=3)
    assert same(client.request("reset", handle=handle, seed=3)["obs"], wire_of(env, obs))
    env.action_space.seed(3)
    for _ in range(60):
        action = env.action_space.sample()
        expected = env.step(action)
        assert_step(client.request("step", handle=handle, action=action.astype(np.int32)), expected, env)
    client.request("close", handle=handle)


def test_render_gives_the_frame_of_the_environment(client: Client) -> None:
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    handle = client.request("make", env="CartPole-v1", render_mode="rgb_array")["handle"]
    env.reset(seed=1)
    client.request("reset", handle=handle, seed=1)
    frame = client.request("render", handle=handle)["frame"]
    assert frame.dtype == np.uint8
    assert np.array_equal(frame, env.render())
    vector = client.request("make", env="CartPole-v1", num_envs=2, render_mode="rgb_array")["handle"]
    client.request("reset", handle=vector, seed=1)
    frames = client.request("render", handle=vector)["frame"]
    assert len(frames) == 2
    assert np.array_equal(frames[0], env.render())
    for made in (handle, vector):
        client.request("close", handle=made)


def test_render_gives_text_in_mode_ansi(client: Client) -> None:
    env = gymnasium.make("FrozenLake-v1", render_mode="ansi")
    handle = client.request("make", env="FrozenLake-v1", render_mode="ansi")["handle"]
    env.reset(seed=1)
    client.request("reset", handle=handle, seed=1)
    assert client.request("render", handle=handle)["frame"] == env.render()


def test_the_transition_table_of_a_toy_text_environment_travels(client: Client) -> None:
    handle = client.request("make", env="FrozenLake-v1")["handle"]
    table = client.request("get_attr", handle=handle, name="P")["value"]
    assert table == plain(gymnasium.make("FrozenLake-v1").unwrapped.P)
    assert set(table) == set(range(16))


def test_the_fast_path_of_a_step_is_the_same_as_the_general_one(client: Client) -> None:
    replies = []
    for info in (True, []):  # with an array of keys the reply is not put together from a template
        handle = client.request("make", env="CartPole-v1", info=info, max_episode_steps=4)["handle"]
        client.request("reset", handle=handle, seed=1)
        replies.append([client.request("step", handle=handle, action=i % 2) for i in range(4)])
    for a, b in zip(*replies, strict=True):
        assert all(same(a[name], b[name]) for name in ("obs", "reward", "terminated", "truncated", "info"))
