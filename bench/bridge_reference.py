"""The other side of bench/bridge.ts: Gymnasium in process, a raw ZeroMQ echo, images that cost nothing to make."""

import json
import sys
import threading
import time
from typing import ClassVar

import gymnasium as gym
import numpy as np

WARM_UP = 50  # steps that do not count


class Images(gym.vector.VectorEnv):
    """Observations of 84x84x4 bytes, the same array each time: what is measured is how they travel."""

    metadata: ClassVar = {"autoreset_mode": gym.vector.AutoresetMode.NEXT_STEP}

    def __init__(self, num_envs=1):
        self.num_envs = num_envs
        self.single_observation_space = gym.spaces.Box(0, 255, (84, 84, 4), np.uint8)
        self.single_action_space = gym.spaces.Discrete(2)
        self.observation_space = gym.vector.utils.batch_space(self.single_observation_space, num_envs)
        self.action_space = gym.vector.utils.batch_space(self.single_action_space, num_envs)
        self.images = np.full((num_envs, 84, 84, 4), 7, np.uint8)

    def reset(self, *, seed=None, options=None):
        return self.images, {}

    def step(self, actions):
        no = np.zeros(self.num_envs, bool)
        return self.images, np.zeros(self.num_envs), no, no, {}


gym.register("mirrorflow-bench/Images-v0", vector_entry_point=Images)


def steps_per_second(mode, env_id, num_envs, seconds):
    """Environment steps a second in this process (and the workers of `async`); quantiles of a step's time (µs)."""
    env = gym.make_vec(env_id, num_envs=num_envs, vectorization_mode=mode)
    env.reset(seed=0)
    actions = np.arange(num_envs) % 2
    for _ in range(WARM_UP):
        env.step(actions)
    times, last = [], time.perf_counter()
    end = last + seconds
    while last < end:
        env.step(actions)
        now = time.perf_counter()
        times.append(now - last)
        last = now
    env.close()
    p50, p99 = np.quantile(times, [0.5, 0.99]) * 1e6
    return {"value": num_envs * len(times) / sum(times), "p50": p50, "p99": p99}


def echo(endpoint, size):
    """Answers every message with itself, or with `size` bytes, until standard input closes."""
    import os

    import zmq

    def watch():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    socket = zmq.Context().socket(zmq.ROUTER)
    socket.bind(endpoint)
    payload = bytes(size)
    while True:
        frames = socket.recv_multipart(copy=False)
        socket.send_multipart([frames[0], payload] if size else frames, copy=False)


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        echo(sys.argv[2], int(sys.argv[3]))
    else:
        print(json.dumps(steps_per_second(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
