"""Collects a Minari data set with an agent's policy. Needs `pip install "minari[create]"`.

Run: python examples/minari_collect.py CHECKPOINT DATASET_ID
"""

import sys

import gymnasium as gym
from minari import DataCollector
from mirrorflow_bridge.agent import RemoteAgent

checkpoint, dataset_id = sys.argv[1:]
with RemoteAgent.load(checkpoint) as agent:
    env = DataCollector(gym.make(agent.info["env"]))
    for seed in range(10):
        obs, _ = env.reset(seed=seed)
        ended = False
        while not ended:
            action, _ = agent.predict(obs)
            obs, _, terminated, truncated, _ = env.step(action)
            ended = terminated or truncated
    env.create_dataset(dataset_id, algorithm_name="mirrorflow")
