"""An agent for bsuite and other programs of dm_env's timesteps. Neither package is imported."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box, Discrete

from .remote import RemoteAgent


def space_of_spec(spec: Any) -> Space[Any]:
    """The space of a dm_env `DiscreteArray`, `BoundedArray` or `Array`.

    Raises:
        TypeError: it is none of these, or holds no numbers.
    """
    if hasattr(spec, "num_values"):
        return Discrete(int(spec.num_values))
    if not hasattr(spec, "shape") or np.dtype(spec.dtype).kind not in "iuf":
        raise TypeError(f"the spec {spec!r} is no DiscreteArray, BoundedArray or Array of numbers.")
    low, high = (getattr(spec, name, edge) for name, edge in (("minimum", -np.inf), ("maximum", np.inf)))
    # Features are numbers anyway, and an integer dtype could not be unbounded.
    low, high = (np.broadcast_to(np.asarray(bound, np.float32), spec.shape) for bound in (low, high))
    return Box(low, high, tuple(spec.shape), np.float32)


class BsuiteAgent:
    """What `bsuite.baselines.experiment.run` drives: `select_action`, then `update`.

    Args:
        agent: made with `space_of_spec` of the environment's specs as `observation_space` and `action_space`.
    """

    def __init__(self, agent: RemoteAgent) -> None:
        self.agent = agent

    def select_action(self, timestep: Any) -> Any:
        """An action drawn from the policy."""
        action = self.agent.explore(np.asarray(timestep.observation, np.float32))
        return int(action) if action.ndim == 0 else action

    def update(self, timestep: Any, action: Any, new_timestep: Any) -> None:
        """Learn from the transition. An episode that ends with a discount above 0 was cut, not terminated."""
        last = bool(new_timestep.last())
        terminated = last and not new_timestep.discount
        observation = np.asarray(new_timestep.observation, np.float32)
        self.agent.tell(observation, float(new_timestep.reward), terminated, last and not terminated)
