"""No reply leaves the server that the client must refuse, and no step is lost to the size of its reply."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import Repr


def made(client: Client, env: str, **fields: Any) -> int:
    handle = client.request("make", env=env, **fields)["handle"]
    client.request("reset", handle=handle, seed=0)
    return handle


def test_more_episodes_end_in_one_step_than_a_message_may_have_arrays(client: Client) -> None:
    n = 1200
    handle = made(client, "Pendulum-v1", num_envs=n, autoreset="same_step", max_episode_steps=1)
    first = client.request("reset", handle=handle, seed=7)["obs"]
    reply = client.request("step", handle=handle, action=np.zeros((n, 1), np.float32))
    final = reply["info"]["final_obs"]
    assert reply["truncated"].all()
    assert reply["info"]["_final_obs"].all()
    # One step of Pendulum without torque from cos, sin, speed, as Gymnasium's own source has it.
    angle, speed = np.arctan2(first[:, 1], first[:, 0]), first[:, 2]
    speed = np.clip(speed + 15 * np.sin(angle) * 0.05, -8, 8)
    expected = np.stack([np.cos(angle + speed * 0.05), np.sin(angle + speed * 0.05), speed], 1)
    np.testing.assert_allclose(final, expected, atol=1e-5)


def test_only_those_that_ended_are_in_final_obs_in_their_order(client: Client) -> None:
    handle = made(client, "large_envs:Numbered-v0", num_envs=3, autoreset="same_step", kwargs={"kind": "dict"})
    client.request("set_attr", handle=handle, name="length", value=[2, 1, 2])
    info = client.request("step", handle=handle, action=np.zeros(3, np.int32))["info"]
    assert info["_final_obs"].tolist() == [False, True, False]
    assert {key: value.tolist() for key, value in info["final_obs"].items()} == {
        "a": [[1.0, 1.0]],
        "b": [1],
        "c": [[1]],
    }


def test_goal_environments_by_the_hundred(client: Client) -> None:
    n = 400  # of three arrays each
    kwargs = {"kind": "dict", "length": 1}
    handle = made(client, "large_envs:Numbered-v0", num_envs=n, autoreset="same_step", kwargs=kwargs)
    final = client.request("step", handle=handle, action=np.zeros(n, np.int32))["info"]["final_obs"]
    assert {key: value.shape for key, value in final.items()} == {"a": (n, 2), "b": (n,), "c": (n, 1)}


def test_values_of_spaces_without_a_batch_of_arrays_share_frames(client: Client) -> None:
    n = 700  # graphs of two arrays each
    handle = made(client, "large_envs:Numbered-v0", num_envs=n, kwargs={"kind": "graph"})
    obs = client.request("step", handle=handle, action=np.zeros(n, np.int32))["obs"]
    assert [graph["nodes"].tolist() for graph in obs] == [[[1.0], [2.0], [3.0]]] * n


def test_attributes_and_pictures_of_many_environments(client: Client) -> None:
    n = 1100
    handle = made(client, "large_envs:Numbered-v0", num_envs=n, render_mode="rgb_array")
    client.request("step", handle=handle, action=np.zeros(n, np.int32))
    frames = client.request("render", handle=handle)["frame"]
    assert len(frames) == n
    assert {(frame.shape, frame.dtype.name, int(frame.max())) for frame in frames} == {((4, 5, 3), "uint8", 1)}
    arrays = client.request("get_attr", handle=handle, name="array")["value"]
    assert [array.tolist() for array in arrays] == [[1, 2, 3]] * n


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("long_list", "<list of 300001 entries and "),
        ("long_text", "<str of 1 entries and "),
        ("many_maps", "<list of "),
        ("huge_array", "<ndarray of 300000000 bytes, left out: more than a reply may hold>"),
    ],
)
def test_an_info_that_is_too_large_is_named_in_its_place(client: Client, what: str, text: str) -> None:
    handle = made(client, "large_envs:Numbered-v0", kwargs={"info": what})
    for step in (1, 2):
        reply = client.request("step", handle=handle, action=0)
        assert reply["obs"].tolist() == [step, step]
        assert reply["info"]["small"] == step
        assert isinstance(reply["info"]["large"], Repr)
        assert reply["info"]["large"].text.startswith(text)
        assert reply["info"]["deep"]["small"] == step
        assert reply["info"]["deep"]["large"].text.startswith(text)


def test_a_vector_whose_infos_are_too_large_keeps_its_rewards(client: Client) -> None:
    handle = made(client, "large_envs:Numbered-v0", num_envs=2, kwargs={"info": "long_text"})
    reply = client.request("step", handle=handle, action=np.zeros(2, np.int32))
    assert reply["reward"].tolist() == [0.5, 0.5]
    assert reply["info"]["small"].tolist() == [1, 1]
    assert isinstance(reply["info"]["large"], Repr)


def test_a_result_that_is_too_large_is_an_error_and_nothing_else_is_lost(client: Client) -> None:
    handle = made(client, "large_envs:Numbered-v0", kwargs={"info": "huge_array"})
    for op, name in (("get_attr", "huge"), ("call", "make_huge")):
        with pytest.raises(BridgeError, match="300000000 where max_frame_bytes = 268435456") as caught:
            client.request(op, handle=handle, name=name)
        assert caught.value.code == "LimitExceeded"
        assert caught.value.remedy
    assert client.request("step", handle=handle, action=0)["reward"] == 0.5


@pytest.mark.parametrize("backend", ["sync", "async"])
def test_observations_that_no_reply_can_hold_are_refused_by_make(client: Client, backend: str) -> None:
    most = Limits().max_frame_bytes
    with pytest.raises(BridgeError, match=rf"is 270000000 bytes; max_frame_bytes = {most}") as caught:
        client.request("make", env="large_envs:Huge-v0", num_envs=3, backend=backend)
    assert caught.value.code == "LimitExceeded"
    assert caught.value.expected == "at most 2 environments on a server"
    assert "servers" in str(caught.value.remedy)


def test_no_value_in_an_info_costs_a_step(client: Client) -> None:
    handle = made(client, "large_envs:Numbered-v0", kwargs={"info": "strange"})
    reply = client.request("step", handle=handle, action=0)
    large = reply["info"]["large"]
    assert reply["reward"] == 0.5
    assert large["timedelta"].text in ("np.timedelta64(5,'s')", "numpy.timedelta64(5,'s')")
    assert large["masked"] == [1, None, 3]
    for name in ("datetime", "mapping", "int", "float", "sequence", "structured", "array"):
        assert isinstance(large[name], Repr), name
    assert large["after"] == "still here"


@pytest.mark.parametrize("autoreset", ["next_step", "disabled"])
def test_an_info_key_final_obs_of_the_environments_own(client: Client, autoreset: str) -> None:
    handle = made(client, "large_envs:Numbered-v0", num_envs=2, autoreset=autoreset, kwargs={"info": "final_obs"})
    info = client.request("step", handle=handle, action=np.zeros(2, np.int32))["info"]
    assert info["final_obs"] == ["mine", "mine"]


@pytest.mark.parametrize("backend", ["sync", "async"])
def test_in_same_step_final_obs_is_the_vectors(client: Client, backend: str) -> None:
    fields = {"num_envs": 2, "autoreset": "same_step", "backend": backend}
    handle = made(client, "large_envs:Numbered-v0", **fields, kwargs={"info": "final_obs", "length": 2})
    info = client.request("step", handle=handle, action=np.zeros(2, np.int32))["info"]
    assert not info.get("_final_obs", np.zeros(2)).any()
    info = client.request("step", handle=handle, action=np.zeros(2, np.int32))["info"]
    assert info["final_obs"].tolist() == [[2.0, 2.0]] * 2


@pytest.mark.parametrize("num_envs", [None, 2])
@pytest.mark.parametrize(
    ("kind", "message"),
    [("bad_reward", r"the reward array\(\[1\.5, 2\.5\]\)"), ("missing_key", r"the observation .*'b'")],
)
def test_what_does_not_fit_is_named(client: Client, kind: str, message: str, num_envs: int | None) -> None:
    handle = made(client, "large_envs:Numbered-v0", num_envs=num_envs, kwargs={"kind": kind})
    action = 0 if num_envs is None else np.zeros(num_envs, np.int32)
    with pytest.raises(BridgeError, match=f"(?s){message}") as caught:
        client.request("step", handle=handle, action=action)
    assert caught.value.code == "EnvironmentFault"
