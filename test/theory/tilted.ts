import type { ContinuousOptions } from '../../src/theory/index.js';

export const tau = 0.2;
/** s' has the density k e^{ks'}/(e^k − 1) on [0,1], k = 2 sin s + a: no linear MDP, so that A3 fails. */
export const tilted: ContinuousOptions = {
  name: 'tilted',
  states: { low: [0], high: [1] },
  actions: { low: [-1], high: [1] },
  cost: ([s], [a]) => (s - 0.5) ** 2 + 0.1 * a * a,
  transition([next], [s], [a]) {
    const k = 2 * Math.sin(s) + a;
    return Math.abs(k) < 1e-9 ? 1 : (k * Math.exp(k * next)) / Math.expm1(k);
  },
  features: ([s], [a]) => [1, s, a],
  rho: ([s]) => 2 * s,
  gamma: 0.9,
  tau,
};
export const w = Float64Array.of(0.5, -2, 3);
export const theta = Float64Array.of(1, 0.5, -1);

/** What `inScipy` finds. */
export interface Found {
  V: number;
  Q: number;
  optimum: number;
  ofPolicy: number;
  K: number;
  e: number;
  residual: number;
  density: number;
  gaussian: number;
  drift: number;
  overCost: number;
  hermite: number[];
}

/** The tilted process, the drift and the bandit in SciPy. */
export const inScipy = `
import json, sys
import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize, minimize_scalar
x = json.load(sys.stdin)
tau, g = x['tau'], 0.9
w, theta = np.array(x['w']), np.array(x['theta'])
n = 40
A, rule = np.polynomial.legendre.leggauss(n)
rule = rule / 2; S = (A + 1) / 2
cost = lambda s, a: (s - 0.5) ** 2 + 0.1 * a * a
def density(t, s, a):
    k = 2 * np.sin(s) + a
    k = np.where(np.abs(k) < 1e-9, 1e-9, k)
    return k * np.exp(k * t) / np.expm1(k)
P = density(S, S[:, None, None], A[:, None]) * rule
C = cost(S[:, None], A)
def soft(q): 
    low = q.min(-1, keepdims=True)
    return low[..., 0] - tau * np.log((np.exp(-(q - low) / tau) * rule).sum(-1))
V = np.zeros(n)
for k in range(260): V = soft(C + g * P @ V)
row = lambda s, V: cost(s, A) + g * (density(S, s, A[:, None]) * rule) @ V
Qat = lambda s, a, V: cost(s, a) + g * (density(S, s, a) * rule) @ V
energy = lambda s: w[0] + w[1] * s + w[2] * A
def policy(s):
    e = np.exp(-(energy(s) - energy(s).min()))
    Z = (e * rule).sum()
    return e / Z * rule, -(energy(s) - energy(s).min()) - np.log(Z)
def kl(s):
    p, l = policy(s)
    return (p * l).sum()
pis = np.array([policy(s)[0] for s in S]); kls = np.array([kl(s) for s in S])
U = np.linalg.solve(np.eye(n) - g * np.einsum('sa,sat->st', pis, P), (pis * C).sum(1) + tau * kls)
p, l = policy(0.37)

def sup(f, starts, bounds):
    best = max(f(y) for y in starts)
    for y in sorted(starts, key=lambda y: -f(y))[:4]:
        found = minimize(lambda z: -f(z), y, method='Nelder-Mead', bounds=bounds, options={'xatol': 1e-9, 'fatol': 1e-15, 'maxiter': 2000})
        best = max(best, -found.fun)
    return best
pairs = [np.array([s, a]) for s in np.linspace(0, 1, 15) for a in np.linspace(-1, 1, 15)]
box = [(0, 1), (-1, 1)]
# The projection in L2(ds da/2), by the same rule.
Phi = np.stack([np.ones((n, n)), np.broadcast_to(S[:, None], (n, n)), np.broadcast_to(A, (n, n))], -1)
weight = np.outer(rule, rule)
fit = np.linalg.solve(np.einsum('sa,sai,saj->ij', weight, Phi, Phi), np.einsum('sa,sai,sa->i', weight, Phi, C + g * P @ U))
linear = lambda t, y: t[0] + t[1] * y[0] + t[2] * y[1]

# The drift: phi as Bernstein polynomials, scaled by their largest length 1.
def driftKl(s):
    b = lambda a: np.dot(w, [(1 - (s + 0.3 * a + 0.3) / 1.6) ** 2, 2 * (s + 0.3 * a + 0.3) / 1.6 * (1 - (s + 0.3 * a + 0.3) / 1.6), ((s + 0.3 * a + 0.3) / 1.6) ** 2])
    Z = quad(lambda a: np.exp(-b(a)) / 2, -1, 1, epsabs=1e-13)[0]
    return quad(lambda a: np.exp(-b(a)) / Z * (-b(a) - np.log(Z)) / 2, -1, 1, epsabs=1e-13)[0]
grid = np.linspace(0, 1, 21)
driftK = max(max(driftKl(s) for s in grid), *(-minimize_scalar(lambda s: -driftKl(s), bounds=(s, s + 0.05), method='bounded', options={'xatol': 1e-10}).fun for s in grid[:-1]))

c = lambda a: 1 - 2.5 * a + 3 * a * a
e = lambda a: np.exp(-(w[0] + w[1] * a + w[2] * a * a))
Z = quad(e, 0, 1, epsabs=1e-13)[0]
normal = lambda a: np.exp(-((a - 0.5) / 0.7) ** 2 / 2) / (0.7 * np.sqrt(2 * np.pi))
x64, w64 = np.polynomial.hermite_e.hermegauss(64)
print(json.dumps({
    'hermite': (w64 / w64.sum()).tolist(),
    'V': float(soft(row(0.37, V))), 'Q': float(Qat(0.37, 0.2, V)), 'optimum': float((V * 2 * S * rule).sum()),
    'ofPolicy': float((p * row(0.37, U)).sum() + tau * (p * l).sum()),
    'K': float(kl(0.5)),
    'e': sup(lambda y: abs(linear(theta, y) - Qat(y[0], y[1], U)), pairs, box),
    'residual': sup(lambda y: abs(linear(fit, y) - Qat(y[0], y[1], U)), pairs, box),
    'density': -tau * np.log(quad(lambda a: np.exp(-c(a) / tau) * 2 * a, 0, 1, epsabs=1e-13)[0]),
    'gaussian': -tau * np.log(quad(lambda a: np.exp(-np.cos(a) / tau) * normal(a), -8, 9, epsabs=1e-14, limit=200)[0]),
    'drift': driftK,
    'overCost': quad(lambda a: e(a) / Z * c(a), 0, 1, epsabs=1e-13)[0] - minimize_scalar(c, bounds=(0, 1), method='bounded', options={'xatol': 1e-10}).fun,
}))
`;
