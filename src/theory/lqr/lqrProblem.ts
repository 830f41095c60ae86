import { EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import { lazily } from '../../numeric/lazily.js';
import { solveSquare } from '../../numeric/solveSquare.js';
import type { ExactProblem, LawNames } from '../problem.js';
import {
  type GaussianPolicy,
  gaussianKl,
  gaussianPolicy,
  type Lqr,
  type LqrOptimum,
  solveRiccati,
  solveUnregularised,
  trace,
} from './lqr.js';
import { blockDiagonal, liftState, nextMean, occupancyMoments, stack } from './means.js';
import { fromCoefficients, type Quadratic, quadraticMoments, quadraticSize, toCoefficients } from './quadratic.js';

/** The flow's problem on a regulator, with φ(z) = (1, z_i z_j), z = (x,a): A3 holds, A1 does not, since φ and c are not bounded. */
export interface LqrProblem extends ExactProblem {
  readonly lqr: Lqr;
  readonly optimum: LqrOptimum;
  withTau(tau: number): LqrProblem;
  /** π_w. */
  policy(w: Float64Array): GaussianPolicy;
  /** V_τ^{π_w}. */
  value(w: Float64Array): Quadratic;
  /** θ_π: the coefficients of Q_τ^{π_w}. */
  actionValue(w: Float64Array): Float64Array;
}

/** An eigenvalue of ∫ φφᵀ dβ below this, relative to the largest, is rounding. */
const RANK = 1e-12;

/** The flow's problem on a regulator. @param tau temperature > 0. @throws RangeError for another */
export function lqrProblem(lqr: Lqr, tau: number, laws: Partial<LawNames> = {}): LqrProblem {
  if (!(tau > 0)) throw new RangeError(`lqr: tau is ${tau}; expected a positive number`);
  const { A, B, gamma, sigma, rho, noise } = lqr;
  const n = A.rows;
  const k = B.columns;
  const d = n + k;
  const N = quadraticSize(d);
  const optimum = lazily(() => solveRiccati(lqr, tau));
  const cost = toCoefficients({ constant: 0, matrix: blockDiagonal(lqr.Q, lqr.R) });
  const muPrecision = Matrix.eye(k, k).mul(sigma ** -2);
  const spectrum = lazily(() => eigenvalues(quadraticMoments(lqr.beta), N));
  const policy = (w: Float64Array) => gaussianPolicy(lqr, fromCoefficients(w, d));
  const kl = (pi: GaussianPolicy) => gaussianKl(pi, Matrix.zeros(k, n), muPrecision);

  /** c + τγ E KL' and I − γS, where (Sf) are the coefficients of E[f(z') | z]. */
  function bellmanSystem(pi: GaussianPolicy, temperature = tau) {
    const known = nextMean(lqr, pi, liftState(kl(pi), k));
    const right = toCoefficients(known).map((x, i) => cost[i] + temperature * gamma * x);
    const system = new Float64Array(N * N);
    const unit = new Float64Array(N);
    for (let j = 0; j < N; j++) {
      unit[j] = 1;
      const column = toCoefficients(nextMean(lqr, pi, fromCoefficients(unit, d)));
      for (let i = 0; i < N; i++) system[i * N + j] = (i === j ? 1 : 0) - gamma * column[i];
      unit[j] = 0;
    }
    return { system, right };
  }

  /** A = M (I − γS), b = M (c + τγ E KL'), M = ∫ φφᵀ d_β^π. */
  function criticSystem(w: Float64Array) {
    const pi = policy(w);
    const { system, right } = bellmanSystem(pi);
    const M = Matrix.from1DArray(N, N, occupancyMoments(lqr, pi));
    return {
      A: M.mmul(Matrix.from1DArray(N, N, system)),
      b: Float64Array.from(M.mmul(Matrix.columnVector(right)).to1DArray()),
    };
  }

  function actionValueOf(pi: GaussianPolicy, temperature = tau): Float64Array {
    const { system, right } = bellmanSystem(pi, temperature);
    return solveSquare(system, right);
  }

  const actionValue = (w: Float64Array) => actionValueOf(policy(w));

  function value(w: Float64Array, temperature = tau): Quadratic {
    const pi = policy(w);
    const Q = fromCoefficients(actionValueOf(pi, temperature), d);
    const lift = stack(pi.K);
    const divergence = kl(pi);
    const Qaa = Q.matrix.subMatrix(n, d - 1, n, d - 1);
    return {
      constant: Q.constant + trace(Qaa.mmul(pi.covariance)) + temperature * divergence.constant,
      matrix: lift.transpose().mmul(Q.matrix).mmul(lift).add(divergence.matrix.mul(temperature)),
    };
  }

  return {
    name: lqr.name,
    size: N,
    tau,
    gamma,
    lqr,
    get optimum() {
      return optimum();
    },
    withTau: (other) => lqrProblem(lqr, other, laws),
    supPhi: Number.POSITIVE_INFINITY,
    costBound: Number.POSITIVE_INFINITY,
    get lambdaBeta() {
      return Math.max(0, Math.min(...spectrum()));
    },
    get rank() {
      return { found: spectrum().filter((x) => x > RANK * Math.max(...spectrum())).length, full: N };
    },
    laws: {
      beta: laws.beta ?? gaussian(lqr.beta),
      rho: laws.rho ?? gaussian(rho),
      mu: laws.mu ?? `N(0, σ²I), σ = ${sigma}`,
    },
    get optimalValue() {
      return optimum().v0 + trace(optimum().P.mmul(rho));
    },
    get optimalInformation() {
      return mean(kl(optimum().policy), optimum().policy) / (1 - gamma);
    },
    policy,
    value: (w) => value(w),
    actionValue,
    semiGradient(theta, w, out) {
      const { A, b } = criticSystem(w);
      for (let i = 0; i < N; i++) {
        let sum = -b[i];
        for (let j = 0; j < N; j++) sum += A.get(i, j) * theta[j];
        out[i] = sum;
      }
    },
    implicitCritic(theta, w, epsilon, out) {
      const { A, b } = criticSystem(w);
      for (let i = 0; i < N; i++) {
        A.set(i, i, A.get(i, i) + epsilon);
        b[i] += epsilon * theta[i];
      }
      out.set(solveSquare(Float64Array.from(A.to1DArray()), b));
    },
    divergenceFromOptimal(w) {
      const pi = policy(w);
      const { constant, matrix } = gaussianKl(optimum().policy, pi.K, pi.precision);
      return constant + trace(matrix.mmul(stateCovariance(optimum().policy)));
    },
    unregularisedGap(w) {
      // By subtraction: V_0 has no term from which the gap is known without it.
      const V = value(w, 0);
      const P = solveUnregularised(lqr);
      const least = (gamma / (1 - gamma)) * trace(P.mmul(noise)) + trace(P.mmul(rho));
      return Math.max(0, V.constant + trace(V.matrix.mmul(rho)) - least);
    },
    criticRate() {
      const { A } = criticSystem(Float64Array.from(actionValueOf(optimum().policy), (x) => x / tau));
      return Math.min(...new EigenvalueDecomposition(A).realEigenvalues);
    },
    diagnose(theta, w) {
      const pi = policy(w);
      const fixed = actionValue(w);
      const { system, right } = bellmanSystem(pi);
      const difference = theta.map((x, i) => x - fixed[i]);
      const error = fromCoefficients(difference, d);
      const ofActions = error.matrix.subMatrix(n, d - 1, 0, d - 1);
      return {
        // The performance difference, as on finite processes: τ/(1−γ) ∫ KL(π|π*) d_ρ^π.
        gap: (tau / (1 - gamma)) * mean(gaussianKl(pi, optimum().policy.K, optimum().policy.precision), pi),
        ...gapBounds(pi, fixed),
        K: supremum(kl(pi)),
        criticError: Math.hypot(...difference),
        criticErrorL2: Math.sqrt(quadraticForm(occupancyMoments(lqr, pi), difference)),
        residual: largestResidual(system, fixed, right),
        actionValueError: isZero(error.matrix) ? Math.abs(error.constant) : Number.POSITIVE_INFINITY,
        oscillation: isZero(ofActions) ? 0 : Number.POSITIVE_INFINITY,
      };
    },
  };

  /** `gapBounds` of finite processes; the supremum over states is infinite unless two gains are equal. @param Q Q_τ^π, shape [N] */
  function gapBounds(pi: GaussianPolicy, Q: Float64Array) {
    const improvedEnergy = Q.map((x) => x / tau);
    const improved = policy(improvedEnergy);
    const left = policy(actionValue(improvedEnergy).map((x) => x / tau));
    const b = gaussianKl(pi, improved.K, improved.precision);
    const next = gaussianKl(improved, left.K, left.precision);
    const lower = (tau / (1 - gamma)) * mean(b, improved);
    const atStart = next.constant + trace(next.matrix.mmul(rho));
    return {
      gapLower: lower + tau * atStart,
      gapUpper: lower + tau * (atStart + (gamma / (1 - gamma)) * supremum(next)),
      excess: tau * supremum(b),
    };
  }

  /** ∫ f d_ρ^π for a quadratic f ≥ 0. */
  function mean({ constant, matrix }: Quadratic, pi: GaussianPolicy): number {
    return Math.max(0, constant + trace(matrix.mmul(stateCovariance(pi))));
  }

  /** ∫ xxᵀ d_ρ^π, from Σ = (1−γ)ρ + γ(F Σ Fᵀ + noise + B C Bᵀ), F = A − BK, as a linear system. */
  function stateCovariance({ K, covariance }: GaussianPolicy): Matrix {
    const F = Matrix.sub(A, B.mmul(K));
    const source = Matrix.mul(rho, 1 - gamma).add(Matrix.add(noise, B.mmul(covariance).mmul(B.transpose())).mul(gamma));
    const system = Matrix.eye(n * n, n * n).sub(F.kroneckerProduct(F).mul(gamma));
    return Matrix.from1DArray(n, n, solve(system, Matrix.columnVector(source.to1DArray())).to1DArray());
  }
}

function eigenvalues(matrix: Float64Array, N: number): number[] {
  return new EigenvalueDecomposition(Matrix.from1DArray(N, N, matrix), { assumeSymmetric: true }).realEigenvalues;
}

/** sup f of a quadratic f ≥ 0. */
function supremum({ constant, matrix }: Quadratic): number {
  return isZero(matrix) ? constant : Number.POSITIVE_INFINITY;
}

function isZero(matrix: Matrix): boolean {
  return matrix.to1DArray().every((x) => x === 0);
}

/** xᵀMx. @param M shape [N, N], row by row */
function quadraticForm(M: Float64Array, x: Float64Array): number {
  const N = x.length;
  return x.reduce((sum, xi, i) => x.reduce((inner, xj, j) => inner + M[i * N + j] * xi * xj, sum), 0);
}

function largestResidual(system: Float64Array, x: Float64Array, right: Float64Array): number {
  const N = x.length;
  let most = 0;
  for (let i = 0; i < N; i++) {
    let sum = -right[i];
    for (let j = 0; j < N; j++) sum += system[i * N + j] * x[j];
    most = Math.max(most, Math.abs(sum));
  }
  return most;
}

/** A Gaussian of mean 0 by its covariance; a large one is not written out. */
function gaussian(covariance: Matrix): string {
  const scale = covariance.get(0, 0);
  const isMultiple = covariance.to2DArray().every((row, i) => row.every((x, j) => x === (i === j ? scale : 0)));
  const identity = covariance.rows === 1 ? '' : 'I';
  if (isMultiple) return `N(0, ${scale === 1 && identity !== '' ? '' : Number(scale.toPrecision(4))}${identity})`;
  const size = covariance.rows;
  return size > 3
    ? `N(0, its own covariance, ${size}×${size})`
    : `N(0, ${JSON.stringify(covariance.to2DArray().map((row) => row.map((x) => Number(x.toPrecision(4)))))})`;
}
