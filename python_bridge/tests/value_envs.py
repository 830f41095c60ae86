"""An environment whose values are known by hand, for tests of what an episode's end teaches."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
from gymnasium import spaces as gs

GAMMA = 0.5
REWARDS = (1.0, 2.0, 3.0, 10.0)
# V(s) = r(s) + V(s+1)/2 and V(3) = r(3), whatever is done: 10, 3 + 5, 2 + 4, 1 + 3.
VALUES = (4.0, 6.0, 8.0, 10.0)


class Line(gym.Env):
    """Every step leads from s to s + 1 and gives `REWARDS[s]`; the one from 3 terminates and shows 0.

    Episodes begin in `first`, `first` + 1, … modulo 4 by turns, so that every state is met. With a time limit of two
    steps those from 0 and 1 are truncated in 2 and 3, while the next ones begin in 1 and 2; the others are terminated.
    What a wrong bootstrap makes of V(0) … V(3) where `first` is 0:

    - from the first observation of the next episode (or from the state before): 3.56 5.11 7.33 10
    - from nothing where the episode was truncated: 2.69 3.38 5.5 10
    - from the last observation of an episode that terminated: 4.27 6.53 9.07 12.13
    """

    observation_space, action_space = gs.Discrete(4), gs.Discrete(2)

    def __init__(self, first: int = 0) -> None:
        self.first, self.state = first, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        """Begin in the state whose turn it is."""
        super().reset(seed=seed)
        self.state = self.first
        self.first = (self.first + 1) % 4
        return self.state, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Go on by one state, whatever the action."""
        reward, terminated = REWARDS[self.state], self.state == 3
        self.state = (self.state + 1) % 4
        return self.state, reward, terminated, False, {}


gym.register("mirrorflow-test/Line-v0", Line, max_episode_steps=2)
