"""Finite environments given by their transition table P, as in Gymnasium's toy-text environments."""

from bisect import bisect_right

import gymnasium as gym
import numpy as np

# P[s][a] = [(probability, next state, reward, terminated), ...]
Table = dict[int, dict[int, list[tuple[float, int, float, bool]]]]


class Finite(gym.Env):
    """An environment with observations Discrete(S) and actions Discrete(m) that is all in its table ``P``.

    :param table: P[s][a], a list of (probability, next state, reward, terminated)
    :param initial: the law of the first state, shape [S]; uniform if left out
    """

    def __init__(self, table: Table, initial=None, render_mode=None):
        self.P = table
        self.render_mode = render_mode
        self.observation_space = gym.spaces.Discrete(len(table))
        self.action_space = gym.spaces.Discrete(len(table[0]))
        size = len(table)
        self.initial_state_distrib = np.full(size, 1 / size) if initial is None else np.asarray(initial, np.float64)
        # The distribution functions, made once: `Generator.choice` would make them at every step, and draws the same.
        self._first = _cumulative(self.initial_state_distrib)
        self._cumulative = [
            [_cumulative([outcome[0] for outcome in table[s][a]]) for a in range(len(table[s]))] for s in range(size)
        ]
        self._state = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._state = bisect_right(self._first, self.np_random.random())
        return self._state, {}

    def step(self, action):
        state, action = self._state, int(action)
        drawn = bisect_right(self._cumulative[state][action], self.np_random.random())
        _, self._state, reward, terminated = self.P[state][action][drawn]
        return self._state, float(reward), bool(terminated), False, {}


def _cumulative(probabilities) -> list[float]:
    cumulative = np.cumsum(probabilities)
    return (cumulative / cumulative[-1]).tolist()


def two_state_table() -> Table:
    """Action 0 stays, action 1 crosses over with probability 0.9; state 1 is the cheap one."""

    def cross(state: int, reward: float):
        return [(0.9, 1 - state, reward, False), (0.1, state, reward, False)]

    return {
        0: {0: [(1.0, 0, -1.0, False)], 1: cross(0, -1.2)},
        1: {0: [(1.0, 1, 0.0, False)], 1: cross(1, -0.5)},
    }


def garnet_table(states: int, actions: int, branching: int, seed: int) -> Table:
    """Garnet (Archibald et al. 1995): each pair leads to ``branching`` random states with the spacings of uniform cuts as
    probabilities; costs are uniform in [0, 1]."""
    if not 1 <= branching <= states:
        raise ValueError(f"branching is {branching}; expected 1 to {states}, the number of states")
    rng = np.random.default_rng(seed)
    table: Table = {}
    for s in range(states):
        table[s] = {}
        for a in range(actions):
            successors = rng.choice(states, branching, replace=False)
            cuts = np.concatenate([[0], np.sort(rng.random(branching - 1)), [1]])
            reward = -float(rng.random())
            table[s][a] = [(float(p), int(n), reward, False) for p, n in zip(np.diff(cuts), successors, strict=True)]
    return table


def linear_tables(states: int, actions: int, features: int, seed: int) -> tuple[Table, np.ndarray]:
    """A linear MDP: features phi(s,a) and laws nu_i drawn uniformly from their simplices, P(.|s,a) = sum_i phi_i nu_i,
    cost sum_i zeta_i phi_i with zeta uniform in [0, 1]. Every Q is then linear in phi.

    :returns: the table P and phi, shape [states * actions, features], row s * actions + a
    """
    for name, value in (("states", states), ("actions", actions), ("features", features)):
        if value < 1:
            raise ValueError(f"{name} is {value}; expected an integer of at least 1")
    rng = np.random.default_rng(seed)
    phi = rng.dirichlet(np.ones(features), states * actions)
    nu = rng.dirichlet(np.ones(states), features)
    zeta = rng.random(features)
    laws = phi @ nu
    laws /= laws.sum(1, keepdims=True)
    costs = phi @ zeta
    table: Table = {
        s: {
            a: [(float(p), t, -float(costs[s * actions + a]), False) for t, p in enumerate(laws[s * actions + a])]
            for a in range(actions)
        }
        for s in range(states)
    }
    return table, phi


class LinearMDP(Finite):
    """A finite linear MDP. ``features``, shape [S * m, N], has phi(s,a) in row s * m + a."""

    def __init__(self, states=12, actions=3, features=6, mdp_seed=0, render_mode=None):
        table, self.features = linear_tables(states, actions, features, mdp_seed)
        super().__init__(table, render_mode=render_mode)
