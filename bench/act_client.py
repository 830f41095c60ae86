"""The client of bench/bridge.ts and bench/act.ts: round trips of a real client and of a bare DEALER, µs, as JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import zmq
from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.message.codec import encode


def trips(seconds: float, trip) -> list[float]:
    """The time of each call of `trip` for so long, in microseconds."""
    for _ in range(50):
        trip()
    times, end = [], time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        trip()
        times.append((time.perf_counter() - start) * 1e6)
    return times


def figures(times: list[float]) -> dict[str, float]:
    """Median, mean, 99th percentile and maximum."""
    names = {"p50": np.median, "mean": np.mean, "p99": lambda x: np.percentile(x, 99), "max": np.max}
    return {"count": len(times), **{name: float(of(times)) for name, of in names.items()}}


def predict(endpoint: str, seconds: float, transport: str) -> list[float]:
    """`predict` of one observation."""
    with RemoteAgent(endpoint=endpoint, transport=transport) as agent:
        obs = np.zeros(4, np.float32)
        return trips(seconds, lambda: agent.predict(obs))


def raw(endpoint: str, seconds: float, transport: str) -> list[float]:
    """The frames of such a request to an echo."""
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    fields = {"obs": np.zeros(4, np.float32), "deterministic": False}
    frames = [bytes(frame) for frame in encode({"v": 1, "id": 1000, "op": "act", **fields})]

    def trip() -> None:
        socket.send_multipart(frames)
        socket.recv_multipart()

    times = trips(seconds, trip)
    socket.close()
    return times


def teach(endpoint: str, seconds: float, transport: str) -> list[float]:
    """Gives the learner transitions of CartPole as fast as it learns from them."""
    import gymnasium as gym

    env = gym.make_vec("CartPole-v1", num_envs=8, vectorization_mode="sync")
    end = time.perf_counter() + seconds
    with RemoteAgent(endpoint=endpoint, env=env, transport=transport) as agent:
        agent.learn(10**9, callback=lambda *_: time.perf_counter() < end)
        return [float(agent.metrics()["updates"])]


if __name__ == "__main__":
    what, endpoint, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    transport = sys.argv[4] if len(sys.argv) > 4 else "auto"
    print(json.dumps(figures({"predict": predict, "raw": raw, "teach": teach}[what](endpoint, seconds, transport))))
