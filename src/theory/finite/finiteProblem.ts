import { lazily } from '../../numeric/lazily.js';
import type { LawNames } from '../problem.js';
import { type CriticGeometry, criticGeometry } from './criticGeometry.js';
import { criticRate } from './criticRate.js';
import { implicitStep } from './criticStep.js';
import { DenseCritic } from './denseCritic.js';
import { diagnose } from './diagnose.js';
import { actionValueOf, expectation, occupancy, policyMean, semiGradient, stateOccupancy } from './exact.js';
import { type FiniteFeatures, gramSpectrum, supNorm } from './finiteFeatures.js';
import { distribution, type FiniteMdp } from './finiteMdp.js';
import { type FinitePolicy, gibbsPolicy, klDivergence } from './finitePolicy.js';
import { nearestFixedPoint } from './fixedPoint.js';
import { type PolicyForm, policyForm } from './policyForm.js';
import type { Continuum, FiniteProblem } from './setting.js';
import { softOptimal } from './softOptimal.js';

/**
 * The flow's problem on a finite process, with everything that the theory lab looks at computed exactly.
 * @param tau temperature ≥ 0 (0 is the flow without regularisation, for contrast)
 * @param beta law of the first pair of d_β^π, shape [S·m]; ρ ⊗ μ's support may be too small for A2, so uniform ⊗ μ if left out
 * @param more where the flow begins, and what the laws are called
 */
export function finiteProblem(
  mdp: FiniteMdp,
  features: FiniteFeatures,
  tau: number,
  beta: Float64Array = uniformBeta(mdp),
  { theta0, logPi0, laws, continuum }: FiniteExtras = {},
): FiniteProblem {
  distribution(beta, mdp.cost.length, `${mdp.name}: beta`);
  const { least, rank } = gramSpectrum(features, beta);
  const form = policyForm(mdp, features, logPi0);
  return atTemperature(tau, {
    form,
    mdp,
    features,
    beta,
    laws: { ...lawNames(mdp, beta), ...defined(laws) },
    start: startOf(form, theta0),
    rank: { found: rank, full: features.size },
    supPhi: continuum?.supPhi ?? supNorm(features),
    lambdaBeta: least,
    costBound: continuum?.costBound ?? mdp.cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0),
    continuum,
    unregularised: lazily(() => continuum?.unregularisedValue(mdp) ?? softOptimal(mdp, 0).value),
    critic: new DenseCritic(),
    geometry: lazily(() => criticGeometry({ mdp, features, beta })),
  });
}

/** θ₀, π₀ and names. */
export interface FiniteExtras {
  /** Shape [N]; zero if left out. */
  theta0?: Float64Array | undefined;
  /** log dπ₀/dμ up to a constant for each state, shape [S·m]; π₀ = μ if left out. */
  logPi0?: Float64Array | undefined;
  laws?: Partial<LawNames> | undefined;
  /** Where the process stands for a continuous one: suprema are then over its space. */
  continuum?: Continuum | undefined;
}

/** What a problem has whatever its temperature is. */
interface Untempered
  extends Pick<
    FiniteProblem,
    'mdp' | 'features' | 'beta' | 'laws' | 'start' | 'rank' | 'supPhi' | 'lambdaBeta' | 'costBound' | 'continuum'
  > {
  form: PolicyForm;
  /** V_0^*, shape [S]. */
  unregularised: () => Float64Array;
  /** A does not depend on τ. */
  critic: DenseCritic;
  geometry: () => CriticGeometry;
}

function atTemperature(tau: number, shared: Untempered): FiniteProblem {
  if (!(tau >= 0)) throw new RangeError(`tau is ${tau}; expected a number of 0 or more`);
  const { form, unregularised, critic, geometry, ...fixed } = shared;
  const { mdp, features, beta } = fixed;
  // What needs the optimum is computed when it is first asked for: a flow alone does without.
  const optimum = lazily(() => softOptimal(mdp, tau));
  const optimalOccupancy = lazily(() => stateOccupancy(mdp, optimum().policy, mdp.rho));
  const N = features.size;
  const policyAt = (w: Float64Array) => gibbsPolicy(mdp, form.energy(w));
  /** Writes a vector of the critic; what belongs to π₀ stays zero. */
  const write = (vector: Float64Array, out: Float64Array) => {
    out.set(vector);
    if (out.length > N) out[N] = 0;
  };
  const problem: FiniteProblem = {
    ...fixed,
    name: mdp.name,
    size: form.size,
    tau,
    gamma: mdp.gamma,
    get optimum() {
      return optimum();
    },
    get optimalValue() {
      return expectation(optimum().value, mdp.rho);
    },
    get optimalInformation() {
      return expectation(optimum().policy.kl, optimalOccupancy()) / (1 - mdp.gamma);
    },
    withTau: (other) => (other === tau ? problem : atTemperature(other, shared)),
    semiGradient(theta, w, out) {
      const policy = policyAt(w);
      write(semiGradient(problem, policy, theta.subarray(0, N), occupancy(mdp, policy, beta)), out);
    },
    implicitCritic(theta, w, epsilon, out) {
      const policy = policyAt(w);
      const { directions } = geometry();
      const step = { policy, theta: theta.subarray(0, N), epsilon };
      // Where A is singular there is a fixed point all the same, if not only one.
      if (epsilon === 0 && directions !== null) write(nearestFixedPoint(problem, directions, step), out);
      else write(implicitStep(problem, step, critic), out);
    },
    divergenceFromOptimal: (w) => expectation(klDivergence(mdp, optimum().policy, policyAt(w)), optimalOccupancy()),
    unregularisedGap: (w) => costGap(mdp, policyAt(w), unregularised()),
    criticRate: () => criticRate(problem, geometry()),
    diagnose(theta, w) {
      const [own, policy] = [theta.subarray(0, N), policyAt(w)];
      const fromNodes = diagnose(problem, own, policy, { ...geometry(), critic, optimalVisits: optimalOccupancy() });
      return { ...fromNodes, ...fixed.continuum?.suprema(problem, own, w, policy) };
    },
    energy: (w) => form.energy(w),
    policy: policyAt,
  };
  return problem;
}

/**
 * V_0^π(ρ) − V_0^*(ρ) by the performance difference (1−γ)⁻¹ ∫∫ (Q_0^* − V_0^*) dπ d_ρ^π, a sum of terms ≥ 0.
 * @param V V_0^*, shape [S]
 */
function costGap(mdp: FiniteMdp, policy: FinitePolicy, V: Float64Array): number {
  const loss = actionValueOf(mdp, V).map((q, p) => Math.max(0, q - V[Math.floor(p / mdp.actions)]));
  return expectation(policyMean(mdp, policy, loss), stateOccupancy(mdp, policy, mdp.rho)) / (1 - mdp.gamma);
}

function startOf(form: PolicyForm, theta0: Float64Array | undefined): FiniteProblem['start'] {
  if (theta0 === undefined && form.w0 === undefined) return undefined;
  const theta = new Float64Array(form.size);
  if (theta0 !== undefined) theta.set(theta0);
  return { theta0: theta, w0: form.w0 ?? new Float64Array(form.size) };
}

/** What the laws are seen to be. */
function lawNames(mdp: FiniteMdp, beta: Float64Array): LawNames {
  const word = (x: Float64Array, y: Float64Array, uniform: string) =>
    x.every((p, i) => Math.abs(p - y[i]) <= 1e-12 * y[i]) ? uniform : "the problem's own";
  const flat = (n: number) => new Float64Array(n).fill(1 / n);
  return {
    beta: word(beta, uniformBeta(mdp), 'uniform on the states ⊗ μ'),
    rho: word(mdp.rho, flat(mdp.states), 'uniform'),
    mu: word(mdp.measure.weights, flat(mdp.actions), 'uniform'),
  };
}

function defined<T extends object>(given: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, x]) => x !== undefined)) as Partial<T>;
}

/** Uniform over states, μ over actions: every pair is seen, so A2 asks only that the features be independent. */
export function uniformBeta({ states, actions, measure }: FiniteMdp): Float64Array {
  return Float64Array.from({ length: states * actions }, (_, p) => measure.weights[p % actions] / states);
}

/** ρ ⊗ μ: the agent's own β, since it starts anew from ρ. Its first action is drawn from π_t or from μ; both have this support. */
export function resetBeta({ cost, actions: m, rho, measure }: FiniteMdp): Float64Array {
  return cost.map((_, p) => rho[Math.floor(p / m)] * measure.weights[p % m]);
}
