"""What a client may give to `make`: wrappers by name, keyword arguments, processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.errors import BridgeError


def refusal(client: Client, **fields: object) -> BridgeError:
    with pytest.raises(BridgeError) as caught:
        client.request("make", **{"env": "CartPole-v1", **fields})
    return caught.value


@pytest.mark.parametrize(
    "name",
    [
        "__class__",
        "__eq__",
        "__getattr__",
        "vector",
        "importlib",
        "_wrapper_to_class",
        "gymnasium.wrappers:common",
        "wrapper_module:system",
        "wrapper_module:RecordVideo",
        "wrapper_module:Record",
        "wrapper_module:_hidden",
        "wrapper_module:__class__",
        "wrapper_module:__eq__",
        "wrapper_module:CALLED",
        "wrapper_module:Doubled.reward",
        "wrapper_module:no_wrapper",
    ],
)
def test_a_name_that_a_module_does_not_offer_as_a_wrapper_is_no_wrapper(client: Client, name: str) -> None:
    for extra in ({}, {"num_envs": 2}):
        error = refusal(client, wrappers=[{"id": name}], **extra)
        assert error.code == "BadArgument"
        assert name in error.message


@pytest.mark.parametrize("name", ["wrapper_module:Doubled", "wrapper_module:make_doubled"])
def test_wrapper_classes_and_functions_of_a_module_are_wrappers(client: Client, name: str) -> None:
    handle = client.request("make", env="CartPole-v1", wrappers=[{"id": "TimeAwareObservation"}, {"id": name}])[
        "handle"
    ]
    client.request("reset", handle=handle, seed=1)
    # CartPole's reward of a step is 1.
    assert client.request("step", handle=handle, action=0)["reward"] == 2
    client.request("close", handle=handle)


def test_a_window_cannot_be_asked_for_by_keyword_arguments_either(client: Client) -> None:
    human = {"render_mode": "human"}
    for fields in (
        {"kwargs": human},
        {"kwargs": {"config": {"views": [human]}}},
        {"num_envs": 2, "backend": "vector_entry_point", "vector_kwargs": human},
        {"wrappers": [{"id": "TimeLimit", "kwargs": human}]},
    ):
        error = refusal(client, **fields)
        assert error.code == "BadArgument"
        assert "rgb_array" in error.expected
    handle = client.request("make", env="CartPole-v1", kwargs={"render_mode": "rgb_array"})["handle"]
    client.request("close", handle=handle)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a `serve` with its default allow-list."""
    with server_process("serve", "tcp://127.0.0.1:*") as (_, endpoint), Client(endpoint) as client:
        client.hello()
        yield client


@pytest.mark.parametrize("path", ["/etc/passwd", "../../secret.xml", "~root/x", "..\\x", "a\0b"])
def test_serve_takes_no_path_in_keyword_arguments_by_default(strict: Client, path: str) -> None:
    for fields in (
        {"kwargs": {"xml_file": path}},
        {"kwargs": {"deep": [{"xml_file": path}]}},
        {"wrappers": [{"id": "TimeLimit", "kwargs": {"max_episode_steps": path}}]},
        {"num_envs": 2, "backend": "vector_entry_point", "vector_kwargs": {"xml_file": path}},
    ):
        error = refusal(strict, **fields)
        assert error.code == "NotAllowed"
        assert "--allow-env 'CartPole-v1'" in error.remedy


def test_keyword_arguments_that_are_no_paths_are_taken_and_paths_where_the_environment_was_allowed(
    strict: Client, folder: Path
) -> None:
    lake = {"env": "FrozenLake-v1", "kwargs": {"desc": ["SF", "FG"], "map_name": None, "is_slippery": False}}
    strict.request("close", handle=strict.request("make", **lake)["handle"])
    with (
        server_process("serve", f"ipc://{folder}/s", "--allow-env", "CartPole-v1") as (_, endpoint),
        Client(endpoint) as client,
    ):
        client.hello()
        # The constructor is reached, and has no such argument.
        assert refusal(client, kwargs={"xml_file": "/etc/passwd"}).code == "EnvironmentFault"


def test_the_backend_async_has_no_more_processes_than_max_processes(folder: Path) -> None:
    with (
        server_process("serve", f"ipc://{folder}/s", "--max-processes", "3") as (_, endpoint),
        Client(endpoint) as client,
    ):
        assert client.hello()["limits"]["max_processes"] == 3
        two = client.request("make", env="CartPole-v1", num_envs=2, backend="async")["handle"]
        error = refusal(client, num_envs=2, backend="async")
        assert error.code == "LimitExceeded"
        assert "max_processes = 3" in error.message
        client.request("make", env="CartPole-v1", num_envs=1, backend="async")
        client.request("make", env="CartPole-v1", num_envs=20)
        client.request("close", handle=two)
        two = client.request("make", env="CartPole-v1", num_envs=2, backend="async")["handle"]
        client.request("reset", handle=two)
        client.request("step", handle=two, action=np.zeros(2, np.int64))


def test_a_module_not_found_error_without_a_name_is_a_fault_of_the_import(client: Client) -> None:
    error = refusal(client, imports=["nameless_import"])
    assert (error.code, error.exception) == ("EnvironmentFault", "ModuleNotFoundError")
    assert "this platform has no simulator" in error.message
