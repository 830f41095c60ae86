"""mirrorflow-test/SpacePair-v0: observations are samples of a space, actions must be in theirs; named kinds of both."""

from copy import deepcopy

import gymnasium as gym
import numpy as np
from gymnasium import spaces as gs


class Mission(gs.Space):
    """A space that Gymnasium does not have: sentences, one of which is the mission of an episode."""

    def __init__(self):
        super().__init__(dtype=str)

    def sample(self, mask=None, probability=None):
        return f"go to the {self.np_random.choice(['green', 'grüne'])} door, please"

    def contains(self, x):
        return isinstance(x, str) and x.startswith("go to")

    def __eq__(self, other):
        return isinstance(other, Mission)


INF = np.inf
OBSERVATIONS = {
    "plain": gs.Box(0, 1, (2,)),
    "discrete": gs.Discrete(5, start=-2),
    "one value": gs.Discrete(1),
    "many values": gs.Discrete(10**6),
    "multi discrete": gs.MultiDiscrete([3, 4], start=[1, -1]),
    "large multi discrete": gs.MultiDiscrete([50] * 10),
    "multi binary": gs.MultiBinary([2, 20]),
    "scalar": gs.Box(-1, 1, ()),
    "matrix": gs.Box(-1, 1, (2, 3)),
    "half": gs.Box(-1, 1, (3,), np.float16),
    "double": gs.Box(-1, 1, (3,), np.float64),
    "bytes": gs.Box(0, 255, (4,), np.uint8),
    "long": gs.Box(-(2**60), 2**60, (2,), np.int64),
    "no numbers": gs.Box(0, 1, (0,)),
    "no numbers in the middle": gs.Box(0, 1, (2, 0, 3)),
    "one number fixed": gs.Box(np.array([0, 3], np.float32), np.array([1, 3], np.float32)),
    "all numbers fixed": gs.Box(2, 2, (2,)),
    "unbounded": gs.Box(-INF, INF, (4,)),
    "partly unbounded": gs.Box(np.array([-INF, 0, -1], np.float32), np.array([INF, INF, 1], np.float32)),
    "wide": gs.Box(np.finfo(np.float32).min, np.finfo(np.float32).max, (2,)),
    "many numbers": gs.Box(-INF, INF, (2000,)),
    "grey image": gs.Box(0, 255, (84, 84), np.uint8),
    "colour image": gs.Box(0, 255, (64, 48, 3), np.uint8),
    "channels first": gs.Box(0, 255, (3, 64, 48), np.uint8),
    "stacked frames": gs.Box(0, 255, (4, 84, 84), np.uint8),
    "stacked colour frames": gs.Box(0, 255, (2, 32, 32, 3), np.uint8),
    "large frames": gs.Box(0, 255, (4, 210, 160), np.uint8),
    "many frames": gs.Box(0, 255, (60, 64, 64), np.uint8),
    "floating image": gs.Box(0, 1, (40, 40, 3)),
    "small image": gs.Box(0, 255, (7, 7, 3), np.uint8),
    "mission": gs.Dict(image=gs.Box(0, 255, (7, 7, 3), np.uint8), direction=gs.Discrete(4), mission=Mission()),
    "mission and picture": gs.Dict(
        image=gs.Box(0, 255, (56, 56, 3), np.uint8),
        direction=gs.Discrete(4),
        mission=Mission(),
        at=gs.Box(-INF, INF, (2,)),
    ),
    "text of letters": gs.Dict(word=gs.Text(400), number=gs.Box(0, 1, (2,))),
    "a text alone": Mission(),
    "goal": gs.Dict(observation=gs.Box(-INF, INF, (3,)), desired_goal=gs.Box(-INF, INF, (2,))),
    "nested": gs.Dict(a=gs.Tuple((gs.Discrete(3), gs.Dict(b=gs.Box(0, 1, ()), c=Mission()))), d=gs.MultiBinary(2)),
    "tuple of images": gs.Tuple((gs.Box(0, 255, (20, 30), np.uint8), gs.Box(0, 255, (3, 16, 16), np.uint8))),
    "one of": gs.OneOf((gs.Discrete(3), gs.Box(0, 1, (2,)))),
    "sequence": gs.Sequence(gs.Box(0, 1, (2,))),
    "graph": gs.Graph(gs.Box(0, 1, (2,)), None),
}
ACTIONS = {
    "plain": gs.Discrete(3),
    "one action": gs.Discrete(1),
    "from a start": gs.Discrete(3, start=5),
    "18 actions": gs.Discrete(18),
    "many actions": gs.Discrete(10**6),
    "multi discrete": gs.MultiDiscrete([3, 2], start=[-1, 4]),
    "small dtype": gs.MultiDiscrete([3, 200], dtype=np.uint8),
    "one combination": gs.MultiDiscrete([1, 1]),
    "thousands of combinations": gs.MultiBinary(13),
    "too many combinations": gs.MultiDiscrete([10] * 10),
    "too many bits": gs.MultiBinary(64),
    "box": gs.Box(-1, 1, (1,)),
    "scalar": gs.Box(-2, 2, ()),
    "matrix": gs.Box(-1, 1, (2, 2)),
    "half": gs.Box(-0.1, 0.1, (2,), np.float16),
    "double": gs.Box(-0.1, 0.1, (2,), np.float64),
    "one number fixed": gs.Box(np.array([0.5, 3], np.float32), np.array([1, 3], np.float32)),
    "all numbers fixed": gs.Box(2, 2, (2,)),
    "no numbers": gs.Box(0, 1, (0,)),
    "unbounded": gs.Box(-INF, INF, (2,)),
    "partly unbounded": gs.Box(np.array([-INF, 3, -1], np.float32), np.array([-2, INF, 1], np.float32)),
    "wide": gs.Box(np.finfo(np.float32).min, np.finfo(np.float32).max, (1,)),
    "six": gs.Box(-1, 1, (6,)),
    "too many numbers": gs.Box(-1, 1, (17,)),
    "few integers": gs.Box(-1, 2, (2,), np.int64),
    "an integer": gs.Box(0, 4, (), np.uint8),
    "too many integers": gs.Box(0, 255, (3,), np.uint8),
    "too wide an integer": gs.Box(-(2**62), 2**62, (1,), np.int64),
    "tuple": gs.Tuple((gs.Discrete(2), gs.Discrete(2))),
    "dict": gs.Dict(a=gs.Discrete(2), b=gs.Box(-1, 1, (1,))),
    "text": gs.Text(3),
    "sentence": Mission(),
}


class SpacePair(gym.Env):
    """Episodes of five steps; an action that Gymnasium does not find in its space is an error."""

    def __init__(self, observation="plain", action="plain"):
        # Copies: environments of one process must not draw from one generator.
        self.observation_space, self.action_space = deepcopy(OBSERVATIONS[observation]), deepcopy(ACTIONS[action])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.steps = 0
        return self.observation_space.sample(), {}

    def step(self, action):
        assert self.action_space.contains(action), f"{action!r} is not in {self.action_space}"
        self.steps += 1
        return self.observation_space.sample(), float(self.np_random.random()), self.steps == 5, False, {}


class ImageOnly(gym.ObservationWrapper):
    """The image of a Dict alone."""

    def __init__(self, env):
        super().__init__(env)
        self.observation_space = env.observation_space["image"]

    def observation(self, observation):
        return observation["image"]


gym.register("mirrorflow-test/SpacePair-v0", SpacePair, disable_env_checker=True)
