"""The part of the fuzz test that breaks the form of a lane: streams that are cut, mutated, and sent in pieces.

The lane may end by it. Nothing else may: what the client holds is there, over ZeroMQ and over its next lane.
"""

from __future__ import annotations

import random
import socket
from typing import Any

import numpy as np

from ..client import Client
from ..errors import CODES
from ..message.joined import LENGTHS
from .raw_lane import RawLane, offered, request

MESSAGES = 12  # of a stream, at most


def fuzz_lane(endpoint: str, count: int, random_: random.Random) -> dict[str, int]:
    """Open `count` lanes and send a mutated stream over each.

    Returns:
        How many were answered to their end, ended earlier, or were never opened.

    Raises:
        AssertionError, Broken: a reply breaks the protocol, or something was lost.
        TimeoutError: the server does not answer any more.
    """
    outcomes = {"streams answered": 0, "lanes ended": 0, "lanes not opened": 0}
    with Client(endpoint, 30, transport="zeromq") as owner, Client(endpoint, 30) as other:
        other.hello()
        owner.hello()
        handles = [client.request("make", env="CartPole-v1", num_envs=2)["handle"] for client in (owner, other)]
        twin = other.request("make", env="CartPole-v1", num_envs=2)["handle"]
        actions = np.array([0, 1], np.int32)
        for i in range(count):
            outcomes[_stream(owner, handles[0], random_)] += 1
            if i % 10:
                continue
            # The same episodes on both sides of the trouble.
            for client, handle in zip((owner, other), handles, strict=True):
                client.request("reset", handle=handle, seed=i)
            other.request("reset", handle=twin, seed=i)
            steps = [owner.request("step", handle=handles[0], action=actions)["obs"]]
            steps += [other.request("step", handle=handle, action=actions)["obs"] for handle in (handles[1], twin)]
            assert all(np.array_equal(steps[0], step) for step in steps), "an environment is not what it was"
            assert (owner.request("ping")["envs"], other.request("ping")["envs"]) == (1, 2), "an environment was lost"
    return outcomes


def _stream(owner: Client, handle: int, random_: random.Random) -> str:
    """Send one stream over a new lane of `owner`; the outcome."""
    offer = offered(owner)
    requests = [request(0, "lane", token=offer["token"])]
    ids = list(range(1, random_.randint(1, MESSAGES)))
    mask = np.array([True, False])
    for id in ids:
        op = random_.choice(["ping", "reset", "get_attr"])
        given: dict[str, dict[str, Any]] = {
            "reset": {"handle": handle, "seed": id, "options": {"x": mask}},
            "get_attr": {"handle": handle, "name": "spec"},
        }
        requests.append(request(id, op, **given.get(op, {})))
    data = b"".join(requests)
    is_whole = random_.random() < 0.2
    sent = data if is_whole else _mutated(data, random_, 0 if random_.random() < 0.1 else len(requests[0]))
    with RawLane(offer["path"], 30) as lane:
        try:
            for piece in _pieces(sent, random_):
                lane.socket.sendall(piece)
            if not is_whole:
                lane.socket.shutdown(socket.SHUT_WR)  # the server may wait for the rest of a message
        except OSError:
            assert not is_whole, "a lane was closed on well-formed messages"
        answered = _answers(lane, len(ids) + 1 if is_whole else None)
    if is_whole:
        assert answered == [(id, True) for id in (0, *ids)], f"well-formed requests {ids} were answered {answered}"
    if not answered or not answered[0][1]:
        return "lanes not opened"
    return "streams answered" if len(answered) > len(ids) else "lanes ended"


def _mutated(data: bytes, random_: random.Random, first: int) -> bytes:
    """`data` with a few changes from the byte `first` on."""
    buffer = bytearray(data)
    for _ in range(random_.randint(1, 3)):
        at = random_.randint(min(first, len(buffer)), len(buffer))
        choice = random_.random()
        if choice < 0.2:
            del buffer[at:]
        elif choice < 0.4:
            del buffer[at : at + random_.randint(1, 20)]
        elif choice < 0.6:
            buffer[at:at] = random_.randbytes(random_.randint(1, 20))
        elif choice < 0.8:
            buffer[at : at + 1] = random_.randbytes(1)
        else:
            sizes = [0, 1, 7, 8, 300, 2**20, 2**28, 2**28 + 8, 2**31, 2**32 - 1]
            buffer[at : at + LENGTHS.size] = LENGTHS.pack(random_.choice(sizes), random_.choice(sizes))
    return bytes(buffer)


def _pieces(data: bytes, random_: random.Random) -> list[bytes]:
    cuts = sorted(random_.randint(0, len(data)) for _ in range(random_.randrange(6)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def _answers(lane: RawLane, count: int | None) -> list[tuple[int, bool]]:
    """`id` and `ok` of the next `count` replies, or of all until the end; each is looked at."""
    found: list[tuple[int, bool]] = []
    while len(found) != count and (reply := lane.receive()) is not None:
        assert type(reply["ok"]) is bool, f"ok is {reply['ok']!r}"
        assert reply["ok"] or reply["error"]["code"] in CODES, f"the code {reply['error']['code']!r} is unknown"
        found.append((reply["id"], reply["ok"]))
    return found
