"""Rules about the arguments of operations."""

from __future__ import annotations

from typing import Any

from .rule import Target, expect, expect_error, rules

RULES, rule = rules()


@rule("an unknown argument is answered with BadArgument, for every operation")
def _(target: Target) -> None:
    with target.held() as (client, handle, _):
        expect_error(client, "BadArgument", "hello", client={"name": "x", "version": "1"}, extra=1)
        expect_error(client, "BadArgument", "ping", extra=1)
        expect_error(client, "BadArgument", "make", env=target.env, num_env=2)
        given: dict[str, dict[str, Any]] = {
            "reset": {},
            "step": {"action": 0},
            "render": {},
            "get_attr": {"name": "spec"},
        }
        for op, fields in given.items():
            expect_error(client, "BadArgument", op, handle=handle, **fields, extra=1)
        expect_error(client, "BadArgument", "set_attr", handle=handle, name="spec", value=1, extra=1)
        expect_error(client, "BadArgument", "call", handle=handle, name="spec", extra=1)
        expect_error(client, "BadArgument", "close", handle=handle, extra=1)
        expect_error(client, "BadArgument", "cancel", target=1, extra=1)


@rule("a missing argument is answered with BadArgument")
def _(target: Target) -> None:
    with target.held() as (client, handle, _):
        expect_error(client, "BadArgument", "hello")
        expect_error(client, "BadArgument", "make")
        for op in ("reset", "step", "render", "get_attr", "set_attr", "call", "close"):
            expect_error(client, "BadArgument", op)
        for op in ("step", "get_attr", "set_attr", "call"):
            expect_error(client, "BadArgument", op, handle=handle)
        expect_error(client, "BadArgument", "cancel")


@rule("an argument of a wrong type is answered with BadArgument")
def _(target: Target) -> None:
    with target.held() as (client, handle, _):
        wrong: dict[str, list[Any]] = {"num_envs": [0, -1, "2", 1.5, True], "kwargs": [1, [1]]}
        wrong |= {"wrappers": ["TimeLimit", ["TimeLimit"]]}
        wrong |= {"imports": ["os"], "max_episode_steps": [0, "5"], "backend": ["fast", 1], "autoreset": ["never"]}
        wrong |= {"info": [1, [1]], "render_mode": ["human"], "env": [None, 1]}
        for name, values in wrong.items():
            for value in values:
                expect_error(client, "BadArgument", "make", **{"env": target.env, name: value})
        seeds: list[Any] = [-1, "1", 1.5, {}, [None]]
        for seed in seeds:
            expect_error(client, "BadArgument", "reset", handle=handle, seed=seed)
        expect_error(client, "BadArgument", "reset", handle=handle, options=[1])
        for bad in (None, "1", 1.0):
            expect_error(client, "BadArgument", "reset", handle=bad)


@rule("an action that is not in the action space is answered with BadArgument, and the environment goes on")
def _(target: Target) -> None:
    with target.held() as (client, handle, made):
        client.request("reset", handle=handle, seed=1)
        high = made["action_space"]["start"] + made["action_space"]["n"]
        outside: list[Any] = [high, made["action_space"]["start"] - 1, None, "0", 0.0, [0], {}]
        for action in outside:
            expect_error(client, "BadArgument", "step", handle=handle, action=action)
        client.request("step", handle=handle, action=made["action_space"]["start"])


@rule("an environment that is not registered is answered with UnknownEnvironment, which names it")
def _(target: Target) -> None:
    with target.client() as client:
        name = target.env + "x"
        try:
            error = expect_error(client, "UnknownEnvironment", "make", env=name)
        except Exception:
            error = expect_error(client, "NotAllowed", "make", env=name)  # the allow-list is asked first
        expect(name in error.message, f"the message is {error.message!r}")


@rule("a handle that was never given or was closed is answered with UnknownHandle")
def _(target: Target) -> None:
    with target.client() as client:
        handle = client.request("make", env=target.env)["handle"]
        client.request("close", handle=handle)
        for gone in (handle, 10**9, -1):
            expect_error(client, "UnknownHandle", "reset", handle=gone)
            expect_error(client, "UnknownHandle", "close", handle=gone)


@rule("one client's handle is unknown to another client")
def _(target: Target) -> None:
    with target.held() as (_, handle, _), target.client() as other:
        expect_error(other, "UnknownHandle", "reset", handle=handle)


@rule("an attribute with a leading underscore is answered with NotAllowed")
def _(target: Target) -> None:
    with target.held() as (client, handle, _):
        for name in ("__class__", "_np_random"):
            expect_error(client, "NotAllowed", "get_attr", handle=handle, name=name)
            expect_error(client, "NotAllowed", "set_attr", handle=handle, name=name, value=1)
            expect_error(client, "NotAllowed", "call", handle=handle, name=name)
