"""What Gymnasium itself gives for seeds and actions; JSON in on stdin, JSON out on stdout."""

import json
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import bridge_test_envs  # noqa: F401


def plain(x):
    if isinstance(x, np.ndarray | np.generic):
        return plain(x.tolist())
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, tuple | list):
        return [plain(value) for value in x]
    return x


def run(question):
    if "newest" in question:
        return [[max(id for id in gym.registry if id.startswith(question["newest"] + "-v"))]]
    kwargs = question.get("kwargs", {})
    if "num_envs" in question:
        mode = gym.vector.AutoresetMode(question.get("autoreset", "NextStep"))
        env = gym.make_vec(
            question["id"], question["num_envs"], "sync", vector_kwargs={"autoreset_mode": mode}, **kwargs
        )
    else:
        env = gym.make(question["id"], **kwargs)
    results = [env.reset(seed=question["seed"])]
    for action in question["actions"]:
        result = env.step(np.array(action, env.action_space.dtype) if isinstance(action, list) else action)
        results.append(result)
        if "num_envs" not in question and (result[2] or result[3]):
            results.append(env.reset())
    return [plain(result) for result in results]


json.dump([run(question) for question in json.load(sys.stdin)], sys.stdout)
