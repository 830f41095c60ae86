"""Python owns the loop, the agent learns beside it; in the style of CleanRL: all on one page.

Run: MIRRORFLOW_CLI=dist/cli/main.js python examples/remote_agent.py
"""

import gymnasium as gym
import numpy as np
from mirrorflow_bridge.agent import RemoteAgent

total_steps = 3000
env = gym.make("CartPole-v1")

with RemoteAgent("CartPole-v1", env=env, seed=1) as agent:
    obs, _ = env.reset(seed=1)
    returns, total = [], 0.0
    for _ in range(total_steps):
        # Act: a draw from the policy, to be learned from.
        action = agent.explore(obs)
        next_obs, reward, terminated, truncated, _ = env.step(int(action))
        # Learn: the next action is by what this has taught. The observation is the episode's last one, if it ended.
        agent.observe(next_obs, float(reward), terminated, truncated)
        total += float(reward)
        obs = next_obs
        if terminated or truncated:
            returns.append(total)
            obs, total = env.reset()[0], 0.0

    # Evaluate: the policy's mode.
    obs, ended, total = env.reset(seed=100)[0], False, 0.0
    while not ended:
        action, _ = agent.predict(obs, deterministic=True)
        obs, reward, terminated, truncated, _ = env.step(int(action))
        total += float(reward)
        ended = terminated or truncated
    print(f"{len(returns)} episodes, the first ten {np.mean(returns[:10]):.1f}; evaluated: {total:.0f}")
