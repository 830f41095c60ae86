"""An environment whose observations become NaN after a while, registered as mirrorflow-test/NaN-v0."""

import gymnasium as gym
import numpy as np


class NaNEnv(gym.Env):
    """Two numbers in [0, 1]; the second is NaN from the 300th step of the process on."""

    observation_space = gym.spaces.Box(0, 1, (2,), np.float64)
    action_space = gym.spaces.Discrete(2)
    steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.length = 0
        return self._observation(), {}

    def step(self, action):
        self.steps += 1
        self.length += 1
        return self._observation(), 1.0, self.length >= 20, False, {}

    def _observation(self):
        second = float("nan") if self.steps >= 300 else self.np_random.random()
        return np.array([self.np_random.random(), second])


gym.register("mirrorflow-test/NaN-v0", NaNEnv)
