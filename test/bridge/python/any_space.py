"""An environment of any space: it observes what it is given, and says whether that is what it gave."""

import gymnasium as gym
import numpy as np
from gymnasium import spaces as gs

SPACES = {
    "Box": lambda d: gs.Box(bound(d, "low"), bound(d, "high"), tuple(d["shape"]), np.dtype(d["dtype"]).type),
    "Discrete": lambda d: gs.Discrete(d["n"], start=d["start"], dtype=np.dtype(d["dtype"]).type),
    "MultiBinary": lambda d: gs.MultiBinary(d["shape"]),
    "MultiDiscrete": lambda d: gs.MultiDiscrete(d["nvec"], np.dtype(d["dtype"]).type, start=d["start"]),
    "Text": lambda d: gs.Text(d["max_length"], min_length=d["min_length"], charset=d["charset"]),
    "Dict": lambda d: gs.Dict([(key, space_of(inner)) for key, inner in d["spaces"]]),
    "Tuple": lambda d: gs.Tuple([space_of(inner) for inner in d["spaces"]]),
    "OneOf": lambda d: gs.OneOf([space_of(inner) for inner in d["spaces"]]),
    "Sequence": lambda d: gs.Sequence(space_of(d["space"]), stack=d["stack"]),
    "Graph": lambda d: gs.Graph(space_of(d["node_space"]), d["edge_space"] and space_of(d["edge_space"])),
}


def space_of(description):
    """The space of a description (docs/protocol.md)."""
    return SPACES[description["type"]](description)


def bound(description, name):
    """An integer stays one: through a float it would lose its last digits."""
    value = description[name]
    return (
        value if isinstance(value, np.ndarray | float) else np.full(description["shape"], value, description["dtype"])
    )


def same(a, b):
    """Whether two values are equal, down to the dtypes."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


class AnySpace(gym.Env):
    """Begins with a sample of the space. A step observes its action; it is rewarded if the action is that sample, and
    terminates if the action is not in the space."""

    def __init__(self, description):
        self.observation_space = self.action_space = space_of(description)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        self.given = self.observation_space.sample()
        return self.given, {}

    def step(self, action):
        return action, float(same(action, self.given)), not self.action_space.contains(action), False, {}


gym.register("bridge-test/AnySpace-v0", AnySpace, disable_env_checker=True)
