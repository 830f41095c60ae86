"""What Gymnasium's CartPole-v1 gives for whole runs of actions; JSON in on stdin, JSON out on stdout."""

import json
import sys

import gymnasium as gym
import numpy as np


def plain(x):
    if isinstance(x, np.ndarray):
        return plain(x.tolist())
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, tuple | list):
        return [plain(value) for value in x]
    return x


def run(question):
    """The results of reset and of every step, and the states in doubles after every `stateEvery` of the steps."""
    mode = gym.vector.AutoresetMode(question["autoreset"])
    env = gym.make_vec("CartPole-v1", len(question["seed"]), "sync", vector_kwargs={"autoreset_mode": mode})
    results = [env.reset(seed=question["seed"])]
    states = []
    for t, action in enumerate(np.array(question["actions"])):
        # The environments write each step over the arrays of the step before.
        results.append(plain(env.step(action)))
        if t % question["stateEvery"] == 0:
            states.append(plain(env.get_attr("state")))
    return {"results": plain(results), "states": states}


json.dump([run(question) for question in json.load(sys.stdin)], sys.stdout)
