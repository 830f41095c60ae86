"""Rules about the messages of a lane, and its end. Where no lane is offered they are skipped."""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np

from ..message.codec import VERSION
from ..message.joined import LENGTHS
from .raw_lane import RawLane, offered, opened, packed, request
from .rule import Target, expect, expect_reply_error, rules

RULES, rule = rules()


@rule("a reply has the same values over a lane as over ZeroMQ, to the bit; without arrays its body is empty")
def _(target: Target) -> None:
    for num_envs in (None, 3):
        with opened(target) as (client, lane):
            expect(len(_frames(lane, "ping")) == 1, "the reply to ping has a body")
            made = [ask("make", env=target.env, num_envs=num_envs) for ask in (lane.ask, client.request)]
            start = made[0]["action_space"]["start"]
            action = start if num_envs is None else np.full(num_envs, start, np.int32)
            fields: list[tuple[str, dict[str, Any]]] = [("reset", {"seed": 5}), *[("step", {"action": action})] * 5]
            for op, given in fields:
                one = lane.ask(op, handle=made[0]["handle"], **given)
                other = client.request(op, handle=made[1]["handle"], **given)
                one, other = ({**reply, "id": 0} for reply in (one, other))
                expect(_bytes_of(one) == _bytes_of(other), f"{op} gives {one} over the lane and {other} over ZeroMQ")
            for reply in made:
                lane.ask("close", handle=reply["handle"])


def _frames(lane: RawLane, op: str) -> list[bytes]:
    lane.send(1, op)
    return lane.receive_frames() or []


def _bytes_of(value: Any) -> Any:
    """A value with its arrays as dtype, shape and bytes, and its floats as their bytes: for comparison."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: _bytes_of(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_bytes_of(entry) for entry in value]
    return msgpack.packb(value) if isinstance(value, float) else value


@rule("arrays are read from the body, each at its `at`; empty ones need a body of eight bytes, and several share it")
def _(target: Target) -> None:
    with opened(target) as (_, lane):
        empty = {"$nd": 0, "dtype": "<f4", "shape": [0, 4], "at": 0}
        whole = {"$nd": 0, "dtype": "<f8", "shape": [1]}
        second = {"$nd": 0, "dtype": "|u1", "shape": [3], "at": 8}
        right: list[tuple[Any, int]] = [(empty, 8), (whole, 8), ([{**whole, "at": 0}, second], 16), ([second] * 2, 16)]
        for action, size in right:
            _expect_answer(lane, "UnknownHandle", action, size)
        beyond, odd, other = {**second, "shape": [9]}, {**second, "at": 4}, {**second, "$nd": 1}
        wrong: list[tuple[Any, int]] = [(1, 8), (empty, 0), (beyond, 16), (odd, 16), (other, 16), (whole, 16)]
        for action, size in wrong:
            _expect_answer(lane, "BadMessage", action, size)
        lane.ask("ping")


def _expect_answer(lane: RawLane, code: str, action: Any, size: int) -> None:
    header = msgpack.packb({"v": VERSION, "id": 9, "op": "step", "handle": -1, "action": action})
    lane.socket.sendall(packed(header, [bytes(size)], size))
    reply = lane.receive()
    expect(reply is not None, f"the lane was closed; {code} was due")
    assert reply is not None
    expect_reply_error(reply, code, 9)


@rule("every error but a broken form is answered as over ZeroMQ, and the lane stays open")
def _(target: Target) -> None:
    with opened(target) as (_, lane):
        headers = {
            "BadMessage": (b"\xc1", b"\x81", msgpack.packb(7), b"\x80\x80"),
            "ProtocolMismatch": (msgpack.packb({"v": 987, "id": 0, "op": "ping"}),),
            "UnknownOperation": (msgpack.packb({"v": VERSION, "id": 0, "op": "stpe"}),),
            "BadArgument": (msgpack.packb({"v": VERSION, "id": 0, "op": "ping", "extra": 1}),),
        }
        for code, several in headers.items():
            for header in several:
                lane.socket.sendall(packed(header, [], 0))
                expect_reply_error(lane.receive() or {}, code, 0)
        lane.ask("ping")


@rule("lengths that break the form, or a limit, are an error with id 0 and the lane's end; the environments stay")
def _(target: Target) -> None:
    with target.client() as client:
        limits = client.hello()["limits"]
    most = limits["max_header_bytes"], limits["max_frame_bytes"]
    body = -(-(most[1] + 1) // 8) * 8
    lengths = [(0, 0), (0, 8), (1, 4), (1, 7), (most[0] + 1, 0), (1, body), (2**32 - 1, 2**32 - 1)]
    for header, size in lengths:
        if max(header, size) >= 2**32:
            continue
        with opened(target) as (client, lane):
            handle = lane.ask("make", env=target.env)["handle"]
            lane.socket.sendall(LENGTHS.pack(header, size))
            lane.expect_end(told=True)
            client.request("reset", handle=handle)
            client.request("close", handle=handle)


@rule("a lane that ends within a message leaves the environments, ZeroMQ and the next lane as they are")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        data = request(5, "reset", handle=-1, mask=np.zeros(100))
        handle = None
        for size in (1, 7, 8, 20, len(data) - 1):
            offer = offered(client)
            handle = handle or client.request("make", env=target.env)["handle"]
            with RawLane(offer["path"], target.timeout) as lane:
                lane.ask("lane", token=offer["token"])
                lane.socket.sendall(data[:size])
            client.request("reset", handle=handle)
            expect(client.request("ping")["envs"] == 1, "envs is not 1")
        client.request("close", handle=handle)
