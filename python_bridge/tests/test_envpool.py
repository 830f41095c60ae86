"""EnvPool as a backend; the tests are skipped where it is not installed."""

from __future__ import annotations

import numpy as np
import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.errors import BridgeError

pytest.importorskip("envpool")
CARTPOLE = {"env": "CartPole-v1", "num_envs": 3, "backend": "envpool"}


def test_an_episode_ends_and_the_next_step_resets_it(client: Client) -> None:
    made = client.request("make", **CARTPOLE, max_episode_steps=5)
    assert made["autoreset"] == "next_step"
    assert made["spec"]["max_episode_steps"] == 5
    handle = made["handle"]
    client.request("reset", handle=handle, seed=1)
    steps = [client.request("step", handle=handle, action=np.array([0, 1, 0], np.int32)) for _ in range(7)]
    assert steps[4]["truncated"].all()
    assert (steps[5]["reward"] == 0).all()
    assert not steps[5]["truncated"].any()
    assert steps[6]["reward"].tolist() == [1, 1, 1]
    assert steps[0]["info"]["_env_id"].all()
    client.request("close", handle=handle)


def test_the_same_seed_gives_the_same_observations(client: Client) -> None:
    handle = client.request("make", **CARTPOLE)["handle"]
    observations = [client.request("reset", handle=handle, seed=seed)["obs"] for seed in (4, 5, 4)]
    assert np.array_equal(observations[0], observations[2])
    assert not np.array_equal(observations[0], observations[1])
    client.request("close", handle=handle)


def test_what_envpool_cannot_do_is_said(client: Client) -> None:
    for fields, code in (
        ({"env": "Nope-v1"}, "UnknownEnvironment"),
        ({"wrappers": [{"id": "TimeLimit"}]}, "BadArgument"),
        ({"autoreset": "disabled"}, "BadArgument"),
    ):
        with pytest.raises(BridgeError) as caught:
            client.request("make", **{**CARTPOLE, **fields})
        assert caught.value.code == code
