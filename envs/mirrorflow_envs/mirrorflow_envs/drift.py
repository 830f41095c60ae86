"""A linear MDP on a continuum of states and actions."""

import gymnasium as gym
import numpy as np


class Drift(gym.Env):
    """States [0, 1], actions [-1, 1]: s' has the density sum_i phi_i(s,a) nu_i(s'), the cost is sum_i zeta_i phi_i(s,a).

    phi are the Bernstein polynomials of degree 2 in x = (s + 0.3 a + 0.3) / 1.6: (1 - x)^2, 2x(1 - x), x^2. They sum to 1.
    nu are the densities of Beta(1, 3), Beta(2, 2) and Beta(3, 1), so s' is drawn exactly: first i with probability phi_i,
    then s' from nu_i. The first state is uniform; ``reset(options={"state": s})`` begins at s.
    It is `driftOnInterval` of the theory lab. Every Q is linear in phi.
    """

    #: zeta, shape [3].
    costs = np.array([1.0, 0.2, 0.7])
    #: x = coordinate[0] + coordinate[1] s + coordinate[2] a.
    coordinate = np.array([0.3, 1.0, 0.3]) / 1.6

    def __init__(self, render_mode=None):
        self.render_mode = render_mode
        self.observation_space = gym.spaces.Box(0.0, 1.0, (1,), np.float64)
        self.action_space = gym.spaces.Box(-1.0, 1.0, (1,), np.float64)
        self._state = 0.0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        state = self.np_random.random() if options is None or "state" not in options else float(options["state"])
        if not 0 <= state <= 1:
            raise ValueError(f'options["state"] is {state}; expected a number from 0 to 1')
        self._state = state
        return np.array([state]), {}

    def step(self, action):
        a = float(np.asarray(action, np.float64).reshape(-1)[0])
        if not -1 <= a <= 1:
            raise ValueError(f"the action is {a}; expected a number from -1 to 1")
        phi = self.phi(self._state, a)
        i = self.np_random.choice(3, p=phi)
        self._state = float(self.np_random.beta(1 + i, 3 - i))
        return np.array([self._state]), -float(phi @ self.costs), False, False, {}

    def phi(self, state, action) -> np.ndarray:
        """The features, shape [..., 3] for states and actions of shape [...]."""
        x = self.coordinate[0] + self.coordinate[1] * np.asarray(state) + self.coordinate[2] * np.asarray(action)
        return np.stack([(1 - x) ** 2, 2 * x * (1 - x), x**2], -1)
