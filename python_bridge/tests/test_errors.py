"""Every error says what, where, what was expected and what to do; none takes the server or the environment down."""

from __future__ import annotations

import bridge_test_envs  # noqa: F401
import numpy as np
import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.message.codec import Repr

AWKWARD = "bridge_test_envs:Awkward-v0"


def failing(client: Client, op: str, /, **fields: object) -> BridgeError:
    """The error a request is answered with."""
    with pytest.raises(BridgeError) as caught:
        client.request(op, **fields)
    return caught.value


def test_an_unknown_environment_has_the_nearest_ids_and_the_imported_modules(client: Client) -> None:
    error = failing(client, "make", env="bridge_test_envs:CartPol-v1", imports=["math"])
    assert error.code == "UnknownEnvironment"
    assert "CartPole-v1" in error.message
    assert "math, bridge_test_envs" in error.message
    assert "module:id" in error.remedy


def test_a_missing_package_has_the_command_that_installs_it(client: Client) -> None:
    error = failing(client, "make", env="HalfCheetah-v5")
    assert error.code == "MissingPackage"
    assert "pip install" in error.remedy
    assert "mujoco" in error.remedy


def test_a_missing_module_is_a_missing_package(client: Client) -> None:
    error = failing(client, "make", env="no_such_module:Env-v0")
    assert error.code == "MissingPackage"
    assert "no_such_module" in error.message
    assert error.remedy == "pip install no_such_module"


def test_the_backend_envpool_without_its_package_is_a_missing_package(client: Client) -> None:
    try:
        import envpool  # noqa: F401
    except ImportError:
        error = failing(client, "make", env="CartPole-v1", num_envs=2, backend="envpool")
        assert error.code == "MissingPackage"
        assert error.remedy == "pip install envpool"


def test_an_exception_in_the_constructor_has_the_environments_traceback(client: Client) -> None:
    for extra in ({}, {"num_envs": 2}, {"num_envs": 2, "backend": "async"}):
        error = failing(client, "make", env=AWKWARD, kwargs={"fail_in_make": True}, **extra)
        assert (error.code, error.exception) == ("EnvironmentFault", "KeyError")
        assert error.traceback.count('raise KeyError("no such thing")') == 1
        assert "mirrorflow_bridge/env/held.py" not in error.traceback


@pytest.mark.parametrize("backend", [None, "sync", "async"])
def test_an_exception_in_a_step_is_told_once_with_its_cause_and_the_environment_stays_open(
    client: Client, backend: str | None
) -> None:
    extra = {} if backend is None else {"num_envs": 2, "backend": backend}

    def action(which: int) -> object:
        return which if backend is None else np.array([0, which], np.int32)

    handle = client.request("make", env=AWKWARD, **extra)["handle"]
    client.request("reset", handle=handle)
    error = failing(client, "step", handle=handle, action=action(1))
    assert (error.code, error.exception) == ("EnvironmentFault", "RuntimeError")
    assert "the simulator broke" in error.message
    assert error.traceback.count('int("three")') == 1
    assert error.traceback.count('raise RuntimeError("the simulator broke")') == 1
    assert "mirrorflow_bridge" not in error.traceback
    client.request("step", handle=handle, action=action(0))
    assert failing(client, "step", handle=handle, action=action(3)).exception == "SystemExit"
    client.request("step", handle=handle, action=action(0))
    error = failing(client, "reset", handle=handle, options={"fail": True})
    assert (error.code, error.exception) == ("EnvironmentFault", "RuntimeError")
    client.request("reset", handle=handle)
    client.request("close", handle=handle)


def test_a_worker_process_that_dies_is_an_environment_fault_and_the_handle_can_be_closed(client: Client) -> None:
    handle = client.request("make", env=AWKWARD, num_envs=2, backend="async")["handle"]
    client.request("reset", handle=handle)
    error = failing(client, "step", handle=handle, action=np.array([0, 4], np.int32))
    assert error.code == "EnvironmentFault"
    assert "exit code 7" in error.message
    client.request("close", handle=handle)
    client.request("ping")


def test_an_observation_outside_its_space_is_an_environment_fault(client: Client) -> None:
    handle = client.request("make", env=AWKWARD, kwargs={"disable_env_checker": True})["handle"]
    client.request("reset", handle=handle)
    assert failing(client, "step", handle=handle, action=5).code == "EnvironmentFault"
    client.request("close", handle=handle)


def test_odd_values_in_an_info_map_travel(client: Client) -> None:
    handle = client.request("make", env=AWKWARD)["handle"]
    client.request("reset", handle=handle)
    odd = client.request("step", handle=handle, action=6)["info"]["odd"]
    assert odd["big"] == 2**80
    assert odd["set"] == Repr("{1}")
    client.request("close", handle=handle)


def test_attributes_and_methods(client: Client) -> None:
    one = client.request("make", env=AWKWARD)["handle"]
    assert client.request("get_attr", handle=one, name="public")["value"] == 5
    client.request("set_attr", handle=one, name="public", value={"a": np.arange(2.0)})
    assert client.request("get_attr", handle=one, name="public")["value"]["a"].tolist() == [0, 1]
    value = client.request("call", handle=one, name="echo", args=[1, [2]], kwargs={"k": 2**60})["value"]
    assert value == [[1, [2]], {"k": 2**60}]
    assert failing(client, "get_attr", handle=one, name="absent").code == "BadArgument"
    assert failing(client, "call", handle=one, name="public").code == "BadArgument"
    assert failing(client, "call", handle=one, name="step", args=[0]).code == "BadArgument"
    assert failing(client, "get_attr", handle=one, name="_np_random").code == "NotAllowed"
    for backend in ("sync", "async"):
        many = client.request("make", env=AWKWARD, num_envs=2, backend=backend)["handle"]
        client.request("set_attr", handle=many, name="public", value=[7, 8])
        assert client.request("get_attr", handle=many, name="public")["value"] == [7, 8]
        assert client.request("call", handle=many, name="echo", args=["x"])["value"] == [[["x"], {}]] * 2
        assert failing(client, "set_attr", handle=many, name="public", value=[1, 2, 3]).code == "BadArgument"
        assert failing(client, "get_attr", handle=many, name="absent").code == "BadArgument"
        client.request("close", handle=many)
    client.request("close", handle=one)


def test_what_make_does_not_take_is_a_bad_argument(client: Client) -> None:
    cartpole = {"env": "CartPole-v1"}
    for fields, word in (
        ({"wrappers": [{"id": "TimeLimt", "kwargs": {}}]}, "TimeLimit"),
        ({"render_mode": "ansi"}, "render_mode"),
        ({"backend": "async"}, "num_envs"),
        ({"num_envs": 2, "vector_kwargs": {"worker": 1}}, "worker"),
        ({"num_envs": 2, "backend": "vector_entry_point", "autoreset": "disabled"}, "next_step"),
    ):
        error = failing(client, "make", **cartpole, **fields)
        assert error.code == "BadArgument"
        assert word in f"{error.message} {error.expected} {error.remedy}"
    native = client.request("make", **cartpole, num_envs=2, backend="vector_entry_point")["handle"]
    client.request("reset", handle=native)
    assert failing(client, "reset", handle=native, mask=np.array([True, False])).code == "BadArgument"
    client.request("close", handle=native)


def test_an_environment_may_change_its_arguments_in_place(client: Client) -> None:
    handle = client.request("make", env=AWKWARD)["handle"]
    assert client.request("call", handle=handle, name="double", args=[np.arange(3.0)])["value"].tolist() == [0, 2, 4]
    client.request("close", handle=handle)
