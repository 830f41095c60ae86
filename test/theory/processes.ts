import { finiteMdp, garnet } from '../../src/theory/index.js';

/** Garnets of other sizes; in every third one each step may terminate with probability .2, and ρ leads to some states only. */
export const processes = Array.from({ length: 18 }, (_, seed) => {
  const mdp = garnet({
    states: 4 + (seed % 5),
    actions: 2 + (seed % 3),
    branching: 2,
    seed,
    gamma: [0.7, 0.9][seed % 2],
  });
  if (seed % 3 > 0) return mdp;
  const { transitions, rho } = mdp;
  const start = rho.map((_, s) => (s === 1 ? 1 : 0));
  return { ...mdp, rho: start, transitions: { ...transitions, values: transitions.values.map((p) => 0.8 * p) } };
});
export const taus = processes.map((_, i) => [0.05, 0.3, 1][Math.floor(i / 3) % 3]);

/** Two states, of which every action leads to the second: costs 0 and 1 of the two actions, ρ on the first state. */
export const oneWay = (gamma: number) =>
  finiteMdp({
    name: 'one way',
    gamma,
    cost: [
      [0, 1],
      [0, 1],
    ],
    successors: [
      [[[1, 1]], [[1, 1]]],
      [[[1, 1]], [[1, 1]]],
    ],
    rho: [1, 0],
  });

/** The same process in NumPy: `best` is V* and `optimal` π* by value iteration, `seen` the states that ρ leads to. */
export const processInNumpy = `
import json, sys, numpy as np
def soft(Q, tau): return -tau * np.log(np.exp(-(Q - Q.min(axis=1, keepdims=True)) / tau).mean(axis=1)) + Q.min(axis=1)
def gibbs(Q, tau):
    p = np.exp(-(Q - Q.min(axis=1, keepdims=True)) / tau)
    return p / p.sum(axis=1, keepdims=True)
class Process:
    def __init__(self, i):
        self.S, self.m, self.g, self.tau = i['S'], i['m'], i['gamma'], i['tau']
        self.c = np.reshape(i['cost'], (self.S, self.m))
        self.P = np.reshape(i['P'], (self.S, self.m, self.S))
        self.rho = np.array(i['rho'])
        V = np.zeros(self.S)
        for _ in range(2000): V = soft(self.c + self.g * self.P @ V, self.tau)
        self.best, self.optimal = V, gibbs(self.c + self.g * self.P @ V, self.tau)
        seen = self.rho > 0
        for _ in range(self.S): seen = seen | ((self.P.sum(axis=1) * seen[:, None]).sum(axis=0) > 0)
        self.seen, self.ends = seen, self.P[seen].sum(axis=2).min() < 1 - 1e-9
    def kernel(self, pi): return np.eye(self.S) - self.g * np.einsum('sat,sa->st', self.P, pi)
    def value(self, pi):
        kl = (pi * np.log(pi * self.m)).sum(axis=1)
        return np.linalg.solve(self.kernel(pi), (pi * self.c).sum(axis=1) + self.tau * kl)
    def visits(self, pi): return np.linalg.solve(self.kernel(pi).T, (1 - self.g) * self.rho)
    def bounds(self, f):
        f = np.append(f[self.seen], 0.0 if self.ends else f[self.seen][0])
        return f.min(), f.max()
`;
