"""Rules about the lane: opening it, and requests on two ways. Where none is offered they are skipped."""

from __future__ import annotations

import os
import stat
from typing import Any

import numpy as np

from ..errors import BridgeError
from ..message.codec import VERSION, encode
from ..message.joined import LENGTHS
from .raw_lane import CLIENT, RawLane, offered, opened, packed, request
from .rule import Broken, Target, expect, expect_reply_error, rules

RULES, rule = rules()


def _expect_refused(lane: RawLane, code: str | None, op: str, /, **fields: Any) -> None:
    """Raise `Broken` unless the request is answered with an error, of this code if given; the lane stays open."""
    try:
        reply = lane.ask(op, **fields)
    except BridgeError as error:
        expect(code in (None, error.code), f"{op} was answered with {error.code}, not {code}: {error.message}")
        lane.ask("ping")
        return
    raise Broken(f"{op} was carried out: {str(reply)[:200]}")


@rule("hello: the reply's lane is nil, or a path and a token; it is nil at tcp://")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        reply = client.request("hello", client=CLIENT)
        expect("lane" in reply, "lane is missing")
        if (lane := reply["lane"]) is None:
            return
        expect(target.endpoint.startswith("ipc://"), f"a lane is offered at {target.endpoint}")
        expect(type(lane["path"]) is str and type(lane["token"]) is str, f"lane is {lane}")


@rule("the folder of the lane's socket has mode 0700")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        state = os.stat(os.path.dirname(offered(client)["path"]))
        expect(stat.S_IMODE(state.st_mode) == 0o700, f"its mode is {stat.S_IMODE(state.st_mode):04o}")


@rule("a lane and ZeroMQ are two ways to the same client: what one makes the other holds")
def _(target: Target) -> None:
    with opened(target) as (client, lane):
        first = lane.ask("make", env=target.env)["handle"]
        second = client.request("make", env=target.env)["handle"]
        expect(lane.ask("ping")["envs"] == client.request("ping")["envs"] == 2, "envs is not 2 on both ways")
        client.request("close", handle=first)
        lane.ask("close", handle=second)
        expect(lane.ask("ping")["envs"] == 0, "envs is not 0")


@rule("the first message is lane with the token of the client's last hello, valid once; else the connection is closed")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        old = offered(client)
        offer = offered(client)
        path, token = offer["path"], offer["token"]
        first = [
            request(1, "ping"),
            request(1, "hello", client=CLIENT),
            request(1, "lane"),
            request(1, "lane", token=7),
            request(1, "lane", token=token + "x"),
            request(1, "lane", token=""),
            request(1, "lane", token=old["token"]),
            packed(b"\xc1", [], 0),
            LENGTHS.pack(0, 0),
            LENGTHS.pack(2**32 - 1, 0),
        ]
        for data in first:
            with RawLane(path, target.timeout) as lane:
                lane.socket.sendall(data)
                _expect_closed(lane)
        with RawLane(path, target.timeout) as lane:
            lane.ask("lane", token=token)
            lane.ask("ping")
            with RawLane(path, target.timeout) as again:
                again.send(1, "lane", token=token)
                _expect_closed(again)
            lane.ask("ping")
        client.request("ping")


def _expect_closed(lane: RawLane) -> None:
    """Raise `Broken` unless nothing but errors comes before the end."""
    while (reply := lane.receive()) is not None:
        expect(reply["ok"] is False, f"the connection was opened: {str(reply)[:200]}")


@rule("a connection that opens no lane is closed after five seconds, and keeps nobody waiting meanwhile")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        offer = offered(client)
        with RawLane(offer["path"], 10) as silent, RawLane(offer["path"], 10) as slow:
            slow.socket.sendall(request(1, "lane", token=offer["token"])[:-3])
            with opened(target) as (_, other):
                other.ask("ping")
            client.request("ping")
            _expect_closed(silent)
            _expect_closed(slow)


@rule("a new lane takes the place of the one before, which is closed; the environments stay")
def _(target: Target) -> None:
    with opened(target) as (client, old):
        handle = old.ask("make", env=target.env)["handle"]
        offer = offered(client)
        with RawLane(offer["path"], target.timeout) as lane:
            lane.ask("lane", token=offer["token"])
            _expect_closed(old)
            lane.ask("reset", handle=handle)
            lane.ask("close", handle=handle)


@rule("hello, and lane once more, are refused over a lane, and lane over ZeroMQ; the lane stays open")
def _(target: Target) -> None:
    with opened(target) as (client, lane):
        _expect_refused(lane, None, "hello", client=CLIENT)
        _expect_refused(lane, None, "lane", token="x")
        try:
            client.request("lane", token="x")
        except BridgeError:
            lane.ask("ping")
            return
    raise Broken("lane was carried out over ZeroMQ")


@rule("messages come whole however the stream is cut: byte by byte, and many at once")
def _(target: Target) -> None:
    with opened(target) as (_, lane):
        body = np.arange(5, dtype=np.int16)
        for i in range(len(data := request(3, "step", handle=-1, action=body))):
            lane.socket.sendall(data[i : i + 1])
        reply = lane.receive()
        expect(reply is not None and reply["id"] == 3, "the message that came byte by byte was not answered")
        count = 100
        lane.socket.sendall(b"".join(request(i, "ping") for i in range(count)))
        ids = [(lane.receive() or {}).get("id") for _ in range(count)]
        expect(ids == list(range(count)), f"100 messages at once were answered {ids[:5]}…")


@rule("requests over a lane are answered in the order in which they were sent")
def _(target: Target) -> None:
    with opened(target) as (_, lane):
        handle = lane.ask("make", env=target.env)["handle"]
        for i in range(40):
            lane.socket.sendall(request(i, "reset", handle=handle) if i % 2 else request(i, "ping"))
        ids = [(lane.receive() or {}).get("id") for _ in range(40)]
        expect(ids == list(range(40)), "the replies came in another order")
        lane.ask("close", handle=handle)


@rule("cancel finds a request that waits, over a lane or over ZeroMQ, from either way")
def _(target: Target) -> None:
    for from_lane in (True, False):
        with opened(target) as (client, lane):
            lane.send(10_001, "make", env=target.env, num_envs=300)
            lane.send(10_002, "ping")
            if from_lane:
                lane.send(10_003, "cancel", target=10_002)
                replies = {reply["id"]: reply for reply in (lane.receive() or {"id": None} for _ in range(3))}
                cancelled = replies[10_003]
            else:
                cancelled = client.request("cancel", target=10_002)
                replies = {reply["id"]: reply for reply in (lane.receive() or {"id": None} for _ in range(2))}
            if cancelled["cancelled"]:
                expect_reply_error(replies[10_002], "Cancelled", 10_002)
            else:
                expect(replies[10_002]["ok"], "the request was not cancelled and yet not carried out")
            lane.ask("close", handle=replies[10_001]["handle"])


@rule("max_waiting counts both ways together; every request is answered once, on the way that it came")
def _(target: Target) -> None:
    with opened(target) as (client, lane):
        most = client.request("hello", client=CLIENT)["limits"]["max_waiting"]
        if most > 4096:
            return
        lane.send(10_000, "make", env=target.env, num_envs=300)
        for i in range(most):
            lane.send(20_000 + i, "ping")
            client.send_frames(encode({"v": VERSION, "id": 30_000 + i, "op": "ping"}))
        over_lane = [lane.receive() or {"id": None} for _ in range(most + 1)]
        over_zeromq = [client.receive() for _ in range(most)]
        ids = sorted(reply["id"] for reply in over_lane)
        expect(ids == [10_000, *range(20_000, 20_000 + most)], "a request over the lane was not answered there once")
        ids = sorted(reply["id"] for reply in over_zeromq)
        expect(ids == [*range(30_000, 30_000 + most)], "a request over ZeroMQ was not answered there once")
        codes = {reply["error"]["code"] for reply in [*over_lane, *over_zeromq] if not reply["ok"]}
        expect(codes <= {"Busy"}, f"there were the errors {codes}")
        made = next(reply for reply in over_lane if reply["id"] == 10_000)
        client.request("close", handle=made["handle"])
