"""Gymnasium's own checker on environments behind the TypeScript client: this asks Node, which asks a server in Python.

check_env.py PROGRAM ARGUMENT…: how Node is started
"""

import base64
import json
import subprocess
import sys
import warnings
from typing import ClassVar

import gymnasium as gym
import numpy as np
from any_space import space_of
from gymnasium import spaces as gs
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

node = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(**question):
    print(json.dumps(question), file=node.stdin, flush=True)
    return json.loads(node.stdout.readline())


def from_json(space, value):
    """A value of `space` from the JSON of the TypeScript space."""
    if isinstance(space, gs.Dict):
        return {key: from_json(inner, value[key]) for key, inner in space.items()}
    if isinstance(space, gs.Tuple):
        return tuple(map(from_json, space.spaces, value))
    return space.dtype.type(value) if isinstance(space, gs.Discrete) else np.array(value, space.dtype)


class Proxy(gym.Env):
    """An environment of a server, through the TypeScript client."""

    metadata: ClassVar = {"render_modes": ["ansi", "rgb_array"]}  # a server has no window

    def __init__(self, env, imports=(), render_mode=None):
        made = ask(op="make", env=env, imports=imports, render_mode=render_mode)
        self.handle, self.render_mode = made["handle"], render_mode
        self.observation_space = space_of(made["observation_space"])
        self.action_space = space_of(made["action_space"])
        modes = [mode for mode in made["metadata"].get("render_modes", []) if mode in Proxy.metadata["render_modes"]]
        self.metadata = made["metadata"] | {"render_modes": modes}
        kwargs = {"env": env, "imports": imports}
        self.spec = EnvSpec(f"proxy/{env.split('/')[-1]}", Proxy, kwargs=kwargs, disable_env_checker=True)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        obs, info = ask(op="reset", handle=self.handle, seed=seed, options=options)
        return from_json(self.observation_space, obs), info

    def step(self, action):
        action = np.asarray(action).tolist()
        obs, *rest = ask(op="step", handle=self.handle, action=action)
        return from_json(self.observation_space, obs), *rest

    def render(self):
        frame = ask(op="render", handle=self.handle)
        if isinstance(frame, dict):
            return np.frombuffer(base64.b64decode(frame["bytes"]), np.uint8).reshape(frame["shape"])
        return frame

    def close(self):
        ask(op="close", handle=self.handle)


with node, warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    for env, options in {
        "CartPole-v1": {"render_mode": "rgb_array"},
        "FrozenLake-v1": {"render_mode": "ansi"},
        "bridge-test/Nested-v0": {"imports": ["bridge_test_envs"]},
    }.items():
        proxy = Proxy(env, **options)
        check_env(proxy)
        proxy.close()
        print(f"{env} passes")
    node.stdin.close()
for warning in found:
    if "infinity" not in str(warning.message):  # CartPole's velocities have no bounds
        print(f"warning: {warning.message}")
