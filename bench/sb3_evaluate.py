"""`RemoteAgent` in Stable-Baselines3's own `evaluate_policy`, with a VecEnv and with VecNormalize.

Run with a Python that has stable-baselines3 and mirrorflow-bridge:
`MIRRORFLOW_CLI=dist/cli/main.js python bench/sb3_evaluate.py`.
"""

from __future__ import annotations

import gymnasium as gym
import numpy as np
from mirrorflow_bridge.agent import RemoteAgent
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecNormalize


def same_form(action_space: gym.Space) -> None:
    """Whether `predict` gives what a model of Stable-Baselines3 gives, for one observation and for three."""

    class Env(gym.Env):
        observation_space = gym.spaces.Box(-1, 1, (4,), np.float32)

        def __init__(self) -> None:
            self.action_space = action_space

        def reset(self, *, seed=None, options=None):
            return np.zeros(4, np.float32), {}

        def step(self, action):
            return np.zeros(4, np.float32), 0.0, False, True, {}

    config = {
        "env": {"id": "own"},
        "totalSteps": 1,
        "gamma": 0.9,
        "tau": 0.1,
        "features": {"type": "polynomial", "degree": 1},
        "critic": {"type": "leastSquares", "window": 2},
        "actor": {"mirrorStep": 1},
    }
    model = PPO("MlpPolicy", Env(), device="cpu")
    with RemoteAgent(config=config, env=Env()) as agent:
        for shape in ((4,), (3, 4)):
            theirs, mine = (of.predict(np.zeros(shape, np.float32))[0] for of in (model, agent))
            same = (type(mine), mine.shape, mine.dtype) == (type(theirs), theirs.shape, theirs.dtype)
            print(f"{action_space}, {shape}: {theirs.dtype}{theirs.shape} there, {mine.dtype}{mine.shape} here: {same}")


if __name__ == "__main__":
    for space in (
        gym.spaces.Discrete(3),
        gym.spaces.MultiDiscrete([2, 3]),
        gym.spaces.MultiBinary(2),
        gym.spaces.Box(-2, 2, (2,), np.float32),
    ):
        same_form(space)
    env = make_vec_env("CartPole-v1", n_envs=8, seed=0)
    with RemoteAgent("CartPole-v1", env=env) as agent:
        agent.learn(3000)
        mean, std = evaluate_policy(agent, make_vec_env("CartPole-v1", n_envs=8, seed=1), n_eval_episodes=100)
        print(f"CartPole-v1, VecEnv: {mean:.1f} ± {std:.1f} over 100 episodes after {agent.metrics()['steps']} steps")
    # Normalised observations need other bounds than the preset's.
    scaled = {"type": "fourier", "order": 2, "low": [-3] * 4, "high": [3] * 4}
    normalised = VecNormalize(make_vec_env("CartPole-v1", n_envs=8, seed=0), norm_reward=False)
    config = {
        "env": {"id": "CartPole-v1"},
        "totalSteps": 1,
        "gamma": 0.99,
        "tau": 0.005,
        "features": scaled,
        "critic": {"type": "leastSquares", "lambda": 0.95, "window": 40, "ridge": 0.1},
        "criticSteps": {"type": "constant", "value": 2},
        "actor": {"mirrorStep": 50},
    }
    # What old transitions teach must stay true: the scaling is found first, then frozen.
    normalised.reset()
    for _ in range(500):
        normalised.step(np.array([normalised.action_space.sample() for _ in range(8)]))
    normalised.training = False
    with RemoteAgent(config=config, env=normalised) as agent:
        agent.learn(10_000)
        mean, std = evaluate_policy(agent, normalised, n_eval_episodes=100)
        print(f"CartPole-v1, VecNormalize: {mean:.1f} ± {std:.1f} over 100 episodes")
