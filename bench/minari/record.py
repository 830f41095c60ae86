"""Trains an agent, records a Minari data set by it with examples/minari_collect.py, and plays what is recorded again.

The only argument is JSON: env (a preset), steps (of training), dataset (its id), seed, command (mirrorflow's program).
Prints a JSON object: episodes, steps and megabytes of the data set; mean, of the returns; same, whether the returns
that are read are those that were seen; difference, the greatest of an observation or a reward from those of a fresh
environment that is reset with the recorded seed and given the recorded actions; recorded and read, in seconds.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

import gymnasium as gym
import minari
import numpy as np
from mirrorflow_bridge.agent import RemoteAgent

EXAMPLE = Path(__file__).parents[2] / "examples" / "minari_collect.py"


def played_again(dataset: minari.MinariDataset) -> float:
    """The greatest difference of what is recorded from what Gymnasium gives for the same seeds and actions."""
    env = dataset.recover_environment()
    worst = 0.0
    metadata = dataset.storage.get_episode_metadata(dataset.episode_indices)
    for episode, about in zip(dataset.iterate_episodes(), metadata, strict=True):
        obs = [env.reset(seed=int(about["seed"]))[0]]
        rewards, ends = [], []
        for action in episode.actions:
            step = env.step(action)
            obs.append(step[0])
            rewards.append(step[1])
            ends.append(step[2:4])
        flags = np.stack([episode.terminations, episode.truncations], axis=1)
        if not np.array_equal(flags, ends):
            return float("inf")
        worst = max(worst, np.abs(np.asarray(obs, np.float64) - episode.observations).max())
        worst = max(worst, np.abs(np.asarray(rewards, np.float64) - episode.rewards).max())
    env.close()
    return float(worst)


def main() -> dict:
    """Run the task of the command line."""
    task = json.loads(sys.argv[1])
    spec = importlib.util.spec_from_file_location("minari_collect", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    with RemoteAgent(task["env"], env=gym.make(task["env"]), seed=task["seed"], command=task["command"]) as agent:
        agent.learn(task["steps"])
        began = time.perf_counter()
        seen = example.record(agent, task["dataset"])
    recorded = time.perf_counter()
    back = example.read(task["dataset"])
    read = time.perf_counter()
    dataset = minari.load_dataset(task["dataset"])
    return {
        "episodes": dataset.total_episodes,
        "steps": int(dataset.total_steps),
        "megabytes": dataset.storage.get_size(),
        "mean": float(np.mean(back)),
        "same": seen == back,
        "difference": played_again(dataset),
        "recorded": recorded - began,
        "read": read - recorded,
    }


if __name__ == "__main__":
    print(json.dumps(main()))
