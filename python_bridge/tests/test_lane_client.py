"""The client over a lane: against the real server, and against sockets that do what a server should not."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gymnasium as gym
import msgpack
import numpy as np
import pytest
import zmq
from agents import CARTPOLE, needs_cli

from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.client import Client, Prepared
from mirrorflow_bridge.client.lane import ROOM
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.compliance.raw_lane import CLIENT, RawLane
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.limits import Limits

MANY = {"env": "CartPole-v1", "backend": "vector_entry_point"}


def test_the_client_takes_the_lane_that_is_offered_and_none_where_it_is_told_so(endpoint: str) -> None:
    for transport, has_lane in (("auto", True), ("zeromq", False)):
        with Client(endpoint, transport=transport) as client:
            assert not client.has_lane
            client.hello()
            assert client.has_lane == has_lane
            assert client.request("ping")["envs"] == 0
    with server_process("child", "tcp://127.0.0.1:*") as (_, tcp), Client(tcp) as client:
        client.hello()
        assert not client.has_lane


def test_a_wrong_transport_is_refused_with_the_right_ones(endpoint: str) -> None:
    with pytest.raises(ValueError, match="'lane'; expected 'auto' or 'zeromq'"):
        Client(endpoint, transport="lane")
    with pytest.raises(ValueError, match="'lane'; expected 'auto' or 'zeromq'"):
        RemoteAgent("CartPole-v1", **CARTPOLE, transport="lane", command=["false"])


@pytest.mark.parametrize("n", [1, 100, ROOM // 16 - 10, ROOM // 16, 5_000, 60_000])
def test_replies_of_every_size_are_those_of_zeromq_and_stay_what_they_are(endpoint: str, n: int) -> None:
    kept: list[list[dict[str, Any]]] = []
    for transport in ("auto", "zeromq"):
        with Client(endpoint, transport=transport, timeout=30) as client:
            client.hello()
            handle = client.request("make", **MANY, num_envs=n)["handle"]
            client.request("reset", handle=handle, seed=1)
            ids = [client.send("step", handle=handle, action=np.full(n, i % 2, np.int8)) for i in range(20)]
            replies = [client.receive() for _ in ids]
            assert [reply["id"] for reply in replies] == ids
            client.request("close", handle=handle)
            kept.append(replies)
    for over_lane, over_zeromq in zip(*kept, strict=True):
        for name in ("obs", "reward", "terminated", "truncated"):
            assert over_lane[name].tobytes() == over_zeromq[name].tobytes()
            assert not over_lane[name].flags.writeable


def test_what_is_too_large_for_the_lane_goes_over_zeromq_in_the_order_of_the_requests(folder: Path) -> None:
    most = 100_000
    with (
        server_process("child", f"ipc://{folder}/s", "--max-frame-bytes", str(most)) as (_, endpoint),
        Client(endpoint) as client,
    ):
        client.hello()
        assert client.has_lane
        # Observations of 96,000 bytes: with the rewards more than a body may have, and each array less than a frame.
        large = client.request("make", **MANY, num_envs=6_000)["handle"]
        assert client.request("reset", handle=large, seed=1)["obs"].nbytes == 96_000
        half = np.zeros(most // 16)
        for _ in range(3):
            reply = client.request("step", handle=large, action=np.zeros(6_000, np.int8))
            assert (reply["obs"].nbytes, reply["reward"].nbytes) == (96_000, 48_000)
            ids = [client.send("ping"), client.send("set_attr", handle=large, name="a", value=[half] * 3)]
            ids += [client.send("ping"), client.send("set_attr", handle=large, name="a", value=[half] * 3)]
            assert [client.receive()["id"] for _ in ids] == ids


def test_a_client_that_sends_before_it_reads_gets_every_reply(endpoint: str) -> None:
    """Neither side's buffers hold what is on its way: 60 MB of replies, 12 MB of requests."""
    n = 50_000
    with Client(endpoint, timeout=60) as client:
        client.hello()
        handle = client.request("make", **MANY, num_envs=n)["handle"]
        client.request("reset", handle=handle, seed=1)
        ids = [client.send("step", handle=handle, action=np.zeros(n, np.int32)) for _ in range(60)]
        assert [client.receive()["id"] for _ in ids] == ids
        client.request("close", handle=handle)


def test_a_server_that_does_not_read_is_waited_for_until_the_timeout(folder: Path) -> None:
    with server_process("child", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint, timeout=20) as client:
        client.hello()
        data = np.zeros(2_000_000)
        process.send_signal(signal.SIGSTOP)
        threading.Timer(0.3, process.send_signal, (signal.SIGCONT,)).start()
        ids = [client.send("set_attr", handle=1, name="a", value=data) for _ in range(3)]
        assert [client.receive()["id"] for _ in ids] == ids
        client.timeout = 0.3
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(TimeoutError, match=r"read nothing for 0\.3 s"):
            client.send("set_attr", handle=1, name="a", value=data)
        assert client.is_torn
        process.send_signal(signal.SIGCONT)


def test_the_end_of_a_lane_is_told_and_the_next_greeting_opens_another(endpoint: str) -> None:
    with Client(endpoint) as client:
        client.hello()
        handle = client.request("make", env="CartPole-v1")["handle"]
        # Another lane of the same client takes the place of the first.
        client.socket.send(msgpack.packb({"v": 2, "id": 1, "op": "hello", "client": CLIENT}))
        offer = msgpack.unpackb(client.socket.recv())["lane"]
        with RawLane(offer["path"], 10) as other:
            other.ask("lane", token=offer["token"])
            with pytest.raises(BridgeError, match=r"ConnectionLost: The lane .* ended.*call again"):
                client.request("reset", handle=handle)
        assert (client.has_lane, client.has_lost_lane) == (False, True)
        client.request("reset", handle=handle)
        client.hello()
        assert (client.has_lane, client.has_lost_lane) == (True, False)
        client.request("close", handle=handle)


def test_the_end_of_the_server_is_told_at_once(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint, timeout=600) as client:
        client.hello()
        process.send_signal(signal.SIGSTOP)
        threading.Timer(0.3, process.kill).start()
        with pytest.raises(BridgeError, match="ConnectionLost"):
            client.request("ping")


def answer(listener: socket.socket, what: Callable[[socket.socket], None]) -> None:
    with listener:
        peer, _ = listener.accept()
        with peer:
            what(peer)


@contextmanager
def false_server(folder: Path, what: Callable[[socket.socket], None] | None, user: int | None = None) -> Iterator[str]:
    """A ZeroMQ server that offers a lane, where `what` is done to whoever connects; None: nobody listens.

    Args:
        user: who listens; this one if None.
    """
    path = f"{folder}/lane"
    if what is not None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        own = os.geteuid()
        os.seteuid(own if user is None else user)  # what the system tells of a listener is as it began to listen
        listener.listen()
        os.seteuid(own)
        threading.Thread(target=answer, args=(listener, what), daemon=True).start()
    router: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
    router.linger = 0
    router.bind(f"ipc://{folder}/s")
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            if not router.poll(20):
                continue
            identity, header = router.recv_multipart()
            fields = msgpack.unpackb(header)
            reply = {"v": 2, "id": fields["id"], "ok": True, "limits": Limits().to_map(), "envs": 0}
            reply["lane"] = {"path": path, "token": "t"}
            router.send_multipart([identity, msgpack.packb(reply)])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"ipc://{folder}/s"
    finally:
        ended.set()
        thread.join()
        router.close()


def message(fields: dict[str, Any]) -> bytes:
    header = msgpack.packb(fields)
    return len(header).to_bytes(4, "little") + bytes(4) + header + bytes(-len(header) % 8)


def refuse(peer: socket.socket) -> None:
    peer.recv(1000)
    peer.sendall(message({"v": 2, "id": 0, "ok": False, "error": {"code": "BadArgument", "message": "no"}}))


FAILURES: dict[str, Callable[[socket.socket], None] | None] = {
    "nobody listens": None,
    "it is closed at once": lambda peer: None,
    "the token is refused": refuse,
    "it says nothing": lambda peer: time.sleep(3),
    "it answers nonsense": lambda peer: peer.sendall(b"\xff" * 100),
    "it answers another request": lambda peer: peer.sendall(message({"v": 2, "id": 999, "ok": True})),
    "it answers no map": lambda peer: peer.sendall(b"\1\0\0\0" + bytes(4) + b"\7" + bytes(7)),
}


@pytest.mark.parametrize("what", FAILURES.values(), ids=FAILURES.keys())
def test_a_lane_that_cannot_be_opened_leaves_the_client_with_zeromq(
    folder: Path, what: Callable[[socket.socket], None] | None
) -> None:
    with false_server(folder, what) as endpoint, Client(endpoint, timeout=1) as client:
        client.hello()
        assert not client.has_lane
        assert client.request("ping")["envs"] == 0


def test_a_reply_that_was_sent_before_the_servers_end_is_still_read(folder: Path) -> None:
    reply = message({"v": 2, "id": 3, "ok": True, "envs": 7})
    with false_server(folder, opens(reply, after=0.2)) as endpoint, Client(endpoint) as client:
        client.hello()
        looks = []

        def watch() -> None:
            looks.append(1)
            time.sleep(0.4)
            raise RuntimeError("the server has ended")

        client.watch = watch
        assert client.request("ping")["envs"] == 7
        assert looks
        with pytest.raises(RuntimeError, match="has ended"):
            client.request("ping")


def opens(then: bytes, after: float = 0) -> Callable[[socket.socket], None]:
    """Open the lane, and answer the next request with `then`, `after` so many seconds."""

    def open_and_answer(peer: socket.socket) -> None:
        data = peer.recv(1000)
        fields = msgpack.unpackb(data[8 : 8 + int.from_bytes(data[:4], "little")])
        assert (fields["op"], fields["token"]) == ("lane", "t")
        peer.sendall(message({"v": 2, "id": fields["id"], "ok": True}))
        peer.recv(1000)
        time.sleep(after)
        peer.sendall(then)
        time.sleep(0.5)

    return open_and_answer


@pytest.mark.parametrize(
    "lengths",
    [(0, 0), (1, 4), (2**23 + 1, 0), (1, 2**28 + 8), (2**32 - 1, 2**32 - 1)],
)
def test_a_server_that_breaks_the_form_of_messages_ends_the_lane(folder: Path, lengths: tuple[int, int]) -> None:
    broken = b"".join(length.to_bytes(4, "little") for length in lengths) + bytes(100)
    with false_server(folder, opens(broken)) as endpoint, Client(endpoint) as client:
        client.hello()
        assert client.has_lane
        with pytest.raises(BridgeError, match=rf"ConnectionLost.*claims {lengths[0]} bytes of header"):
            client.request("ping")
        assert client.request("ping")["envs"] == 0


@pytest.mark.skipif(os.geteuid() != 0 or not hasattr(socket, "SO_PEERCRED"), reason="needs another user")
def test_a_lane_of_another_user_is_not_taken_and_gets_no_token(folder: Path) -> None:
    received: list[bytes] = []
    ended = threading.Event()

    def listen(peer: socket.socket) -> None:
        received.append(peer.recv(1000))
        ended.set()

    with false_server(folder, listen, user=65534) as endpoint, Client(endpoint) as client:
        client.hello()
        assert not client.has_lane
        assert client.request("ping")["envs"] == 0
        assert ended.wait(10)
    assert received == [b""]


@contextmanager
def interrupts(pause: float) -> Iterator[None]:
    """Ctrl-C again and again."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = threading.Event()

    def interrupt_all() -> None:
        while not ended.wait(pause):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt_all)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_a_reply_is_late_loses_only_that_reply(client: Client) -> None:
    slow = {"env": "CartPole-v1", "num_envs": 3_000}
    with pytest.raises(KeyboardInterrupt), interrupts(0.1):
        client.request("make", **slow)
    assert not client.is_torn
    assert client.request("ping")["envs"] == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pyzmq's: it may drop an interrupt
def test_ctrl_c_at_any_moment_leaves_a_lane_in_step_or_torn(endpoint: str) -> None:
    step = Prepared({"op": "ping"})
    clients: list[Client] = []
    count, answered = 0, 0
    while count < 60:
        client = Client(endpoint, timeout=30)
        client.hello()
        assert client.has_lane
        clients.append(client)
        while not client.is_torn and count < 60:
            try:
                with interrupts(0.02):
                    while True:
                        id = client.send_prepared(step)
                        assert client.receive_reply(id)["envs"] == 0
                        answered += 1
            except KeyboardInterrupt:
                count += 1
    assert answered > 0
    for client in clients:
        client.close()


@needs_cli
def test_a_remote_agent_acts_the_same_over_both_transports() -> None:
    env = gym.make("CartPole-v1")
    observations = np.random.default_rng(0).uniform(-0.2, 0.2, (50, 4)).astype(np.float32)
    with RemoteAgent("CartPole-v1", env=env) as agent:
        agent.learn(600)
        endpoint = agent.connection.endpoint
        answers = []
        for transport in ("auto", "zeromq"):
            with RemoteAgent(endpoint=endpoint, env=env, transport=transport) as other:
                assert other.connection.client.has_lane == (transport == "auto")
                one = [other.act(obs, deterministic=True) for obs in observations]
                many = other.act(observations, deterministic=True)
                answers.append(([tuple(map(float, answer)) for answer in one], *(array.tolist() for array in many)))
        assert answers[0] == answers[1]
