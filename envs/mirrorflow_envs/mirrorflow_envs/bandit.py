"""A bandit with a continuum of actions."""

import gymnasium as gym
import numpy as np


class ContinuousBandit(gym.Env):
    """One decision a in [0, 1] with cost c(a) = sum_i coefficients[i] a^i; the episode ends at once.

    For the uniform reference measure the optimum is pi*(a) = exp(-c(a)/tau - log_partition(tau)).
    """

    def __init__(self, coefficients=(1.0, -2.5, 3.0), render_mode=None):
        self.coefficients = np.asarray(coefficients, np.float64)
        self.render_mode = render_mode
        # There is nothing to see; a Box, since features of continuous states need one.
        self.observation_space = gym.spaces.Box(0.0, 1.0, (1,), np.float64)
        self.action_space = gym.spaces.Box(0.0, 1.0, (1,), np.float64)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1), {}

    def step(self, action):
        return np.zeros(1), -float(self.cost(float(np.asarray(action).reshape(-1)[0]))), True, False, {}

    def cost(self, action):
        return np.polynomial.polynomial.polyval(action, self.coefficients)

    def log_partition(self, tau: float, nodes: int = 200) -> float:
        """log of the integral of exp(-c/tau) over [0, 1], by Gauss-Legendre quadrature; V* = -tau log_partition(tau)."""
        x, weights = np.polynomial.legendre.leggauss(nodes)
        energy = -self.cost((x + 1) / 2) / tau
        top = energy.max()
        return float(top + np.log((weights / 2 * np.exp(energy - top)).sum()))
