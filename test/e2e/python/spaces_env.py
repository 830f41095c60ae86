"""Environments with structured spaces: mirrorflow-test/Nested-v0 and mirrorflow-test/Image-v0."""

import gymnasium as gym
import numpy as np


class NestedEnv(gym.Env):
    """The reward is the number of entries of the action that repeat the observation; random again at every step."""

    observation_space = gym.spaces.Dict(
        {"colour": gym.spaces.Discrete(3), "size": gym.spaces.Box(-np.inf, np.inf, (1,), np.float32)}
    )
    action_space = gym.spaces.MultiDiscrete([3, 2])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.length = 0
        return self._observation(), {}

    def step(self, action):
        self.length += 1
        reward = float(action[0] == self.colour) + float(action[1] == self.large)
        return self._observation(), reward, self.length >= 10, False, {}

    def _observation(self):
        self.colour = int(self.np_random.integers(3))
        self.large = int(self.np_random.integers(2))
        size = 50 + 10 * self.large + self.np_random.random()
        return {"colour": self.colour, "size": np.array([size], np.float32)}


class ImageEnv(gym.Env):
    """One quarter of the picture is lit; the reward is 1 for the pair of bits that names it."""

    observation_space = gym.spaces.Box(0, 255, (8, 8, 3), np.uint8)
    action_space = gym.spaces.MultiBinary(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.length = 0
        return self._observation(), {}

    def step(self, action):
        self.length += 1
        reward = float(tuple(action) == self.place)
        return self._observation(), reward, self.length >= 10, False, {}

    def _observation(self):
        self.place = tuple(int(x) for x in self.np_random.integers(2, size=2))
        picture = self.np_random.integers(60, size=(8, 8, 3)).astype(np.uint8)
        row, column = 4 * self.place[0], 4 * self.place[1]
        picture[row : row + 4, column : column + 4] += 180
        return picture


gym.register("mirrorflow-test/Nested-v0", NestedEnv)
gym.register("mirrorflow-test/Image-v0", ImageEnv)
