"""The lane: the same requests and replies over a Unix socket beside ZeroMQ's."""

from __future__ import annotations

import contextlib
import signal
import socket
import stat
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import msgpack
import numpy as np
import pytest
import zmq
from lane_client import LaneClient, framed, lane_message
from processes import memory_of, most_memory_of, within
from wire_json import same

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.env.allow import AllowList
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.server.keys import read_key, write_keys
from mirrorflow_bridge.server.lanes import Lanes
from mirrorflow_bridge.server.loop import Server

ME = {"name": "test", "version": "1"}


def zeromq(endpoint: str, timeout: float = 10.0, keys: tuple[bytes, bytes, bytes] | None = None) -> Client:
    """A client that opens no lane by itself."""
    return Client(endpoint, timeout, keys, transport="zeromq")


@pytest.fixture
def client(endpoint: str) -> Iterator[Client]:
    """A greeted client of the shared server."""
    with zeromq(endpoint) as client:
        client.hello()
        yield client


def offered(client: Client) -> dict[str, str]:
    """The lane that a `hello` offers."""
    lane = client.hello()["lane"]
    assert isinstance(lane, dict)
    return lane


@contextlib.contextmanager
def opened(client: Client) -> Iterator[LaneClient]:
    """A lane of `client`."""
    offer = offered(client)
    with LaneClient(offer["path"]) as lane:
        assert lane.request("lane", token=offer["token"])["ok"]
        yield lane


@pytest.fixture
def lane(client: Client) -> Iterator[LaneClient]:
    with opened(client) as lane:
        yield lane


def made(lane: LaneClient, env: str = "CartPole-v1", **fields: Any) -> int:
    reply = lane.request("make", env=env, **fields)
    assert reply["ok"], reply
    return reply["handle"]


# Opening


def test_the_socket_is_the_servers_own_and_goes_with_it(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint), zeromq(endpoint) as client:
        offer = offered(client)
        assert offer["path"] == f"{folder}/s.lane"
        assert stat.S_IMODE((folder / "s.lane").stat().st_mode) == 0o600
        process.send_signal(signal.SIGTERM)
        assert process.wait(3) == 0
        assert list(folder.iterdir()) == []


def test_a_child_removes_it_when_its_standard_input_closes(folder: Path) -> None:
    with server_process("child", f"ipc://{folder}/s") as (process, _):
        assert (folder / "s.lane").exists()
        process.stdin.close()
        process.stdin = None
        assert process.wait(2) == 0
        assert list(folder.iterdir()) == []


def test_the_file_of_a_killed_server_is_taken_over(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, _):
        process.kill()
        process.wait()
    assert (folder / "s.lane").exists()
    with (
        server_process("serve", f"ipc://{folder}/s") as (_, endpoint),
        zeromq(endpoint) as client,
        opened(client) as lane,
    ):
        assert lane.request("ping")["envs"] == 0


def test_no_lane_over_tcp_beside_a_file_or_at_a_path_too_long(folder: Path) -> None:
    def offer(endpoint: str) -> Any:
        with server_process("child", endpoint) as (_, listening), zeromq(listening) as client:
            return client.hello()["lane"]

    assert offer("tcp://127.0.0.1:*") is None
    (folder / "s.lane").write_text("a file")
    assert offer(f"ipc://{folder}/s") is None
    assert (folder / "s.lane").read_text() == "a file"
    long = "x" * (103 - len(f"{folder}/") - len(".lane"))
    assert offer(f"ipc://{folder}/{long}") is not None
    assert offer(f"ipc://{folder}/{long}x") is None


def test_a_token_opens_one_lane_until_the_next_hello(client: Client) -> None:
    def answer(path: str, token: str) -> str | None:
        with LaneClient(path) as lane:
            code = lane.code("lane", token=token)
            assert code is None or lane.is_closed()
            return code

    first = offered(client)
    second = offered(client)
    assert first["token"] != second["token"]
    assert answer(second["path"], "no token") == "BadArgument"
    assert answer(second["path"], "ä") == "BadArgument"
    assert answer(first["path"], first["token"]) == "BadArgument"
    assert answer(second["path"], second["token"]) is None
    assert answer(second["path"], second["token"]) == "BadArgument"
    third = offered(client)
    client.hello()
    assert answer(third["path"], third["token"]) == "BadArgument"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"op": "ping"}, "BadMessage"),
        ({"op": "hello", "client": ME}, "BadMessage"),
        ({"op": "nothing"}, "BadMessage"),
        ({"op": "lane"}, "BadArgument"),
        ({"op": "lane", "token": 5}, "BadArgument"),
        ({"op": "lane", "token": "x", "more": 1}, "BadArgument"),
        ({"op": "lane", "token": "x", "v": 1}, "ProtocolMismatch"),
        ({"op": "lane", "token": "x" * 5000}, "LimitExceeded"),
        ({"op": "lane", "token": np.zeros(2)}, "LimitExceeded"),
    ],
)
def test_another_first_message_is_answered_and_ends_the_connection(
    client: Client, request_: dict[str, Any], code: str
) -> None:
    with LaneClient(offered(client)["path"]) as lane:
        lane.socket.sendall(lane_message({"v": 2, "id": 7, **request_}))
        reply = lane.receive()
        assert reply["error"]["code"] == code
        assert reply["id"] == (0 if code == "LimitExceeded" else 7)
        assert lane.is_closed()


def test_a_connection_that_does_not_open_its_lane_in_time_is_closed(folder: Path) -> None:
    """A server in this process, so that the time can be shorter than five seconds."""
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    server = Server(router, Limits(), AllowList(), None)
    router.bind(f"ipc://{folder}/s")
    lanes = Lanes(f"{folder}/s.lane", router.fd, Limits(), open_seconds=0.3)
    server.offer(lanes)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with (
            zeromq(f"ipc://{folder}/s") as client,
            opened(client) as lane,
            LaneClient(lanes.path) as silent,
            LaneClient(lanes.path) as slow,
        ):
            slow.socket.sendall(lane_message({"v": 2, "id": 1, "op": "lane", "token": "x"})[:20])
            assert silent.is_closed()
            assert slow.is_closed()
            assert lane.request("ping")["ok"]
    finally:
        server.stop = True
        thread.join()
        lanes.close_all()
        context.destroy(linger=0)


def test_a_second_lane_takes_the_place_of_the_first(client: Client, lane: LaneClient) -> None:
    handle = made(lane, num_envs=2, backend="async")  # whose workers may have inherited the connection
    with opened(client) as second:
        assert lane.is_closed()
        assert second.request("reset", handle=handle, seed=1)["ok"]
        assert second.request("close", handle=handle)["ok"]


def test_hello_and_lane_do_not_travel_over_an_open_lane_nor_lane_over_zeromq(client: Client, lane: LaneClient) -> None:
    assert lane.code("hello", client=ME) == "BadMessage"
    assert lane.code("lane", token="x") == "BadMessage"
    assert lane.code("ping") is None
    client.send("lane", token="x")
    assert client.receive()["error"]["code"] == "BadMessage"


# The same replies


@pytest.mark.parametrize("fields", [{}, {"num_envs": 3}, {"num_envs": 2, "autoreset": "same_step"}])
@pytest.mark.parametrize("env", ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "Blackjack-v1", "Taxi-v4"])
def test_every_reply_equals_zeromqs_and_gymnasiums(
    client: Client, lane: LaneClient, env: str, fields: dict[str, Any]
) -> None:
    if fields and env == "Taxi-v4":
        fields = {**fields, "max_episode_steps": 3}
    over_lane = made(lane, env, **fields)
    over_zeromq = client.request("make", env=env, **fields)["handle"]
    n = fields.get("num_envs")
    space = gymnasium.make(env).action_space
    space.seed(5)

    def compare(op: str, **arguments: Any) -> dict[str, Any]:
        ours = lane.request(op, handle=over_lane, **arguments)
        theirs = client.request(op, handle=over_zeromq, **arguments)
        del ours["id"], theirs["id"]
        assert same(ours, theirs)
        return ours

    compare("reset", seed=3)
    for step in range(12):
        actions = [space.sample() for _ in range(n or 1)]
        if isinstance(space, gymnasium.spaces.Box):
            action = np.stack(actions) if n else actions[0]
        else:
            action = np.array(actions, np.int32) if n else int(actions[0])
        reply = compare("step", action=action)
        if n is None and (reply["terminated"] or reply["truncated"]):
            compare("reset", seed=step)
        if n and fields.get("autoreset") is None and step == 6:
            compare("reset", seed=9, mask=np.arange(n) == 1)
    for handle in (over_lane, over_zeromq):
        client.request("close", handle=handle)


def test_steps_are_those_of_the_environment_in_process(lane: LaneClient) -> None:
    handle = made(lane, num_envs=4, backend="sync")
    env = gymnasium.make_vec("CartPole-v1", 4, vectorization_mode="sync")
    obs, _ = env.reset(seed=11)
    assert same(lane.request("reset", handle=handle, seed=11)["obs"], obs)
    for step in range(30):
        action = np.array([step % 2, 1, 0, step % 3 == 0], np.int64)
        reply = lane.request("step", handle=handle, action=action)
        obs, reward, terminated, truncated, _ = env.step(action)
        for name, value in (("obs", obs), ("reward", reward), ("terminated", terminated), ("truncated", truncated)):
            assert same(reply[name], value), name


def test_a_step_that_was_read_before_is_still_checked(lane: LaneClient) -> None:
    """Only the id changes, or the body: each reply is that of a first request."""
    handle = made(lane, num_envs=2)
    lane.request("reset", handle=handle, seed=1)
    header = {"v": 2, "id": 5, "op": "step", "handle": handle}
    form = {"$nd": 0, "dtype": "<i4", "shape": [2], "at": 0}

    def answer(id: int, body: bytes, **over: Any) -> str | None:
        lane.socket.sendall(framed(msgpack.packb({**header, "id": id, "action": form, **over}), body))
        reply = lane.receive()
        assert reply["id"] == id
        return reply["error"]["code"] if "error" in reply else None

    right = np.array([1, 0], np.int32).tobytes()
    for id in (5, 127, 128, 255, 256, 65_536, 2**32, 2**53 - 1):
        assert answer(id, right) is None
    assert answer(6, b"") == "BadMessage"
    assert answer(7, right + bytes(8)) is None
    assert answer(8, np.array([1, 2], np.int32).tobytes()) == "BadArgument"
    assert answer(9, right, handle=handle + 1_000) == "UnknownHandle"
    assert answer(10, right, extra=1) == "BadArgument"
    for _ in range(2):
        assert answer(10, right, handle=2**60) == "BadMessage"
    assert answer(11, right) is None
    lane.request("close", handle=handle)
    assert answer(12, right) == "UnknownHandle"


def test_actions_in_the_header_that_were_read_before(lane: LaneClient) -> None:
    handle = made(lane, "FrozenLake-v1", kwargs={"is_slippery": False})
    env = gymnasium.make("FrozenLake-v1", is_slippery=False)
    env.reset(seed=0)
    lane.request("reset", handle=handle, seed=0)
    for action in (2, 0, 2, 0, 2, 0, 1, 3, 1, 3):
        assert lane.request("step", handle=handle, action=action)["obs"] == env.step(action)[0]
    assert lane.code("step", handle=handle, action=True) == "BadArgument"
    assert lane.code("step", handle=handle, action=4) == "BadArgument"
    assert lane.code("step", handle=handle, action=4) == "BadArgument"
    assert lane.code("step", handle=handle, action=np.array(1, np.int32)) in (None, "BadArgument")


def test_arrays_of_no_entries_have_a_body(lane: LaneClient) -> None:
    handle = made(lane)
    lane.send("set_attr", handle=handle, name="nothing", value=np.zeros((0, 3), np.float32))
    assert lane.receive()["ok"]
    id = lane.send("get_attr", handle=handle, name="nothing")
    header, body = lane.receive_parts()
    reply = msgpack.unpackb(header)
    assert (reply["id"], len(body)) == (id, 8)
    assert reply["value"]["shape"] == [0, 3]


# Order, cancel, limits


def test_several_in_flight_are_answered_in_their_order_also_of_one_write(lane: LaneClient) -> None:
    handle = made(lane)
    messages = [
        lane_message({"v": 2, "id": id, "op": "reset" if id % 3 else "ping", **({"handle": handle} if id % 3 else {})})
        for id in range(1, 200)
    ]
    lane.socket.sendall(b"".join(messages))
    assert [lane.receive()["id"] for _ in messages] == list(range(1, 200))


def test_a_message_that_comes_byte_by_byte_or_split_anywhere(lane: LaneClient) -> None:
    handle = made(lane, "Pendulum-v1", num_envs=3)
    lane.request("reset", handle=handle, seed=1)
    action = np.zeros((3, 1), np.float32)
    data = lane_message({"v": 2, "id": 1, "op": "step", "handle": handle, "action": action})
    for at in range(1, len(data)):
        lane.socket.sendall(data[:at])
        time.sleep(0.002)
        lane.socket.sendall(data[at:])
        assert lane.receive()["ok"]
    for at in range(len(data)):
        lane.socket.sendall(data[at : at + 1])
    assert lane.receive()["ok"]


@pytest.mark.parametrize("size", [60_000, 65_520, 65_536, 65_560, 3_000_000])
def test_large_requests_come_in_any_pieces(lane: LaneClient, size: int) -> None:
    handle = made(lane)
    value = np.random.default_rng(1).integers(0, 256, size, np.uint8)
    message = lane_message({"v": 2, "id": 1, "op": "set_attr", "handle": handle, "name": "large", "value": value})
    ping = lane_message({"v": 2, "id": 2, "op": "ping"})
    data = ping + message + ping + message + ping
    for start in range(0, len(data), 50_003):
        lane.socket.sendall(data[start : start + 50_003])
    assert [lane.receive()["id"] for _ in range(5)] == [2, 1, 2, 1, 2]
    assert same(lane.request("get_attr", handle=handle, name="large")["value"], value)


def test_cancel_is_answered_at_once(lane: LaneClient) -> None:
    """All three arrive in one read: the server has carried out nothing before it knows of the cancel."""
    data = b"".join(
        lane_message({"v": 2, "id": id, **fields})
        for id, fields in enumerate(({"op": "ping"}, {"op": "ping"}, {"op": "cancel", "target": 2}), 1)
    )
    lane.socket.sendall(data)
    first, second, third = (lane.receive() for _ in range(3))
    assert (first["id"], first["error"]["code"]) == (2, "Cancelled")
    assert (second["id"], second["cancelled"]) == (3, True)
    assert (third["id"], third["envs"]) == (1, 0)
    assert lane.code("cancel", target="x") == "BadArgument"


def test_cancel_over_zeromq_finds_a_request_over_the_lane(client: Client, lane: LaneClient) -> None:
    slow = {"op": "make", "env": "CartPole-v1", "num_envs": 2_000}
    lane.socket.sendall(lane_message({"v": 2, "id": 1, **slow}) + lane_message({"v": 2, "id": 2, "op": "ping"}))
    found = client.request("cancel", target=2)["cancelled"]
    replies = {reply["id"]: reply for reply in (lane.receive() for _ in range(2))}
    if found:
        assert replies[2]["error"]["code"] == "Cancelled"
    else:
        assert replies[2]["ok"]
    client.request("close", handle=replies[1]["handle"])


def test_more_than_max_waiting_is_busy_and_every_request_is_answered_once(folder: Path) -> None:
    with (
        server_process("child", f"ipc://{folder}/s", "--max-waiting", "8") as (_, endpoint),
        zeromq(endpoint, timeout=30) as client,
        opened(client) as lane,
    ):
        ping = b"".join(lane_message({"v": 2, "id": id, "op": "ping"}) for id in range(16))
        lane.socket.sendall(ping)
        replies = [lane.receive() for _ in range(16)]
        assert {reply["id"] for reply in replies} == set(range(16))
        codes = [reply["error"]["code"] for reply in replies if not reply["ok"]]
        assert codes == ["Busy"] * 8


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ((0, 0), "BadMessage"),
        ((10, 4), "BadMessage"),
        ((0, 2**32 - 8), "LimitExceeded"),
        ((2**32 - 1, 0), "LimitExceeded"),
        ((8_388_609, 0), "LimitExceeded"),
        ((10, 268_435_464), "LimitExceeded"),
    ],
)
def test_bad_lengths_end_the_lane_and_nothing_else(
    client: Client, lane: LaneClient, prefix: tuple[int, int], code: str
) -> None:
    handle = made(lane)
    lane.socket.sendall(struct.pack("<II", *prefix) + bytes(40))
    reply = lane.receive()
    assert (reply["id"], reply["error"]["code"]) == (0, code)
    assert lane.is_closed()
    assert client.request("reset", handle=handle)["obs"].shape == (4,)
    client.request("close", handle=handle)


def test_every_other_error_leaves_the_lane_open(lane: LaneClient) -> None:
    def code(data: bytes) -> str:
        lane.socket.sendall(data)
        return lane.receive()["error"]["code"]

    assert code(framed(b"\xc1")) == "BadMessage"
    assert code(framed(msgpack.packb([1]))) == "BadMessage"
    assert code(framed(msgpack.packb({"v": 2, "id": 1, "op": "ping"}), bytes(8))) == "BadMessage"
    assert code(lane_message({"v": 3, "id": 1, "op": "ping"})) == "ProtocolMismatch"
    assert code(lane_message({"v": 2, "id": 1, "op": "stpe"})) == "UnknownOperation"
    assert code(lane_message({"v": 2, "id": 1, "op": "step", "handle": 1, "action": [[None] * 199_000] * 3})) in (
        "LimitExceeded",
        "UnknownHandle",
    )
    assert code(lane_message({"v": 2, "id": 1, "op": "cancel", "target": ["x"] * 5000})) == "LimitExceeded"
    assert lane.request("ping")["ok"]


def test_a_claim_of_a_large_body_costs_no_memory(folder: Path) -> None:
    with (
        server_process("child", f"ipc://{folder}/s") as (process, endpoint),
        zeromq(endpoint) as client,
        opened(client) as lane,
    ):
        lane.request("ping")
        before = memory_of(process.pid)
        lane.socket.sendall(struct.pack("<II", 8_000_000, 268_435_456) + bytes(100_000))
        time.sleep(0.3)
        assert memory_of(process.pid) - before < 20


# Large replies and readers that are slow


def test_pictures_reach_a_slow_reader_whole_and_others_are_served_meanwhile(client: Client, lane: LaneClient) -> None:
    handle = made(lane, render_mode="rgb_array")  # 400 x 600 x 3
    lane.request("reset", handle=handle, seed=1)
    expected = client.request("render", handle=handle)["frame"]
    n = 40
    ids = [lane.send("render", handle=handle) for _ in range(n)]
    time.sleep(0.5)
    assert client.request("ping")["ok"]
    for id in ids:
        reply = lane.receive()
        assert reply["id"] == id
        assert same(reply["frame"], expected)


def test_a_client_that_does_not_read_is_waited_for_and_then_gets_every_reply(folder: Path) -> None:
    """Replies of 1 MB to 200 requests; the server may hold 64 MiB of them."""
    n = 60_000
    with (
        server_process("child", f"ipc://{folder}/s") as (process, endpoint),
        zeromq(endpoint, timeout=30) as client,
        opened(client) as lane,
    ):
        handle = made(lane, num_envs=n, backend="vector_entry_point")
        first = lane.request("reset", handle=handle, seed=1)["obs"]
        assert first.shape == (n, 4)
        before = memory_of(process.pid)
        action = np.zeros(n, np.int8)
        message = {"v": 2, "op": "step", "handle": handle, "action": action}
        writer = threading.Thread(
            target=lambda: [lane.socket.sendall(lane_message({**message, "id": id})) for id in range(200)]
        )
        writer.start()
        assert most_memory_of(process.pid, 20) - before < 140
        with zeromq(endpoint, timeout=30) as other:
            other.hello()
        assert [lane.receive()["id"] for _ in range(200)] == list(range(200))
        writer.join()


def test_cancel_is_answered_behind_a_reply_that_fills_the_connection(lane: LaneClient) -> None:
    handle = made(lane)
    value = np.random.default_rng(2).random(10_000_000)  # more than a client may leave unread
    lane.request("set_attr", handle=handle, name="large", value=value)
    large = lane.send("get_attr", handle=handle, name="large")
    time.sleep(0.5)
    waiting = [lane.send("ping") for _ in range(5)]
    cancel = lane.send("cancel", target=waiting[2])
    time.sleep(0.5)
    replies = [lane.receive() for _ in range(7)]
    assert replies[0]["id"] == large
    assert same(replies[0]["value"], value)
    assert [reply["id"] for reply in replies[1:3]] == [waiting[2], cancel]
    assert replies[1]["error"]["code"] == "Cancelled"
    assert [reply["id"] for reply in replies[3:]] == [waiting[0], waiting[1], waiting[3], waiting[4]]


def test_many_small_replies_that_are_not_read(lane: LaneClient) -> None:
    """Beyond 2,048 that are unread nothing is carried out; what is Busy may be lost, an answer is never wrong."""
    n = 5_000
    data = b"".join(lane_message({"v": 2, "id": id, "op": "ping"}) for id in range(n))
    writer = threading.Thread(target=lambda: lane.socket.sendall(data))
    writer.start()
    time.sleep(1)
    done, last = 0, -1
    while True:
        reply = lane.receive()
        if reply["ok"]:
            assert reply["id"] > last
            last, done = reply["id"], done + 1
        if reply["id"] == n - 1 or done == n:
            break
    writer.join()


def test_a_reply_that_no_body_holds_comes_over_zeromq(folder: Path) -> None:
    with (
        server_process("child", f"ipc://{folder}/s", "--max-frame-bytes", "1000") as (_, endpoint),
        zeromq(endpoint) as client,
        opened(client) as lane,
    ):
        handle = made(lane, num_envs=40)  # observations of 640 bytes, rewards of 320, flags of 40
        assert lane.request("reset", handle=handle, seed=1)["obs"].shape == (40, 4)
        env = gymnasium.make_vec("CartPole-v1", 40, vectorization_mode="sync")
        env.reset(seed=1)
        for _ in range(3):
            id = lane.send("step", handle=handle, action=np.zeros(40, np.int32))
            assert lane.receive() == {"v": 2, "id": id, "ok": True, "elsewhere": True}
            reply = client.receive()
            assert reply["id"] == id
            assert same(reply["obs"], env.step(np.zeros(40, np.int64))[0])
        assert lane.request("ping")["ok"]


# Ends


@pytest.mark.parametrize("sent", [0, 3, 8, 30, -1])
def test_an_end_of_the_stream_anywhere_ends_the_lane_alone(client: Client, sent: int) -> None:
    with opened(client) as lane:
        handle = made(lane, "Pendulum-v1")
        data = lane_message({"v": 2, "id": 1, "op": "step", "handle": handle, "action": np.zeros(1, np.float32)})
        lane.socket.sendall(data[:sent])
    assert client.request("reset", handle=handle)["obs"].shape == (3,)
    with opened(client) as lane:
        assert lane.request("close", handle=handle)["ok"]


def test_what_waits_is_not_carried_out_when_its_lane_ends(client: Client) -> None:
    """Both requests arrive in one read, and the end before the first is done."""
    with opened(client) as lane:
        made = [lane_message({"v": 2, "id": id, "op": "make", "env": "CartPole-v1", "num_envs": 1000}) for id in (1, 2)]
        lane.socket.sendall(b"".join(made))
    assert client.request("ping")["envs"] == 1


def test_a_lane_counts_as_heard_and_is_told_when_the_lease_ran_out(folder: Path) -> None:
    with (
        server_process("serve", f"ipc://{folder}/s", "--lease", "1") as (_, endpoint),
        zeromq(endpoint) as client,
        opened(client) as lane,
    ):
        made(lane)
        for _ in range(20):
            time.sleep(0.1)
            assert lane.request("ping")["envs"] == 1
        time.sleep(2.5)
        assert lane.code("ping") == "NotGreeted"
        assert lane.is_closed()
        with opened(client) as second:
            assert second.request("ping")["envs"] == 0


def test_environments_are_the_clients_whichever_way_it_asks(client: Client, lane: LaneClient) -> None:
    handle = client.request("make", env="CartPole-v1")["handle"]
    before = client.request("reset", handle=handle, seed=2)["obs"]
    assert same(lane.request("reset", handle=handle, seed=2)["obs"], before)
    with zeromq(client.socket.getsockopt_string(zmq.LAST_ENDPOINT)) as other, opened(other) as stranger:
        assert stranger.code("reset", handle=handle) == "UnknownHandle"
    assert client.request("step", handle=handle, action=1)["reward"] == 1.0
    assert lane.request("close", handle=handle)["ok"]


def test_the_lane_of_a_key_ends_when_another_key_takes_its_routing_id(folder: Path) -> None:
    """A reply that no body holds would go to the other one."""
    options = []
    for name in ("one", "other"):
        write_keys(folder / name)
        options += ["--curve-clients", str(folder / name / "client.public.json")]
    options += ["--curve-secret", str(folder / "one/server.secret.json")]
    server = read_key(folder / "one/server.public.json", "public")

    def connected(endpoint: str, name: str) -> Client:
        file = folder / name / "client.secret.json"
        client = zeromq(endpoint, timeout=0.5, keys=(server, read_key(file, "public"), read_key(file, "secret")))
        client.socket.disconnect(endpoint)
        client.socket.routing_id = b"same"
        client.socket.connect(endpoint)
        return client

    def greets(endpoint: str) -> bool:
        """Whether the other one is taken: not as long as ZeroMQ has the connection before it."""
        with connected(endpoint, "other") as client:
            try:
                return bool(client.hello()["ok"])
            except TimeoutError:
                return False

    with server_process("serve", f"ipc://{folder}/s", *options) as (_, endpoint):
        first = connected(endpoint, "one")
        with opened(first) as lane:
            assert lane.request("ping")["ok"]
            first.close()
            assert lane.request("ping")["ok"]
            assert within(20, lambda: greets(endpoint))
            assert lane.is_closed()


def test_lanes_that_flood_take_their_share_and_no_more(folder: Path) -> None:
    with (
        server_process("serve", f"ipc://{folder}/s") as (_, endpoint),
        zeromq(endpoint, timeout=30) as client,
        zeromq(endpoint) as rude,
        opened(rude) as flood,
        opened(client) as lane,
    ):
        handle = made(lane, num_envs=2)
        stop = threading.Event()
        data = b"".join(lane_message({"v": 2, "id": 1, "op": "ping"}) for _ in range(100))

        def send() -> None:
            with contextlib.suppress(OSError):
                while not stop.is_set():
                    flood.socket.sendall(data)

        def drain() -> None:
            with contextlib.suppress(OSError):
                while flood.socket.recv(65_536):
                    pass

        threads = [threading.Thread(target=function) for function in (send, drain)]
        for thread in threads:
            thread.start()
        try:
            lane.request("reset", handle=handle, seed=1)
            for _ in range(20):
                assert lane.request("step", handle=handle, action=np.array([0, 1], np.int32))["ok"]
                assert client.request("ping")["envs"] == 1
        finally:
            stop.set()
            threads[0].join(5)
            flood.socket.shutdown(socket.SHUT_RDWR)
            threads[1].join(5)
