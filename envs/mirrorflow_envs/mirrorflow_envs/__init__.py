"""Gymnasium environments of which the optimum is known exactly. Importing the module registers them."""

from gymnasium import register

from .bandit import ContinuousBandit
from .drift import Drift
from .empty_room import EmptyRoom
from .finite import Finite, LinearMDP, garnet_table, linear_tables, two_state_table
from .lqr import LQR
from .repeat_action import RepeatAction

__all__ = [
    "LQR",
    "ContinuousBandit",
    "Drift",
    "EmptyRoom",
    "Finite",
    "LinearMDP",
    "RepeatAction",
    "garnet_table",
    "linear_tables",
    "two_state_table",
]


def _garnet(states=8, actions=3, branching=3, mdp_seed=0, render_mode=None):
    return Finite(garnet_table(states, actions, branching, mdp_seed), render_mode=render_mode)


def _two_state(render_mode=None):
    return Finite(two_state_table(), initial=[1.0, 0.0], render_mode=render_mode)


def _finite(P, rho=None, render_mode=None):
    return Finite(P, initial=rho, render_mode=render_mode)


# A process of one's own, P[s][a] = [[probability, next state, reward, terminated], ...], goes on until it terminates.
register("mirrorflow/Finite-v0", entry_point=_finite)
# The finite ones, the drift and the regulator go on for ever; an episode is cut off (truncated) so that it can be recorded.
register("mirrorflow/TwoState-v0", entry_point=_two_state, max_episode_steps=100)
register("mirrorflow/Garnet-v0", entry_point=_garnet, max_episode_steps=100)
register("mirrorflow/LinearMDP-v0", entry_point=LinearMDP, max_episode_steps=100)
register("mirrorflow/Drift-v0", entry_point=Drift, max_episode_steps=100)
register("mirrorflow/ContinuousBandit-v0", entry_point=ContinuousBandit)
# Its time limit is its own, since its reward depends on it.
register("mirrorflow/EmptyRoom-v0", entry_point=EmptyRoom)
register("mirrorflow/LQR-v0", entry_point=LQR, max_episode_steps=100)
