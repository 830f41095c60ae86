"""Rules about environments: what replies have in them, and Gymnasium's semantics."""

from __future__ import annotations

from typing import Any

import numpy as np

from .rule import Target, expect, expect_error, rules

RULES, rule = rules()


def _array(value: object, dtype: str, shape: tuple[int, ...], name: str) -> np.ndarray:
    expect(isinstance(value, np.ndarray), f"{name} is no array but {type(value).__name__}")
    assert isinstance(value, np.ndarray)
    expect(value.dtype == np.dtype(dtype) and value.shape == shape, f"{name} has {value.dtype} and {value.shape}")
    return value


@rule("make: the reply has every field of the protocol")
def _(target: Target) -> None:
    names = [
        "handle",
        "spec",
        "metadata",
        "observation_space",
        "action_space",
        "num_envs",
        "autoreset",
        "render_mode",
        "imported",
    ]
    for num_envs in (None, 1, 2):
        with target.held(num_envs=num_envs) as (_, _, made):
            missing = [name for name in names if name not in made]
            expect(not missing, f"{', '.join(missing)} are missing")
            expect(made["num_envs"] == num_envs, f"num_envs is {made['num_envs']}")
            fields = {"id", "max_episode_steps", "reward_threshold", "nondeterministic", "kwargs"}
            expect(fields <= made["spec"].keys(), f"spec is {made['spec']}")


@rule("one environment: reset gives obs and info, step gives a float reward and bools")
def _(target: Target) -> None:
    with target.held() as (client, handle, made):
        reset = client.request("reset", handle=handle, seed=1)
        expect({"obs", "info"} <= reset.keys() and isinstance(reset["info"], dict), "obs or info is missing")
        step = client.request("step", handle=handle, action=made["action_space"]["start"])
        expect(type(step["reward"]) is float, f"reward is {step['reward']!r}")
        expect(
            type(step["terminated"]) is bool and type(step["truncated"]) is bool, "terminated or truncated is no bool"
        )
        expect(isinstance(step["info"], dict), f"info is {step['info']!r}")


@rule("a vector environment: rewards <f8, terminated and truncated |b1, of shape [n]")
def _(target: Target) -> None:
    with target.held(num_envs=3) as (client, handle, made):
        expect(made["autoreset"] == "next_step", f"autoreset is {made['autoreset']!r}")
        client.request("reset", handle=handle, seed=1)
        action = np.full(3, made["action_space"]["start"], np.int32)
        step = client.request("step", handle=handle, action=action)
        _array(step["reward"], "<f8", (3,), "reward")
        _array(step["terminated"], "|b1", (3,), "terminated")
        _array(step["truncated"], "|b1", (3,), "truncated")


@rule("num_envs 1 is a vector environment, whose values are batched")
def _(target: Target) -> None:
    with target.held(num_envs=1) as (client, handle, made):
        client.request("reset", handle=handle)
        step = client.request("step", handle=handle, action=np.full(1, made["action_space"]["start"], np.int32))
        _array(step["reward"], "<f8", (1,), "reward")
        expect_error(client, "BadArgument", "step", handle=handle, action=made["action_space"]["start"])


@rule("the same seed gives the same observation, and environment i of a vector gets seed + i")
def _(target: Target) -> None:
    with target.held() as (client, handle, _):
        single = [client.request("reset", handle=handle, seed=seed)["obs"] for seed in (11, 12, 11)]
    expect(np.array_equal(single[0], single[2]), "the same seed gave another observation")
    with target.held(num_envs=2) as (client, handle, _):
        batch = client.request("reset", handle=handle, seed=11)["obs"]
        expect(all(np.array_equal(batch[i], single[i]) for i in range(2)), "environment i has not the seed 11 + i")
        listed = client.request("reset", handle=handle, seed=[12, 11])["obs"]
        expect(
            np.array_equal(listed[0], single[1]) and np.array_equal(listed[1], single[0]), "a list of seeds is ignored"
        )
        expect_error(client, "BadArgument", "reset", handle=handle, seed=[1])


def _end(target: Target, autoreset: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The replies to two steps around the end of an episode of two steps, and to the step after it."""
    with target.held(num_envs=2, autoreset=autoreset, max_episode_steps=2) as (client, handle, made):
        expect(made["autoreset"] == autoreset, f"autoreset is {made['autoreset']!r}")
        client.request("reset", handle=handle, seed=3)
        action = np.full(2, made["action_space"]["start"], np.int32)
        steps = [client.request("step", handle=handle, action=action) for _ in range(2)]
        if autoreset == "disabled":
            mask = np.array([True, True])
            return steps[0], steps[1], client.request("reset", handle=handle, mask=mask)
        return steps[0], steps[1], client.request("step", handle=handle, action=action)


@rule("autoreset next_step: the step after the end resets, with reward 0")
def _(target: Target) -> None:
    _, end, after = _end(target, "next_step")
    expect(end["truncated"].all(), "max_episode_steps does not truncate")
    expect(not after["truncated"].any() and (after["reward"] == 0).all(), "the step after the end is no reset")


@rule("autoreset same_step: the last step has final_obs and final_info, and its obs is the new episode's")
def _(target: Target) -> None:
    _, end, _ = _end(target, "same_step")
    expect("final_obs" in end["info"] and "final_info" in end["info"], f"info has {sorted(end['info'])}")
    final = end["info"]["final_obs"]
    _array(end["info"]["_final_obs"], "|b1", (2,), "_final_obs")
    expect(end["info"]["_final_obs"].all() and len(final) == 2, "final_obs is no batch of the two that ended")
    expect(not np.array_equal(final[0], end["obs"][0]), "obs is the final observation")


@rule("autoreset disabled: a mask resets the environments whose episode is over")
def _(target: Target) -> None:
    _, end, after = _end(target, "disabled")
    expect(end["truncated"].all() and "obs" in after, "the reset has no obs")


@rule("a mask resets only the environments it is true for")
def _(target: Target) -> None:
    with target.held(num_envs=2) as (client, handle, _):
        first = client.request("reset", handle=handle, seed=1)["obs"]
        second = client.request("reset", handle=handle, seed=5, mask=np.array([False, True]))["obs"]
        expect(np.array_equal(first[0], second[0]), "environment 0 was reset")
        expect(not np.array_equal(first[1], second[1]), "environment 1 was not reset")
        for mask in (np.array([True]), np.array([1, 1], np.int8), np.array([False, False])):
            expect_error(client, "BadArgument", "reset", handle=handle, mask=mask)


@rule("max_episode_steps, kwargs and wrappers reach the environment")
def _(target: Target) -> None:
    with target.held(wrappers=[{"id": "TimeLimit", "kwargs": {"max_episode_steps": 1}}]) as (client, handle, made):
        client.request("reset", handle=handle)
        step = client.request("step", handle=handle, action=made["action_space"]["start"])
        expect(step["truncated"] is True, "the wrapper TimeLimit does not truncate")
    with target.client() as client:
        expect_error(client, "EnvironmentFault", "make", env=target.env, kwargs={"no_such_argument": 1})


@rule("an exception of the environment is an EnvironmentFault with class and traceback, and the environment stays open")
def _(target: Target) -> None:
    with target.held() as (client, handle, made):
        start = made["action_space"]["start"]
        error = expect_error(client, "EnvironmentFault", "step", handle=handle, action=start)  # no reset yet
        expect(bool(error.exception) and bool(error.traceback), "exception or traceback is missing")
        expect("Traceback" in (error.traceback or ""), f"traceback is {error.traceback!r}")
        client.request("reset", handle=handle)
        client.request("step", handle=handle, action=start)


@rule("info false sends an empty map, and an array of keys only those with their masks")
def _(target: Target) -> None:
    made = {"num_envs": 2, "autoreset": "same_step", "max_episode_steps": 1}
    for info, expected in ((False, set()), (["final_obs"], {"final_obs", "_final_obs"})):
        with target.held(**made, info=info) as (client, handle, reply):
            client.request("reset", handle=handle)
            step = client.request("step", handle=handle, action=np.full(2, reply["action_space"]["start"], np.int32))
            expect(set(step["info"]) == expected, f"info has {sorted(step['info'])}")


@rule("render without a render mode gives nil; get_attr gives the attribute's value")
def _(target: Target) -> None:
    with target.held() as (client, handle, made):
        client.request("reset", handle=handle)
        expect(client.request("render", handle=handle)["frame"] is None, "the frame is not nil")
        value = client.request("get_attr", handle=handle, name="spec")["value"]
        expect(value["id"] == made["spec"]["id"], f"the attribute spec is {value}")
        expect_error(client, "BadArgument", "get_attr", handle=handle, name="spec", value=1)


@rule("ping gives the number of environments the client holds")
def _(target: Target) -> None:
    with target.client() as client:
        handles = [client.request("make", env=target.env)["handle"] for _ in range(2)]
        expect(client.request("ping")["envs"] == 2, "envs is not 2")
        for handle in handles:
            client.request("close", handle=handle)
        expect(client.request("ping")["envs"] == 0, "envs is not 0 after close")
