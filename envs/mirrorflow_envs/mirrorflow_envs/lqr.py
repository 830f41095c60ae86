"""The linear-quadratic regulator."""

import gymnasium as gym
import numpy as np


class LQR(gym.Env):
    """x' = A x + B a + eps, reward -(x'Qx + a'Ra), eps ~ N(0, noise^2 I), x_0 ~ N(0, I).

    The defaults are the scalar process of docs/theory.md. Scalars are read as 1x1 matrices.
    """

    def __init__(self, A=0.9, B=0.5, Q=1.0, R=0.2, noise=0.1, render_mode=None):
        self.A, self.B, self.Q, self.R = (np.atleast_2d(np.asarray(x, np.float64)) for x in (A, B, Q, R))
        self.noise = float(noise)
        self.render_mode = render_mode
        n, k = self.B.shape
        for name, matrix, shape in (("A", self.A, (n, n)), ("Q", self.Q, (n, n)), ("R", self.R, (k, k))):
            if matrix.shape != shape:
                raise ValueError(f"{name} has shape {matrix.shape}; expected {shape}, since B has shape {(n, k)}")
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (n,), np.float64)
        self.action_space = gym.spaces.Box(-np.inf, np.inf, (k,), np.float64)
        self._x = np.zeros(n)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._x = self.np_random.normal(size=self._x.shape)
        return self._x.copy(), {}

    def step(self, action):
        a = np.asarray(action, np.float64).reshape(self.action_space.shape)
        cost = self._x @ self.Q @ self._x + a @ self.R @ a
        self._x = self.A @ self._x + self.B @ a + self.noise * self.np_random.normal(size=self._x.shape)
        return self._x.copy(), -float(cost), False, False, {}

    def riccati(self, gamma: float, tau: float, sigma: float = 1.0) -> dict:
        """The soft optimum for the reference measure N(0, sigma^2 I): V*(x) = x'Px + v0, pi*(.|x) = N(-Kx, covariance)."""
        k = self.B.shape[1]
        p = self.Q.copy()
        for _ in range(100_000):
            h = self.R + tau / (2 * sigma**2) * np.eye(k) + gamma * self.B.T @ p @ self.B
            gain = np.linalg.solve(h, gamma * self.B.T @ p @ self.A)
            new = self.Q + gamma * self.A.T @ p @ self.A - gain.T @ h @ gain
            done = np.abs(new - p).max() <= 1e-15 * np.abs(new).max()
            p = new
            if done:
                break
        log_det = np.linalg.slogdet(2 * sigma**2 / tau * h)[1]
        v0 = (gamma * self.noise**2 * np.trace(p) + tau / 2 * log_det) / (1 - gamma)
        return {"P": p, "v0": float(v0), "K": gain, "covariance": tau / 2 * np.linalg.inv(h)}
