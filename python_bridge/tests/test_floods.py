"""A client that floods takes its share of the server and no more, and a client that does not read a bounded memory."""

from __future__ import annotations

import time
from pathlib import Path

import msgpack
import numpy as np
import pytest
import zmq
from processes import memory_of, most_memory_of

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.flood import KINDS, flood_process
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import VERSION, read_header
from mirrorflow_bridge.server.intake import READ_AT_MOST, Intake


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_served_beside_two_that_flood(folder: Path, kind: str) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint, timeout=30) as client:
        client.hello()
        handle = client.request("make", env="CartPole-v1", num_envs=2)["handle"]
        with flood_process(endpoint, kind), flood_process(endpoint, kind):
            client.request("reset", handle=handle, seed=1)
            for _ in range(8):
                client.request("step", handle=handle, action=np.array([0, 1], np.int32))
            assert process.poll() is None


def test_a_round_reads_a_few_messages_and_one_of_each_connection_in_turn() -> None:
    context = zmq.Context()
    router, flood, other = (context.socket(kind) for kind in (zmq.ROUTER, zmq.DEALER, zmq.DEALER))
    try:
        port = router.bind_to_random_port("tcp://127.0.0.1")
        for client in (flood, other):
            client.connect(f"tcp://127.0.0.1:{port}")
        flood.routing_id = b"flood"
        for _ in range(100):
            flood.send(b"x")
        other.send(b"y")
        time.sleep(0.5)
        messages: list[bytes] = []
        Intake(router, 1024).read_round(lambda *message: messages.append(bytes(message[2])))
        assert len(messages) <= READ_AT_MOST
        assert b"y" in messages
    finally:
        context.destroy(linger=0)


def test_leases_run_out_during_a_flood_and_those_of_clients_that_ping_do_not(folder: Path) -> None:
    with (
        server_process("serve", f"ipc://{folder}/s", "--lease", "3") as (_, endpoint),
        Client(endpoint, timeout=30) as silent,
        Client(endpoint, timeout=30) as alive,
    ):
        silent.hello()
        alive.hello()
        silent.request("make", env="CartPole-v1")
        alive.request("make", env="CartPole-v1")
        with flood_process(endpoint, "ping"), flood_process(endpoint, "stranger"):
            end = time.monotonic() + 6
            while time.monotonic() < end:
                assert alive.request("ping")["envs"] == 1
                time.sleep(0.1)
            with pytest.raises(BridgeError) as caught:
                silent.request("ping")
        assert caught.value.code == "NotGreeted"


def test_a_client_is_told_what_is_wrong_with_a_large_header_whatever_it_has_in_its_arguments(folder: Path) -> None:
    rows = [[None] * 199_000] * 40
    with server_process("child", f"ipc://{folder}/s") as (_, endpoint), Client(endpoint) as client:

        def answer(**fields: object) -> tuple[int, str]:
            client.send_frames([msgpack.packb({"v": VERSION, "id": 5, **fields})])
            reply = client.receive()
            return reply["id"], reply["error"]["code"]

        assert answer(op="step", handle=1, action=rows) == (5, "NotGreeted")
        assert answer(op="hello", client=rows) == (5, "LimitExceeded")
        client.hello()
        assert answer(op="steps", action=rows) == (5, "UnknownOperation")
        assert answer(op="step", handle=1, actions=[None] * 190_000) == (5, "BadArgument")
        assert answer(op="cancel", target=rows) == (5, "LimitExceeded")
        assert answer(op="step", handle=1, action=rows) == (5, "LimitExceeded")
        assert answer(op="step", handle=1, action=[None] * 190_000) == (5, "UnknownHandle")
        # The same with the fields in another order.
        fields = {"action": [None] * 190_000, "op": "step", "handle": 1, "id": 6, "v": VERSION}
        client.send_frames([msgpack.packb(fields)])
        assert client.receive()["id"] == 6


def test_max_items_counts_the_entries_of_all_arrays_and_maps_of_a_header() -> None:
    """By hand: the header has 4 entries, `action` 3 and the arrays and map in it 2 each."""
    header = msgpack.packb({"v": VERSION, "op": "step", "handle": 1, "action": [[1, 2], {"a": 1, "b": 2}, [3, 4]]})
    read_header(header, Limits(max_items=13))
    with pytest.raises(BridgeError) as caught:
        read_header(header, Limits(max_items=12))
    assert caught.value.code == "LimitExceeded"
    assert "max_items = 12" in caught.value.message


def test_a_client_that_does_not_read_is_waited_for_and_then_gets_every_reply(folder: Path) -> None:
    """Replies of 1 MB to 240 requests; the server may hold 64 MiB of them, and what is in the kernel's buffers."""
    n = 60_000
    with server_process("child", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint, timeout=30) as client:
        client.close()
        client.socket = zmq.Context.instance().socket(zmq.DEALER)
        client.socket.rcvhwm = 1
        client.socket.linger = 0
        client.socket.rcvtimeo = 30_000
        client.socket.connect(endpoint)
        client.hello()
        handle = client.request("make", env="CartPole-v1", num_envs=n, backend="vector_entry_point")["handle"]
        client.request("reset", handle=handle)
        before = memory_of(process.pid)
        ids = [client.send("step", handle=handle, action=np.zeros(n, np.int8)) for _ in range(240)]
        assert most_memory_of(process.pid, 30) - before < 140
        # Another client is served meanwhile.
        with Client(endpoint, timeout=30) as other:
            other.hello()
        assert [client.receive()["id"] for _ in ids] == ids
