"""Several requests in flight: order, cancel, Busy, several clients, lease."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mirrorflow_bridge.client import TRANSPORTS, Client
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.message.codec import VERSION, encode


def test_replies_come_in_the_order_of_the_requests_also_where_some_fail(client: Client) -> None:
    handle = client.request("make", env="CartPole-v1")["handle"]
    ids = []
    for i in range(60):
        ids.append(client.send("reset", handle=handle) if i % 3 else client.send("step", handle=-1, action=0))
        if i % 10 == 0:
            client.send_frames([b"\xc1"])
            ids.append(0)
    assert [client.receive()["id"] for _ in ids] == ids
    client.request("close", handle=handle)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_client_that_reads_is_never_taken_for_one_that_does_not(endpoint: str, transport: str) -> None:
    """More requests than may be unread at once, of every kind that ends with an error."""
    kinds: list[tuple[str, dict[str, Any]]] = [("stpe", {}), ("ping", {"extra": 1}), ("make", {"env": "No-v0"})]
    kinds += [("step", {"handle": -1, "action": action}) for action in (0, np.zeros(3))]
    with Client(endpoint, transport=transport) as client:
        client.hello()
        for op, fields in kinds:
            for _ in range(30):
                ids = [client.send(op, **fields) for _ in range(100)]
                assert [client.receive()["id"] for _ in ids] == ids
        for _ in range(30):
            for _ in range(100):
                client.send_frames([b"\xc1"])
            assert [client.receive()["id"] for _ in range(100)] == [0] * 100


def test_a_cancelled_request_is_not_carried_out(client: Client) -> None:
    handle = client.request("make", env="FrozenLake-v1", kwargs={"is_slippery": False})["handle"]
    client.request("reset", handle=handle)
    slow = client.send("make", env="CartPole-v1", num_envs=400)
    step = client.send("step", handle=handle, action=2)
    cancel = client.send("cancel", target=step)
    replies = {reply["id"]: reply for reply in (client.receive() for _ in range(3))}
    assert replies[cancel]["cancelled"] is True
    assert replies[step]["error"]["code"] == "Cancelled"
    assert client.request("get_attr", handle=handle, name="s")["value"] == 0
    client.request("close", handle=handle)
    client.request("close", handle=replies[slow]["handle"])


def test_requests_beyond_max_waiting_are_busy_and_the_others_are_carried_out(folder: Path) -> None:
    with (
        server_process("child", f"ipc://{folder}/s", "--max-waiting", "5") as (_, endpoint),
        Client(endpoint) as client,
    ):
        assert client.hello()["limits"]["max_waiting"] == 5
        slow = client.send("make", env="CartPole-v1", num_envs=4000)
        time.sleep(0.05)  # the server is at it when the others arrive
        # Eight: with hello and make that is all that the queue of ZeroMQ itself (2 x max_waiting) takes at once.
        for i in range(8):
            client.send_frames(encode({"v": VERSION, "id": 100 + i, "op": "ping"}))
        replies = {reply["id"]: reply for reply in (client.receive() for _ in range(9))}
        busy = [id for id, reply in replies.items() if not reply["ok"]]
        # The first is carried out or still waits itself when the others arrive.
        assert busy in ([104, 105, 106, 107], [105, 106, 107])
        assert all(replies[id]["error"]["code"] == "Busy" for id in busy)
        assert replies[slow]["ok"]


def test_a_client_with_many_requests_does_not_keep_another_waiting(endpoint: str) -> None:
    with Client(endpoint) as busy, Client(endpoint) as other:
        busy.hello()
        other.hello()
        # So many that their steps take several times as long as the client waits below.
        handle = busy.request("make", env="CartPole-v1", num_envs=250)["handle"]
        busy.request("reset", handle=handle)
        action = np.zeros(250, np.int32)
        ids = [busy.send("step", handle=handle, action=action) for _ in range(100)]
        time.sleep(0.02)
        other.request("ping")
        arrived = 0
        while busy.socket.poll(0):
            busy.receive()
            arrived += 1
        assert arrived < 100
        for _ in range(len(ids) - arrived):
            busy.receive()
        busy.request("close", handle=handle)


def test_a_silent_clients_environments_are_closed_when_its_lease_runs_out(folder: Path) -> None:
    with (
        server_process("serve", f"ipc://{folder}/s", "--lease", "0.4") as (_, endpoint),
        Client(endpoint) as silent,
        Client(endpoint) as alive,
    ):
        assert silent.hello()["lease"] == 0.4
        alive.hello()
        gone = silent.request("make", env="CartPole-v1")["handle"]
        kept = alive.request("make", env="CartPole-v1")["handle"]
        for _ in range(8):
            time.sleep(0.15)
            assert alive.request("ping")["envs"] == 1
        alive.request("reset", handle=kept)
        with pytest.raises(BridgeError) as caught:
            silent.request("reset", handle=gone)
        assert caught.value.code == "NotGreeted"
        silent.hello()
        with pytest.raises(BridgeError) as caught:
            silent.request("reset", handle=gone)
        assert caught.value.code == "UnknownHandle"


def test_a_lease_runs_out_also_while_another_client_keeps_the_server_busy(folder: Path) -> None:
    with (
        server_process("serve", f"ipc://{folder}/s", "--lease", "0.4") as (_, endpoint),
        Client(endpoint) as silent,
        Client(endpoint) as busy,
    ):
        silent.hello()
        silent.request("make", env="CartPole-v1")
        busy.hello()
        end = time.monotonic() + 1
        while time.monotonic() < end:
            busy.request("ping")
        with pytest.raises(BridgeError) as caught:
            silent.request("ping")
        assert caught.value.code == "NotGreeted"


def test_a_message_of_one_frame_or_none_is_a_bad_message(client: Client) -> None:
    client.send_frames([b""])
    reply = client.receive()
    assert (reply["id"], reply["error"]["code"]) == (0, "BadMessage")


def test_a_large_observation_travels_whole(client: Client) -> None:
    """Large frames go to ZeroMQ without a copy: the array must not change before it is sent."""
    handle = client.request("make", env="CartPole-v1", num_envs=3000, backend="vector_entry_point")["handle"]
    first = client.request("reset", handle=handle, seed=1)["obs"]
    action = np.zeros(3000, np.int32)
    ids = [client.send("step", handle=handle, action=action) for _ in range(5)]
    replies = [client.receive() for _ in ids]
    again = client.request("reset", handle=handle, seed=1)["obs"]
    assert np.array_equal(first, again)
    for reply in replies:
        step = client.request("step", handle=handle, action=action)
        assert np.array_equal(step["obs"], reply["obs"])
    client.request("close", handle=handle)
