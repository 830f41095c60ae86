"""Writes the recorded messages in test/fixtures/protocol, which the tests of both sides read.

    python python_bridge/tests/record_fixtures.py

Replies are the server's own, of real environments; only what differs from machine to machine is fixed (pid, versions,
tracebacks).
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from gymnasium import spaces as gs
from gymnasium.vector.utils import concatenate, create_empty_array
from wire_json import to_json

from mirrorflow_bridge.env.allow import AllowList
from mirrorflow_bridge.errors import CODES, BridgeError
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message import reply
from mirrorflow_bridge.message.codec import VERSION, Repr, decode, encode
from mirrorflow_bridge.server.operations import Session
from mirrorflow_bridge.spaces.describe import describe
from mirrorflow_bridge.spaces.to_wire import to_wire, to_wire_batch

FOLDER = Path(__file__).parents[2] / "test" / "fixtures" / "protocol"

SPACES: dict[str, gs.Space] = {
    "box": gs.Box(np.array([-1, -np.inf], np.float32), np.array([1, np.inf], np.float32)),
    "box_equal_bounds": gs.Box(0, 255, (2, 3, 3), np.uint8),
    "box_zero_dimensional": gs.Box(-1.0, 1.0, (), np.float64),
    "box_float16": gs.Box(-1, 1, (3,), np.float16),
    "discrete": gs.Discrete(5),
    "discrete_start": gs.Discrete(3, start=-1),
    "discrete_wide": gs.Discrete(2**40, start=-(2**35)),
    "multi_binary": gs.MultiBinary([2, 3]),
    "multi_discrete": gs.MultiDiscrete([3, 4, 5], start=[0, -1, 7]),
    "multi_discrete_nested": gs.MultiDiscrete(np.array([[2, 3], [4, 5]])),
    "multi_discrete_wide": gs.MultiDiscrete([2**40, 3]),
    "text": gs.Text(8, min_length=1, charset="abcä𝜋"),
    "dict": gs.Dict(b=gs.Discrete(3), a=gs.Box(0, 1, (2,), np.float32)),
    "tuple": gs.Tuple((gs.Discrete(2), gs.MultiBinary(3), gs.Text(4))),
    "sequence": gs.Sequence(gs.Discrete(4)),
    "sequence_stacked": gs.Sequence(gs.Box(0, 1, (2,), np.float32), stack=True),
    "graph": gs.Graph(gs.Box(-1, 1, (3,), np.float32), gs.Discrete(5)),
    "graph_without_edges": gs.Graph(gs.Discrete(3), None),
    "one_of": gs.OneOf((gs.Discrete(3), gs.Box(0, 1, (2,), np.float32))),
    "nested": gs.Dict(
        x=gs.Tuple((gs.Dict(y=gs.Discrete(2)), gs.Sequence(gs.Tuple((gs.Discrete(2), gs.Box(0, 1, (1,))))))),
    ),
}

VALUES: dict[str, Any] = {
    "scalars": [None, True, False, 0, -1, 127, 128, 2**31, -(2**31) - 1, 2**53 - 1, 1 - 2**53, 0.5, -1e300],
    "floats_not_finite": [float("inf"), float("-inf"), float("nan")],
    "strings": ["", "plain", "ünï𝜋", "a" * 300],
    "big_integers": [2**53, -(2**53), 2**64, -(10**40)],
    "maps": {"": 1, "a": {"b": [1, {"c": None}]}, "ä": []},
    "integer_keys": {0: {1: [[0.5, 2, 0.0, True]]}, -3: "x"},
    "dollar_keys": {"$nd": 0, "plain": {"$x": {"$int": "1"}}, "$": []},
    "repr": {"generator": Repr("Generator(PCG64)")},
    "array_bool": np.array([True, False]),
    "array_int8": np.array([-128, 127], np.int8),
    "array_uint8": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
    "array_int16": np.array([-(2**15), 2**15 - 1], np.int16),
    "array_uint16": np.array([0, 2**16 - 1], np.uint16),
    "array_int32": np.array([-(2**31), 2**31 - 1], np.int32),
    "array_uint32": np.array([0, 2**32 - 1], np.uint32),
    "array_int64": np.array([-(2**63), 2**63 - 1], np.int64),
    "array_uint64": np.array([0, 2**64 - 1], np.uint64),
    "array_float16": np.array([0.5, np.inf, np.nan], np.float16),
    "array_float32": np.array([[0.1, -np.inf], [np.nan, 1e-40]], np.float32),
    "array_float64": np.array([0.1, 5e-324, -0.0], np.float64),
    "array_zero_dimensional": np.array(2.5),
    "array_empty": np.empty((0, 3), np.float32),
    "arrays_several": {"a": np.arange(3, dtype=np.int32), "b": [np.zeros(2), {"c": np.ones((2, 2), np.uint8)}]},
}

ERRORS = {
    code: BridgeError(code, f"What was wrong: {code}.", expected="what was expected", remedy="what to do")
    for code in CODES
} | {
    "EnvironmentFault": BridgeError(
        "EnvironmentFault",
        "ValueError in step of Broken-v0: no",
        remedy="see the Python traceback; the environment stays open",
        exception="ValueError",
        traceback='Traceback (most recent call last):\n  File "broken.py", line 3, in step\nValueError: no\n',
    ),
    "UnknownOperation": BridgeError("UnknownOperation", "There is no operation 'stpe'."),
}


def messages() -> dict[str, tuple[str, list[Any]]]:
    """Every message by its name: its direction and frames."""
    result: dict[str, tuple[str, list[Any]]] = {}
    for name, value in VALUES.items():
        result[f"value_{name}"] = "reply", reply.ok(1, {"value": value}, Limits())
    for name, space in SPACES.items():
        space.seed(7)
        one, batch = space.sample(), [space.sample() for _ in range(3)]
        batched = concatenate(space, batch, create_empty_array(space, n=3))
        wire = {"space": describe(space), "one": to_wire(space, one), "batch": to_wire_batch(space, batched, 3)}
        result[f"space_{name}"] = "reply", reply.ok(2, {"value": wire}, Limits())
    for code, error in ERRORS.items():
        result[f"error_{code}"] = "reply", reply.failed(0 if code == "BadMessage" else 9, error)
    twice = {"$nd": 0, "dtype": "<i4", "shape": [4]}, {"$nd": 0, "dtype": "<i4", "shape": [2, 2]}
    header = msgpack.packb({"v": VERSION, "id": 3, "ok": True, "value": list(twice)})
    result["value_frame_referred_to_twice"] = "reply", [header, np.arange(4, dtype=np.int32)]
    arrays = [
        np.array([1, 2, 3], np.uint8),
        np.array([0.5, -2.0]),
        np.array([1.5], np.float16),
        np.zeros((0, 2), "<i4"),
    ]
    forms = [
        {"$nd": 0, "dtype": "|u1", "shape": [3], "at": 0},
        {"$nd": 0, "dtype": "<f8", "shape": [2], "at": 8},
        {"$nd": 0, "dtype": "<f2", "shape": [1], "at": 24},
        {"$nd": 0, "dtype": "<i4", "shape": [0, 2], "at": 32},
    ]
    header = msgpack.packb({"v": VERSION, "id": 3, "ok": True, "value": forms})
    frame = b"".join(array.tobytes() + bytes(-array.nbytes % 8) for array in arrays)
    result["value_arrays_that_share_a_frame"] = "reply", [header, frame]
    return result | operations()


def operations() -> dict[str, tuple[str, list[Any]]]:
    """A request and its reply for each operation, carried out by the server's own code on real environments."""
    session, result, ids = Session(Limits(), AllowList(), 60.0), {}, iter(range(1, 100))

    def exchange(name: str, op: str, /, **fields: Any) -> dict[str, Any]:
        id = next(ids)
        request = encode({"v": VERSION, "id": id, "op": op, **fields})
        frames = session.carry_out(id, op, decode(as_bytes(request), Limits()))
        if op == "hello":
            versions = {
                "python": "3.11.7",
                "gymnasium": "1.4.0",
                "numpy": "2.4.6",
                "pyzmq": "27.3.0",
                "msgpack": "1.2.4",
            }
            server = {"name": "mirrorflow-bridge", "version": "0.1.0", "pid": 1}
            frames = reply.ok(
                id, {**decode(as_bytes(frames), Limits()), "server": server, "versions": versions}, Limits()
            )
        result[f"request_{name}"] = "request", request
        result[f"reply_{name}"] = "reply", frames
        return decode(as_bytes(frames), Limits())

    exchange("hello", "hello", client={"name": "mirrorflow", "version": "0.1.0"})
    one = exchange("make_one", "make", env="CartPole-v1", render_mode="rgb_array")["handle"]
    options = {"low": -0.1, "high": 0.1}
    exchange("reset_one", "reset", handle=one, seed=3, options=options)
    exchange("step_one", "step", handle=one, action=1)
    vector = exchange(
        "make_vector",
        "make",
        env="CartPole-v1",
        num_envs=3,
        backend="sync",
        autoreset="same_step",
        max_episode_steps=2,
        wrappers=[{"id": "TimeAwareObservation", "kwargs": {"flatten": True}}],
        imports=[],
        info=True,
    )["handle"]
    exchange("reset_vector", "reset", handle=vector, seed=[5, 6, 7])
    actions = np.array([0, 1, 0], np.int32)
    exchange("step_vector", "step", handle=vector, action=actions)
    exchange("step_vector_same_step_end", "step", handle=vector, action=actions)
    exchange("reset_mask", "reset", handle=vector, seed=9, mask=np.array([True, False, True]))
    lake = exchange("make_ansi", "make", env="FrozenLake-v1", render_mode="ansi", kwargs={"is_slippery": False})[
        "handle"
    ]
    exchange("reset_int_observation", "reset", handle=lake, seed=1)
    exchange("step_int_observation", "step", handle=lake, action=2)
    exchange("render_ansi", "render", handle=lake)
    exchange("get_attr", "get_attr", handle=lake, name="P")
    exchange("set_attr", "set_attr", handle=lake, name="s", value=4)
    exchange("call", "call", handle=lake, name="has_wrapper_attr", args=["P"], kwargs={})
    exchange("ping", "ping")
    exchange("close", "close", handle=lake)
    session.close_all()
    result["request_cancel"] = "request", encode({"v": VERSION, "id": 50, "op": "cancel", "target": 49})
    result["reply_cancel"] = "reply", reply.ok(50, {"cancelled": True}, Limits())
    return result


def as_bytes(frames: list[Any]) -> list[bytes]:
    """Frames as ZeroMQ would deliver them."""
    return [frame if isinstance(frame, bytes) else np.ascontiguousarray(frame).tobytes() for frame in frames]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, (direction, frames) in messages().items():
        frames = as_bytes(frames)
        record = {
            "name": name,
            "direction": direction,
            "frames": [base64.b64encode(frame).decode() for frame in frames],
            "value": to_json(decode(frames, Limits())),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False) + "\n")
    print(f"{len(messages())} messages in {FOLDER.name}")


if __name__ == "__main__":
    main()
