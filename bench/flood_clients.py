"""The processes of bench/flood.ts: one that trains, and one that floods.

flood_clients.py train KIND ENDPOINT    prints the steps so far, four times a second, until standard input closes
flood_clients.py flood ENDPOINT         sends pings without end while the file descriptor 0 says "on", none after "off"
"""

from __future__ import annotations

import sys
import threading
import time

import gymnasium
import numpy as np
import zmq
from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.client import Client
from mirrorflow_bridge.message.codec import VERSION, pack

NUM_ENVS = 8
PERIOD = 0.25  # seconds


class Counter:
    """Prints the steps of a loop now and then; ended when standard input closes."""

    def __init__(self) -> None:
        self.steps, self.printed = 0, 0.0
        self.ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), self.ended.set()), daemon=True).start()

    def add(self, steps: int) -> bool:
        self.steps += steps
        if time.monotonic() > self.printed + PERIOD:
            self.printed = time.monotonic()
            print(self.steps, flush=True)
        return not self.ended.is_set()


def train_agent(endpoint: str) -> None:
    """`RemoteAgent.learn` at an agent server."""
    counter = Counter()
    envs = gymnasium.make_vec("CartPole-v1", NUM_ENVS)
    with RemoteAgent(endpoint=endpoint, env=envs) as agent:
        agent.learn(10**9, callback=lambda known, _: counter.add(NUM_ENVS))


def step_environments(endpoint: str) -> None:
    """Steps of environments at an environment server, one after the other, as a learner makes them."""
    counter = Counter()
    with Client(endpoint, timeout=60) as client:
        client.hello()
        handle = client.request("make", env="CartPole-v1", num_envs=NUM_ENVS)["handle"]
        client.request("reset", handle=handle, seed=1)
        action = np.zeros(NUM_ENVS, np.int32)
        while counter.add(NUM_ENVS):
            client.request("step", handle=handle, action=action)


def flood(endpoint: str) -> None:
    """Pings without a hello, as fast as they go; answers are thrown away."""
    on = threading.Event()
    ended = threading.Event()

    def listen() -> None:
        for line in sys.stdin:
            (on.set if line.strip() == "on" else on.clear)()
        ended.set()
        on.set()

    threading.Thread(target=listen, daemon=True).start()
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    message = pack({"v": VERSION, "id": 1, "op": "ping"})
    print("ready", flush=True)
    while on.wait() and not ended.is_set():
        try:
            for _ in range(100):
                socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            pass
        try:
            while True:
                socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            pass
    socket.close()


if __name__ == "__main__":
    if sys.argv[1] == "flood":
        flood(sys.argv[2])
    else:
        {"agent": train_agent, "environments": step_environments}[sys.argv[2]](sys.argv[3])
