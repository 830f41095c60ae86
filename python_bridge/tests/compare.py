"""Comparison of replies with what the same Gymnasium environment gives in process."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector.utils import concatenate, create_empty_array
from record_fixtures import as_bytes
from wire_json import same

from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import Repr, decode, encode
from mirrorflow_bridge.spaces.to_wire import to_wire, to_wire_batch


def wire_of(env: Any, obs: Any) -> Any:
    """An observation of `env` in its decoded wire form."""
    if hasattr(env, "single_observation_space"):
        return plain(to_wire_batch(env.single_observation_space, obs, env.num_envs))
    return plain(to_wire(env.observation_space, obs))


def plain(value: Any) -> Any:
    """Any value as a client would get it."""
    return decode(as_bytes(encode({"value": value})), Limits())["value"]


def assert_step(reply: dict[str, Any], expected: tuple, env: Any) -> None:
    """A reply to `step` is what the environment in process gave."""
    obs, reward, terminated, truncated, info = expected
    assert same(reply["obs"], wire_of(env, obs))
    if hasattr(env, "single_observation_space"):
        assert same(reply["reward"], np.asarray(reward, np.float64))
        assert same(reply["terminated"], np.asarray(terminated))
        assert same(reply["truncated"], np.asarray(truncated))
    else:
        assert reply["reward"] == float(reward)
        assert (reply["terminated"], reply["truncated"]) == (terminated, truncated)
    assert_info(reply["info"], info, env)


def assert_info(ours: dict[str, Any], theirs: dict[str, Any], env: Any) -> None:
    """The info map is Gymnasium's; its order may differ."""
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        if key == "final_obs":
            space = env.single_observation_space
            there = [entry for entry in value if entry is not None]
            batch = concatenate(space, there, create_empty_array(space, n=len(there)))
            value = to_wire_batch(space, batch, len(there))
        if isinstance(value, dict):
            assert_info(ours[key], value, env)
        else:
            assert same(ours[key], plain(value)), key
            assert not isinstance(ours[key], Repr)
