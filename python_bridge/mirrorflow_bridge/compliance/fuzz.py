"""Sends mutated messages to a server: none may take it down, and each reply must itself be well formed.

python -m mirrorflow_bridge.compliance.fuzz --count 100000 [--seed 1]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from typing import Any

import msgpack
import numpy as np

from ..client import TRANSPORTS, Client
from ..errors import CODES
from ..limits import Limits
from ..message.codec import VERSION, decode, encode
from .flood import KINDS, endless, flood_process
from .fuzz_aliasing import fuzz_aliasing
from .fuzz_lane import fuzz_lane
from .process import server_process

BATCH = 100  # messages in flight; below max_waiting
_ODD: list[Any] = [None, True, -1, 0, 2**53, 2**64 - 1, 1.5, float("nan"), "", "$nd", "x" * 300, b"bin", [], {}, [[]]]
_ODD += [
    {"$nd": 0},
    {"$nd": 0, "dtype": "<f8", "shape": [2**40, 2**40]},
    {"$int": "9" * 1001},
    {1: {2: 3}},
    msgpack.ExtType(3, b"e"),
    [[None] * 2_500] * 2,
    {str(i): i for i in range(5_000)},
]
# Headers beyond SMALL, and beyond max_items, which is set to MAX_ITEMS.
MAX_ITEMS = 8_000
_ODD += [[[None] * 2_500] * 4, [{}] * 9_000]


def seeds(handles: tuple[int, int]) -> list[list[bytes]]:
    """Well-formed messages for the mutations to start from: every operation, on the two environments held."""
    one, many = handles
    requests: list[dict[str, Any]] = [
        {"op": "hello", "client": {"name": "fuzz", "version": "1"}, "lane": False},
        {"op": "ping"},
        {
            "op": "make",
            "env": "CartPole-v1",
            "num_envs": 2,
            "kwargs": {},
            "wrappers": [{"id": "TimeLimit", "kwargs": {}}],
        },
        {"op": "make", "env": "FrozenLake-v1", "render_mode": "ansi", "info": ["prob"], "imports": ["os"]},
        {"op": "reset", "handle": one, "seed": 1, "options": {"low": -0.1, "$map": 1}},
        {"op": "reset", "handle": many, "seed": [1, None, 2, 3], "mask": np.array([True, False, True, True])},
        {"op": "step", "handle": one, "action": 1},
        {"op": "step", "handle": many, "action": np.array([0, 1, 1, 0], np.int32)},
        {"op": "render", "handle": one},
        {"op": "get_attr", "handle": many, "name": "spec"},
        {"op": "set_attr", "handle": one, "name": "state", "value": np.zeros(4)},
        {"op": "call", "handle": one, "name": "spec", "args": [1, {"a": np.arange(3.0)}], "kwargs": {"k": 2**70}},
        {"op": "close", "handle": 10**6},
        {"op": "cancel", "target": 1},
        {"op": "lane", "token": "0123456789abcdef"},
    ]
    messages = [encode({"v": VERSION, "id": 1 + i, **request}) for i, request in enumerate(requests)]
    return [[bytes(memoryview(frame).cast("B")) for frame in message] for message in messages]


def mutate(message: list[bytes], random_: random.Random) -> list[bytes]:
    """A message made from `message` by a few random changes of its bytes, frames or header."""
    frames = list(message)
    for _ in range(random_.randint(1, 3)):
        choice = random_.random()
        if choice < 0.35:
            frames[0] = _mutate_header(frames[0], random_)
        elif choice < 0.85:
            i = random_.randrange(len(frames))
            frames[i] = _mutate_bytes(frames[i], random_)
        elif choice < 0.9 and len(frames) > 1:
            frames.pop(random_.randrange(len(frames)))
        elif choice < 0.95:
            frames.insert(random_.randrange(len(frames) + 1), random_.randbytes(random_.randrange(40)))
        else:
            random_.shuffle(frames)
    return frames


def for_lane(frames: list[bytes]) -> list[bytes]:
    """The frames as a message that a lane takes: all arrays in one body."""
    body = b"".join(frames[1:])
    header = frames[0] or b"\xc1"
    return [header, body + bytes(-len(body) % 8)] if body else [header]


def _mutate_bytes(data: bytes, random_: random.Random) -> bytes:
    buffer = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        position = random_.randrange(len(buffer) + 1)
        choice = random_.random()
        if choice < 0.5 and position < len(buffer):
            buffer[position] = random_.randrange(256)
        elif choice < 0.7:
            buffer[position:position] = random_.randbytes(random_.randint(1, 5))
        elif choice < 0.9:
            del buffer[position : position + random_.randint(1, 5)]
        else:
            del buffer[position:]
    return bytes(buffer)


def _mutate_header(data: bytes, random_: random.Random) -> bytes:
    """Put an odd value somewhere into the header; random bytes where it is no header any more."""
    try:
        header = msgpack.unpackb(data, strict_map_key=False)
        target = header
        while random_.random() < 0.5:
            inner = [value for value in target.values() if isinstance(value, dict) and value]
            if not inner:
                break
            target = random_.choice(inner)
        key = random_.choice([*target, "extra", "$nd", 3])
        if random_.random() < 0.2:
            target.pop(key, None)
        else:
            target[key] = random_.choice(_ODD)
        return msgpack.packb(header)
    except Exception:
        return random_.randbytes(random_.randrange(60))


def fuzz(client: Client, count: int, seed: int) -> dict[str, int]:
    """Send `count` mutated messages, over the client's lane if it has one.

    Returns:
        How often each error code (or `ok`) was the answer.

    Raises:
        AssertionError: a reply breaks the protocol.
        TimeoutError: the server does not answer any more.
    """
    random_ = random.Random(seed)
    outcomes: dict[str, int] = {}
    client.hello()
    one = client.request("make", env="CartPole-v1")["handle"]
    many = client.request("make", env="CartPole-v1", num_envs=4)["handle"]
    client.request("reset", handle=many)
    originals = seeds((one, many))
    sent = 0
    while sent < count:
        batch = min(BATCH, count - sent)
        for _ in range(batch):
            mutated = mutate(random_.choice(originals), random_)
            client.send_frames(for_lane(mutated) if client.has_lane else mutated)
        marker = 2**52 + sent
        client.send_frames(encode({"v": VERSION, "id": marker, "op": "ping"}))
        answers, made = 0, []
        while True:
            reply = decode(client.receive_frames(), Limits())
            assert type(reply["ok"]) is bool, f"ok is {reply['ok']!r}"
            outcome = "ok" if reply["ok"] else reply["error"]["code"]
            assert outcome == "ok" or outcome in CODES, f"the code {outcome!r} is not in the protocol"
            if reply["id"] == marker:
                break
            answers += 1
            if "handle" in reply:
                made.append(reply["handle"])
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        # A `cancel` is answered out of turn, and may answer another request in its stead; nothing goes unanswered.
        assert answers == batch, f"{batch} messages were sent, {answers} answered (before message {sent + batch})"
        sent += batch
        for handle in made:
            client.request("close", handle=handle)
    return outcomes


def floods(endpoint: str, folder: str) -> None:
    """A well-formed client is served beside each kind of flood, and beside a message of a million frames and no end."""
    for kind in KINDS:
        with flood_process(endpoint, kind):
            check_service(endpoint)
        print(f"{'':8}  served beside a flood: {kind}", flush=True)
    with endless(f"{folder}/s", 1_000_000):
        check_service(endpoint)


def check_service(endpoint: str, transport: str = "auto") -> None:
    """A well-formed client is served."""
    with Client(endpoint, timeout=60, transport=transport) as client:
        client.hello()
        handle = client.request("make", env="CartPole-v1", num_envs=2)["handle"]
        client.request("reset", handle=handle, seed=1)
        step = client.request("step", handle=handle, action=np.array([0, 1], np.int32))
        assert step["obs"].shape == (2, 4)
        client.request("close", handle=handle)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mirrorflow_bridge.compliance.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    print(f"{options.count} messages, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        limits = ("--max-num-envs", "4", "--lease", "3600", "--max-items", str(MAX_ITEMS))
        with server_process("serve", f"ipc://{folder}/s", *limits) as (process, endpoint):
            outcomes = {}
            for transport in TRANSPORTS:
                with Client(endpoint, timeout=30, transport=transport) as client:
                    found = fuzz(client, options.count, options.seed)
                    outcomes["lane" if client.has_lane else "ZeroMQ"] = found
                check_service(endpoint, transport)
            streams = fuzz_lane(endpoint, options.count // 100, random.Random(options.seed))
            check_service(endpoint)
            floods(endpoint, folder)
            assert process.poll() is None, "the server ended"
        with server_process("child", f"ipc://{folder}/c") as (_, endpoint):
            seen = fuzz_aliasing(endpoint, options.count // 10, random.Random(options.seed))
    for way, counts in outcomes.items():
        print(f"over {'the ' if way == 'lane' else ''}{way}:")
        for outcome, times in sorted(counts.items(), key=lambda item: -item[1]):
            print(f"{times:8d}  {outcome}")
    for outcome, times in streams.items():
        print(f"{times:8d}  {outcome}")
    print(f"{seen:8d}  replies hold what an environment returned that writes over its arrays")
    print("the server still serves")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
