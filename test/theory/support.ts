import { execFileSync } from 'node:child_process';
import { findPython } from '../../src/bridge/process/python.js';
import type { FiniteMdp } from '../../src/theory/index.js';

/** Runs a Python program that reads JSON from its input and prints JSON. */
export function python<T>(program: string, input: unknown): T {
  const output = execFileSync(findPython(), ['-c', program], { input: JSON.stringify(input), maxBuffer: 1 << 26 });
  return JSON.parse(output.toString()) as T;
}

/** A process with dense P of shape [S][m][S], as JSON for Python. */
export function plain({ states: S, actions: m, gamma, cost, rho, transitions }: FiniteMdp) {
  const P = Array.from({ length: S * m }, (_, p) => {
    const row = new Array<number>(S).fill(0);
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      row[transitions.columns[k]] += transitions.values[k];
    }
    return row;
  });
  return { S, m, gamma, cost: [...cost], rho: [...rho], P };
}

/** max |a − b| over the entries. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`distance: lengths ${a.length} and ${b.length}`);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= most)) most = d;
  }
  return most;
}

/** The largest distance between two lists of vectors. */
export function pathDistance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  return Math.max(...a.map((x, i) => distance(x, b[i])));
}

/** Numbers in [−1, 1) of a linear congruence: test inputs that owe nothing to the library's generator. */
export function numbers(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/**
 * The right side of the flow in θ and l = log dπ/dμ as slide 5 has it, for NumPy: tabular features, η_t = 4e^{t/4}. It stands in a program that
 * has S, m, g (the discount), P, c and beta.
 */
export const fieldInNumpy = `
def policy(l):
    pi = np.exp(l.reshape(S, m)) / m
    return pi / pi.sum(1, keepdims=True)
def field(t, y, tau):
    theta, l = y[:S * m], y[S * m:]
    pi = policy(l)
    kl = (pi * l.reshape(S, m)).sum(1)
    pairs = (P.reshape(S * m, S, 1) * pi).reshape(S * m, S * m)
    d = (1 - g) * np.linalg.solve(np.eye(S * m) - g * pairs.T, beta)
    delta = theta - (c + g * pairs @ theta + tau * g * P @ kl)
    q = theta + tau * l
    mean = np.repeat((pi * q.reshape(S, m)).sum(1), m)
    return np.concatenate([-4 * np.exp(t / 4) * d * delta, mean - q])`;
