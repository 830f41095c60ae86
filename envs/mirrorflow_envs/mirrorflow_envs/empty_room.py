"""An empty room seen through the eyes of the one who walks in it, with the spaces of MiniGrid."""

import string

import gymnasium as gym
import numpy as np

# The kinds of cells in the first channel of the image, numbered as MiniGrid does; colours and states are 0 but for these.
EMPTY, WALL, GOAL = 1, 2, 8
GREY, GREEN = 5, 1
VIEW = 7
# Right, down, left, up: the steps (dx, dy) of the four directions.
HEADINGS = ((1, 0), (0, 1), (-1, 0), (0, -1))
LEFT, RIGHT, FORWARD = range(3)


class EmptyRoom(gym.Env):
    """A room of ``size`` x ``size`` cells, the outer ones walls, and a goal in the lower right corner (Chevalier-Boisvert et al. 2023).

    Actions turn left, turn right, step forward. The observation has an egocentric image: 7 x 7 cells of (kind, colour, state), the agent in the
    middle of the last column ``image[:, 6]`` looking towards ``image[:, 0]``. The start is any free cell and direction. Reaching the goal at step t gives
    1 - 0.9 t/T and ends the episode; T = 4 size^2 steps, after which it is truncated.
    """

    def __init__(self, size: int = 6, render_mode=None):
        if size < 4:
            raise ValueError(f"size is {size}; expected at least 4, so that there is a free cell beside the goal")
        self.size = size
        self.max_steps = 4 * size**2
        self.render_mode = render_mode
        mission = "get to the green goal square"
        self.observation_space = gym.spaces.Dict(
            image=gym.spaces.Box(0, 255, (VIEW, VIEW, 3), np.uint8),
            direction=gym.spaces.Discrete(4),
            mission=gym.spaces.Text(len(mission), charset=string.ascii_lowercase + " "),
        )
        self.action_space = gym.spaces.Discrete(3)
        self._mission = mission
        self.goal = (size - 2, size - 2)
        self.free = [(x, y) for x in range(1, size - 1) for y in range(1, size - 1) if (x, y) != self.goal]
        self.position = self.free[0]
        self.direction = 0
        self._steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.position = self.free[self.np_random.integers(len(self.free))]
        self.direction = int(self.np_random.integers(4))
        self._steps = 0
        return self._observe(), {}

    def step(self, action):
        self._steps += 1
        self.position, self.direction = self.move(self.position, self.direction, int(action))
        found = self.position == self.goal
        reward = 1 - 0.9 * self._steps / self.max_steps if found else 0.0
        return self._observe(), reward, found, not found and self._steps >= self.max_steps, {}

    def move(self, position: tuple[int, int], direction: int, action: int) -> tuple[tuple[int, int], int]:
        """Where an action leads: position and direction. Walls stop."""
        if action == LEFT:
            return position, (direction - 1) % 4
        if action == RIGHT:
            return position, (direction + 1) % 4
        dx, dy = HEADINGS[direction]
        ahead = (position[0] + dx, position[1] + dy)
        return (position if self._kind(ahead) == WALL else ahead), direction

    def _kind(self, cell: tuple[int, int]) -> int:
        if cell == self.goal:
            return GOAL
        return EMPTY if all(1 <= c <= self.size - 2 for c in cell) else WALL

    def _observe(self) -> dict:
        image = np.zeros((VIEW, VIEW, 3), np.uint8)
        fx, fy = HEADINGS[self.direction]
        rx, ry = HEADINGS[(self.direction + 1) % 4]
        for across in range(VIEW):
            for down in range(VIEW):
                right, ahead = across - VIEW // 2, VIEW - 1 - down
                kind = self._kind(
                    (self.position[0] + right * rx + ahead * fx, self.position[1] + right * ry + ahead * fy)
                )
                image[across, down, :2] = kind, {WALL: GREY, GOAL: GREEN}.get(kind, 0)
        return {"image": image, "direction": self.direction, "mission": self._mission}
