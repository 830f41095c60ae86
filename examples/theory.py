"""A process of one's own with 20 states, from arrays to the certificate of its flow and the report (docs/theory.md).

Run: MIRRORFLOW_CLI=dist/cli/main.js python examples/theory.py
"""

import numpy as np
from mirrorflow_bridge.theory import flow

rng = np.random.default_rng(0)
mu = np.array([0.5, 0.3, 0.2])
mine = {
    "gamma": 0.9,
    "P": rng.dirichlet(np.full(20, 0.2), (20, 3)),  # [S, m, S]: each P[s, a] sums to 1
    "cost": rng.random((20, 3)),  # [S, m]
    "mu": mu,
    "beta": np.outer(rng.dirichlet(np.ones(20)), mu),  # [S, m]
    "features": rng.normal(size=(20, 3, 8)) / 8,  # [S, m, N]
}
np.savez("mine.npz", **mine)  # for: mirrorflow flow mine.npz --tau 0.2

result = flow(mine, tau=0.2)
print(result.certificate)
print(f"the gap at t = {result.times[-1]:g} is {result.gap[-1]:.3g}; report: {result.report('mine.html')}")
