"""What a preset reaches by `RemoteAgent.learn` on one plain environment: mean return of fresh episodes with the mode.

`MIRRORFLOW_CLI=dist/cli/main.js .venv/bin/python bench/served_presets.py ID STEPS EPISODES SEED [MAX_EPISODE_STEPS]`
"""

from __future__ import annotations

import sys
import time

import gymnasium as gym
import numpy as np
from mirrorflow_bridge.agent import RemoteAgent

NUM_ENVS = 20


def returns(agent: RemoteAgent, env: gym.vector.VectorEnv, episodes: int) -> np.ndarray:
    """Returns of the episodes that end first, in an environment that resets in the step after an end."""
    obs, _ = env.reset(seed=1000)
    found: list[float] = []
    total, resets = np.zeros(NUM_ENVS), np.zeros(NUM_ENVS, bool)
    while len(found) < episodes:
        obs, reward, terminated, truncated, _ = env.step(agent.predict(obs, deterministic=True)[0])
        total += np.where(resets, 0, reward)
        resets = terminated | truncated
        found += total[resets].tolist()
        total[resets] = 0
    return np.array(found[:episodes])


if __name__ == "__main__":
    id, steps, episodes, seed = sys.argv[1], *map(int, sys.argv[2:5])
    limit = {"max_episode_steps": int(sys.argv[5])} if len(sys.argv) > 5 else {}
    started = time.perf_counter()
    with RemoteAgent(id, env=gym.make(id, **limit), seed=seed) as agent:
        agent.learn(steps)
        seconds = time.perf_counter() - started
        env = gym.make_vec(id, num_envs=NUM_ENVS, vectorization_mode="sync", **limit)
        found = returns(agent, env, episodes)
        error = found.std(ddof=1) / np.sqrt(episodes)
        metrics = agent.metrics()
    print(f"{id} seed {seed}: {found.mean():.3f} ± {error:.3f} after {metrics['steps']} steps, {seconds:.0f} s")
    print(f"{metrics['updates']} updates, mean return while learning {metrics['mean_return']}")
