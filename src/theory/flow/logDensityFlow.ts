import { advantage } from '../../critic/advantage.js';
import { type Schedule, scheduleAt } from '../../critic/schedule.js';
import { dormandPrince } from '../../numeric/dormandPrince.js';
import { occupancy, semiGradient } from '../finite/exact.js';
import { combine } from '../finite/finiteFeatures.js';
import type { FinitePolicy } from '../finite/finitePolicy.js';
import type { FiniteProblem } from '../finite/setting.js';

/**
 * The flow as slide 5 writes it, in log dπ/dμ itself: ∂_t log dπ_t/dμ = −A(s,a;θ_t), with no use of the form e^{−⟨w,φ⟩}/Z.
 * It is the independent check of `explicitFlow` and `implicitFlow`.
 * @param times increasing, from 0
 * @returns θ_t, shape [N], and log dπ_t/dμ, shape [S·m], at each time; θ₀ and π₀ are the problem's
 */
export function logDensityFlow(problem: FiniteProblem, eta: Schedule, times: Float64Array, tolerance: number) {
  const { mdp, features, tau, beta, start } = problem;
  const N = features.size;
  const pairs = mdp.cost.length;
  const Q = new Float64Array(pairs);
  const field = (t: number, y: Float64Array, out: Float64Array) => {
    const theta = y.subarray(0, N);
    const logDensity = y.subarray(N);
    const policy = fromLogDensity(problem, logDensity);
    const g = semiGradient(problem, policy, theta, occupancy(mdp, policy, beta));
    const speed = scheduleAt(eta, t);
    for (let i = 0; i < N; i++) out[i] = -speed * g[i];
    combine(features, theta, Q);
    for (let s = 0, p = 0; s < mdp.states; s++) {
      const end = p + mdp.actions;
      let V = 0;
      let mass = 0;
      for (let q = p; q < end; q++) {
        V += policy.probabilities[q] * (Q[q] + tau * logDensity[q]);
        mass += policy.probabilities[q];
      }
      // The mass is one but for rounding; not divided by it, its error would grow like e^{Vt}.
      V /= mass;
      for (; p < end; p++) out[N + p] = -advantage(Q[p], V, logDensity[p], tau);
    }
  };
  const initial = new Float64Array(N + pairs);
  if (start !== undefined) {
    initial.set(start.theta0.subarray(0, N));
    initial.set(problem.policy(start.w0).logDensity, N);
  }
  const { states } = dormandPrince(field, times, initial, tolerance);
  return { theta: states.map((y) => y.slice(0, N)), logDensity: states.map((y) => y.slice(N)) };
}

function fromLogDensity({ mdp }: FiniteProblem, logDensity: Float64Array): FinitePolicy {
  const m = mdp.actions;
  const probabilities = logDensity.map((l, p) => mdp.measure.weights[p % m] * Math.exp(l));
  const kl = new Float64Array(mdp.states);
  for (let p = 0; p < probabilities.length; p++) kl[Math.floor(p / m)] += probabilities[p] * logDensity[p];
  return { probabilities, logDensity, kl };
}
