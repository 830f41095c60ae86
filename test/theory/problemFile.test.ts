import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FiniteProblem,
  flow,
  MdpError,
  type ProblemDescription,
  problemFrom,
  readData,
} from '../../src/theory/index.js';
import { distance, python } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-problem-'));
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const load = (name: string) => readData(bytesOf(name), name) as ProblemDescription;
let truth: { value: number; lambda: number; gap: number[]; times: number[]; pi: number[] };

beforeAll(() => {
  truth = python(writeFiles, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Writes one problem of 6 states by NumPy and SciPy in many forms, and others that no reader should take; solves it by value iteration and by
 * an integration of the flow in w and θ.
 */
const writeFiles = `
import json, sys, os, zipfile
import numpy as np
import scipy.sparse
from scipy.integrate import solve_ivp
folder = json.load(sys.stdin)
at = lambda name: os.path.join(folder, name)
rng = np.random.default_rng(17)
S, m, N, gamma, tau, eta0, k1 = 6, 3, 5, 0.8, 0.4, 3.0, 0.2
P = rng.dirichlet(np.full(S, 0.3), (S, m))
P[P < 0.02] = 0
P /= P.sum(-1, keepdims=True)
cost = rng.random((S, m))
rho, mu = rng.dirichlet(np.ones(S)), rng.dirichlet(np.ones(m))
beta = rng.dirichlet(np.ones(S * m)).reshape(S, m)
phi = rng.normal(size=(S, m, N)) / 6
theta0, pi0 = rng.normal(size=N), rng.dirichlet(np.ones(m), S)
own = dict(gamma=gamma, cost=cost, rho=rho, mu=mu, beta=beta, features=phi, theta0=theta0, pi0=pi0)

np.savez(at('plain.npz'), P=P, **own)
np.savez_compressed(at('compressed.npz'), P=P, **own)
np.savez(at('fortran.npz'), P=np.asfortranarray(P), **{**{k: np.asfortranarray(v) for k, v in own.items()}, 'gamma': gamma})
np.savez(at('big-endian.npz'), P=P.astype('>f8'), **{k: np.asarray(v, '>f8') for k, v in own.items()})
sparse = scipy.sparse.csr_array(P.reshape(S * m, S))
np.savez(at('sparse.npz'), data=sparse.data, indices=sparse.indices, indptr=sparse.indptr, shape=sparse.shape, format=b'csr', **own)
np.savez(at('dotted.npz'), **{'P.data': sparse.data, 'P.indices': sparse.indices.astype('i8'), 'P.indptr': sparse.indptr.astype('u2'), 'P.shape': sparse.shape}, **own)
json.dump({k: np.asarray(v).tolist() for k, v in {**own, 'P': P}.items()}, open(at('nested.json'), 'w'))
limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 40
np.savez(at('zip64.npz'), P=P, **own)
zipfile.ZIP64_LIMIT = limit
np.save(at('beta.npy'), beta.ravel())

# What is to be refused, or read as it is.
scipy.sparse.save_npz(at('bad-csc.npz'), scipy.sparse.csc_matrix(P.reshape(S * m, S)))
np.savez(at('bad-object.npz'), P=np.array([1, None], dtype=object))
np.savez(at('bad-complex.npz'), P=P.astype(complex))
np.savez(at('bad-records.npz'), P=np.zeros(3, dtype=[('a', 'f4'), ('b', 'i2')]))
np.savez(at('bad-texts.npz'), P=np.array(['a', 'b']))
np.savez(at('bad-half.npz'), P=P.astype('f2'))
np.savez(at('bad-date.npz'), P=np.array(['2020-01-01'], dtype='datetime64[D]'))
np.savez(at('bad-long.npz'), P=np.array([2**60]))
values = dict(f4=np.float32([1.5, -2.25]), i1=np.int8([-3, 4]), u4=np.uint32([2**32 - 1]), i8=np.int64([-2**40]), u8=np.uint64([7]), b=np.array([[True], [False]]), none=np.zeros((0, 3)), zero=np.float64(2.5), text='naïve', raw=b'csr')
np.savez(at('values.npz'), **values)

# The optimum: value iteration.
V = np.zeros(S)
for _ in range(2000):
    V = -tau * np.log((mu * np.exp(-(cost + gamma * P @ V) / tau)).sum(1))
Q = cost + gamma * P @ V
best = mu * np.exp(-Q / tau)
best /= best.sum(1, keepdims=True)

flat = phi.reshape(S * m, N)
log0 = np.log(pi0 / mu)

def policy(t, w):
    logpi = -(flat @ w).reshape(S, m) + np.exp(-tau * t) * log0
    logpi -= np.log((mu * np.exp(logpi)).sum(1, keepdims=True))
    return mu * np.exp(logpi), (mu * np.exp(logpi) * logpi).sum(1)

def field(t, y):
    theta, w = y[:N], y[N:]
    pi, kl = policy(t, w)
    Q = flat @ theta
    T = (cost + gamma * P @ ((pi * Q.reshape(S, m)).sum(1) + tau * kl)).ravel()
    step = (P[..., None] * pi).reshape(S * m, S * m)
    d = np.linalg.solve((np.eye(S * m) - gamma * step).T, (1 - gamma) * beta.ravel())
    return np.concatenate([-eta0 * np.exp(k1 * t) * (flat.T @ (d * (Q - T))), theta - tau * w])

def value(pi, kl):
    return np.linalg.solve(np.eye(S) - gamma * np.einsum('sa,sat->st', pi, P), (pi * cost).sum(1) + tau * kl)

times = 4 * (np.arange(5) / 4) ** 2
sol = solve_ivp(field, (0, 4), np.concatenate([theta0, np.zeros(N)]), 'DOP853', times, rtol=1e-11, atol=1e-13)
points = [policy(t, y[N:]) for t, y in zip(times, sol.y.T)]
print(json.dumps({
    'value': float(rho @ V),
    'lambda': float(np.linalg.eigvalsh(flat.T @ (beta.ravel()[:, None] * flat))[0]),
    'times': times.tolist(),
    'gap': [float(rho @ (value(*point) - V)) for point in points],
    'pi': points[0][0].ravel().tolist(),
}))
`;

describe('a problem in a file', () => {
  const options = { eta0: 3, k1: 0.2, horizon: 4, samples: 5 };

  it.each([
    'plain.npz',
    'compressed.npz',
    'fortran.npz',
    'big-endian.npz',
    'sparse.npz',
    'dotted.npz',
    'zip64.npz',
    'nested.json',
  ])('%s has the answers of NumPy and SciPy', (name) => {
    const problem = problemFrom(load(name), { tau: 0.4 }, name) as FiniteProblem;
    expect(problem.optimalValue).toBeCloseTo(truth.value, 13);
    expect(problem.lambdaBeta).toBeCloseTo(truth.lambda, 14);
    expect(distance(problem.policy(problem.start!.w0).probabilities, truth.pi)).toBeLessThan(1e-15);
    // Once is enough for the path: the files hold the same numbers.
    if (name !== 'plain.npz') return;
    const { diagnosis, beta, rho, mu, start, w, theta } = flow(problem, options);
    expect(distance(diagnosis.times, truth.times)).toBeLessThan(1e-15);
    // The tolerance of reports is 1e-7, relative to 1 + |w|.
    expect(distance(diagnosis.gap, truth.gap)).toBeLessThan(1e-6);
    expect([beta, rho, mu]).toEqual(new Array(3).fill("the problem's own"));
    expect(start).toBe('θ₀ given, log dπ₀/dμ given');
    expect([theta.length, theta[0].length, w[4].length]).toEqual([5, 5, 5]);
  });

  it('has arrays of all dtypes of numbers, texts and single numbers', () => {
    const { f4, i1, u4, i8, u8, b, none, zero, text, raw } = load('values.npz') as unknown as Record<
      string,
      { data: Float64Array; shape: number[] }
    >;
    expect([...f4.data, ...i1.data, ...u4.data, ...i8.data, ...u8.data]).toEqual([
      1.5,
      -2.25,
      -3,
      4,
      2 ** 32 - 1,
      -(2 ** 40),
      7,
    ]);
    expect([b, none]).toEqual([
      { shape: [2, 1], data: Float64Array.of(1, 0) },
      { shape: [0, 3], data: new Float64Array() },
    ]);
    expect([zero, text, raw]).toEqual([2.5, 'naïve', 'csr']);
    expect((load('beta.npy') as unknown as { shape: number[] }).shape).toEqual([18]);
  });

  it.each([
    ['bad-csc.npz', /the sparse matrix has the format "csc"; expected csr\. Convert it with \.tocsr\(\)/],
    ['bad-object.npz', /bad-object\.npz: P has the dtype object; expected float32, float64, integers or booleans/],
    ['bad-complex.npz', /P has the dtype <c16; expected/],
    ['bad-records.npz', /P holds records; expected/],
    ['bad-texts.npz', /P holds texts \(<U1\) of the shape \[2\]; expected/],
    ['bad-half.npz', /P has the dtype <f2; expected/],
    ['bad-date.npz', /P has the dtype <M8\[D\]; expected/],
    ['bad-long.npz', /P has the entry 1152921504606847000; expected integers below 2⁵³/],
  ])('%s is refused by name', (name, message) => {
    expect(() => load(name)).toThrow(message);
    expect(() => load(name)).toThrow(MdpError);
  });

  it('is refused at whatever byte it is cut short', () => {
    for (const name of ['plain.npz', 'compressed.npz', 'zip64.npz', 'beta.npy']) {
      const whole = bytesOf(name);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
          expect(() => readData(whole.slice(0, length), name)).toThrow(MdpError);
        }),
      );
    }
  });

  it('is refused with any byte changed, unless it reads the same numbers', () => {
    for (const name of readdirSync(folder).filter((file) => /^(plain|compressed|zip64)/.test(file))) {
      const whole = bytesOf(name);
      const expected = JSON.stringify(load(name));
      fc.assert(
        fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const changed = whole.slice();
          changed[at] = changed[at] ^ change;
          try {
            // Dates and attributes of the archive may change; what an array holds has a checksum, and its name stands twice.
            expect(JSON.stringify(readData(changed, name))).toBe(expected);
          } catch (error) {
            expect(error).toBeInstanceOf(MdpError);
          }
        }),
        { numRuns: 300 },
      );
    }
  });
});
