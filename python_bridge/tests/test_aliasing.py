"""A reply holds what the environment returned at that moment, whatever is in flight.

Expected are the numbers that each step of `scribbling_envs.Scribbler` writes: requests are sent at once, and answered
as if each had been awaited.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.fuzz_aliasing import numbers

STEPS = 12


def made(client: Client, **fields: Any) -> int:
    return client.request("make", env="scribbling_envs:Scribbler-v0", **fields)["handle"]


def steps_at_once(client: Client, handle: int, action: Any, count: int = STEPS) -> list[dict[str, Any]]:
    ids = [client.send("step", handle=handle, action=action) for _ in range(count)]
    return [client.receive_reply(id) for id in ids]


@pytest.mark.parametrize("kind", ["box", "dict", "tuple", "sequence", "graph"])
def test_observations_and_infos_of_steps_that_were_sent_at_once(client: Client, kind: str) -> None:
    handle = made(client, kwargs={"kind": kind})
    client.request("reset", handle=handle)
    replies = steps_at_once(client, handle, 0)
    assert [numbers(reply["obs"]) for reply in replies] == [{t + 1} for t in range(STEPS)]
    assert [numbers(reply["info"]) for reply in replies] == [{t + 1} for t in range(STEPS)]


@pytest.mark.parametrize("kind", ["box", "dict", "tuple", "sequence", "graph"])
@pytest.mark.parametrize("backend", ["sync", "async"])
def test_a_vector_of_such_environments(client: Client, backend: str, kind: str) -> None:
    handle = made(client, num_envs=2, backend=backend, kwargs={"kind": kind})
    client.request("reset", handle=handle)
    replies = steps_at_once(client, handle, np.zeros(2, np.int32))
    assert [numbers(reply["obs"]) for reply in replies] == [{t + 1} for t in range(STEPS)]
    assert [numbers(reply["info"]["frame"]) for reply in replies] == [{t + 1} for t in range(STEPS)]


@pytest.mark.parametrize("backend", ["sync", "async"])
def test_same_step_gives_the_last_observation_and_info_of_the_episode_that_ended(client: Client, backend: str) -> None:
    handle = made(client, num_envs=2, backend=backend, autoreset="same_step", kwargs={"length": 1})
    client.request("reset", handle=handle)
    reply = client.request("step", handle=handle, action=np.zeros(2, np.int32))
    # The buffer has been filled with 10, the next episode's first, since.
    assert numbers(reply["obs"]) == {10}
    assert numbers(reply["info"]["final_obs"]) == {1}
    assert numbers(reply["info"]["final_info"]["frame"]) == {1}


def test_a_native_vector_with_buffers_of_its_own(client: Client) -> None:
    n = 8192  # its rewards are 64 KiB, its observations 128 KiB
    handle = made(client, num_envs=n, backend="vector_entry_point")
    client.request("reset", handle=handle)
    replies = steps_at_once(client, handle, np.zeros(n, np.int32))
    for name in ("obs", "reward"):
        assert [numbers(reply[name]) for reply in replies] == [{t + 1} for t in range(STEPS)], name
    assert [numbers(reply["terminated"]) for reply in replies] == [{t % 2 == 1} for t in range(STEPS)]


def test_rendering_attributes_and_resets_between_steps(client: Client) -> None:
    handle = made(client, render_mode="rgb_array")
    client.request("reset", handle=handle)
    sent = []
    for _ in range(STEPS):
        sent.append((client.send("reset", handle=handle), "obs", 0))
        sent.append((client.send("step", handle=handle, action=0), "obs", 1))
        sent.append((client.send("render", handle=handle), "frame", 1))
        sent.append((client.send("step", handle=handle, action=0), "obs", 2))
        sent.append((client.send("get_attr", handle=handle, name="buffer"), "value", 2))
    for at, (id, name, count) in enumerate(sent):
        assert numbers(client.receive_reply(id)[name]) == {10 * (at // 5 + 1) + count}, f"request {at}"


def test_clients_do_not_see_one_another(client: Client, endpoint: str) -> None:
    with Client(endpoint) as other:
        other.hello()
        handles = [(one, made(one)) for one in (client, other)]
        for one, handle in handles:
            one.request("reset", handle=handle)
        sent = [(one, one.send("step", handle=handle, action=0)) for _ in range(STEPS) for one, handle in handles]
        replies = [numbers(one.receive_reply(id)["obs"]) for one, id in sent]
    assert replies == [{t + 1} for t in range(STEPS) for _ in handles]


def test_what_a_client_sends_may_be_written_to_by_the_environment(client: Client) -> None:
    """Arrays of a message are read-only where they are not copied; an environment gets its own, in lists, too."""
    handle = client.request("make", env="bridge_test_envs:Awkward-v0")["handle"]
    array = np.arange(3.0)
    value = client.request("call", handle=handle, name="double_all", args=[[array, {"x": array}]])["value"]
    assert [entry.tolist() for entry in (value[0], value[1]["x"])] == [[0.0, 2.0, 4.0]] * 2
