"""Environments with which the tests of the bridge provoke what real ones do now and then."""

import os
import signal
import sys
import time

import gymnasium as gym
import numpy as np
from gymnasium.spaces import (
    Box,
    Dict,
    Discrete,
    Graph,
    MultiBinary,
    MultiDiscrete,
    OneOf,
    Sequence,
    Text,
    Tuple,
)


class Counter(gym.Env):
    """Counts its steps. The episode ends after `length` steps: terminated, or truncated if so wished."""

    observation_space = Box(0, np.inf, (1,), np.float64)
    action_space = Discrete(2)

    def __init__(self, length=3, truncate=False):
        self.length, self.truncate, self.steps = length, truncate, 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.observation(), {"begin": True, "options": str(options)}

    def step(self, action):
        self.steps += 1
        ends = self.steps >= self.length
        return self.observation(), float(action), ends and not self.truncate, ends and self.truncate, {}

    def observation(self):
        return np.array([self.steps], dtype=np.float64)


class Nested(gym.Env):
    """Observations of a Dict in a Dict, drawn by the environment's generator."""

    observation_space = Dict(
        {
            "place": Box(-1, 1, (2,), np.float32),
            "rest": Dict({"count": Discrete(100), "bits": MultiBinary(3)}),
            "pair": Tuple([Discrete(3), Box(0, 1, (), np.float64)]),
        }
    )
    action_space = Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation(), {"number": self.np_random.integers(1000)}

    def step(self, action):
        return self.observation(), float(self.np_random.random()), False, False, {"last": int(action)}

    def observation(self):
        r = self.np_random
        return {
            "place": r.uniform(-1, 1, 2).astype(np.float32),
            "rest": {"count": r.integers(100), "bits": r.integers(0, 2, 3).astype(np.int8)},
            "pair": (r.integers(3), np.array(r.random())),
        }


SPACES = {
    "Box": Box(-1, 1, (2, 3), np.float32),
    "Scalar": Box(-1, 1, (), np.float64),
    "Half": Box(-1, 1, (3,), np.float16),
    "Image": Box(0, 255, (4, 5, 3), np.uint8),
    "Int64": Box(-(2**60), 2**60, (2,), np.int64),
    "Discrete": Discrete(4, start=-1),
    "MultiBinary": MultiBinary(5),
    "MultiDiscrete": MultiDiscrete([3, 4]),
    "Text": Text(4, charset="abc€"),
    "Dict": Dict({"a": Discrete(3), "b": Box(0, 1, (2,), np.float32)}),
    "IntegerKeys": Dict([(3, Discrete(2)), (1, Tuple([Dict([(0, Discrete(4))])]))]),
    "Tuple": Tuple([Discrete(3), Text(2, charset="xy")]),
    "Sequence": Sequence(Box(0, 1, (2,), np.float32)),
    "Stacked": Sequence(Box(0, 1, (2,), np.float32), stack=True),
    "Graph": Graph(Box(0, 1, (2,), np.float32), Discrete(3)),
    "OneOf": OneOf([Discrete(3), Box(0, 1, (2,), np.float32)]),
}


class Echo(gym.Env):
    """Observes the action, in a space of the given kind; terminated if the action is not in its space."""

    def __init__(self, kind):
        self.observation_space = self.action_space = SPACES[kind]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        return action, 1.0, not self.action_space.contains(action), False, {}


def value_of(recipe):
    """The Python value of [kind, content]."""
    kind, content = recipe
    if kind == "dict":
        return {key: value_of(inner) for key, inner in content}
    if kind == "array":
        return np.array(content["values"], content["dtype"])
    return {"int": int, "float": float, "bool": bool, "str": str, "np.bool": np.bool_, "list": list}[kind](content)


class Infos(Counter):
    """Its info is the recipe whose number is the seed of the reset."""

    def __init__(self, recipes):
        super().__init__()
        self.recipes = recipes

    def reset(self, *, seed=None, options=None):
        obs, _ = super().reset(seed=seed)
        return obs, value_of(self.recipes[seed])


class OwnSpace(Counter):
    """Its action space is another in every process."""

    def __init__(self):
        super().__init__()
        self.action_space = Discrete(2 + os.getpid())


class Trouble(Counter):
    """Does on action 1 what its name says, in the step of that number."""

    def __init__(self, kind, at=1, marker=None):
        super().__init__(length=1000)
        self.kind, self.at, self.marker = kind, at, marker
        if kind == "exit-in-make":
            os._exit(3)

    def close(self):
        if self.kind == "raise-in-close":
            raise ValueError("the door is stuck")
        if self.kind == "exit-in-close":
            os._exit(3)

    def step(self, action):
        result = super().step(action)
        if action == 1 and self.steps >= self.at and not (self.marker and os.path.exists(self.marker)):
            if self.marker:
                open(self.marker, "w").close()
            self.trouble()
        return result

    def trouble(self):
        if self.kind == "raise":
            raise ValueError("the wheel came off")
        if self.kind == "exit":
            print("last words of the simulator", file=sys.stderr, flush=True)
            os._exit(3)
        if self.kind == "hang":
            os.kill(os.getpid(), signal.SIGSTOP)
        if self.kind == "slow":
            time.sleep(0.5)


class Slow(Counter):
    """Takes its time for every step."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def step(self, action):
        time.sleep(self.seconds)
        return super().step(action)


for cls in (Counter, Nested, Echo, Infos, OwnSpace, Trouble, Slow):
    gym.register(f"bridge-test/{cls.__name__}-v0", cls, disable_env_checker=True)
