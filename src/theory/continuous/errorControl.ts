import { MdpError } from '../errors.js';
import { value } from '../finite/exact.js';
import { gramMatrix } from '../finite/finiteFeatures.js';
import { gibbsPolicy } from '../finite/finitePolicy.js';
import { softOptimal } from '../finite/softOptimal.js';
import { type Discretised, discretise, nextWeights } from './discretise.js';
import { nystrom } from './nystrom.js';
import { type ContinuousProcess, checkProcess, pairText } from './process.js';
import { dimension, isCentral, type Point, probePoints } from './region.js';

/** Entries of P, and nodes a coordinate, at most: what bounds the time. */
const MOST_ENTRIES = 4e6;
const MOST_NODES = 128;
/** Less mass than this may be what is left of a peak between the nodes. */
const SEEN = 1e-3;
/** Probes beside the corners. */
const PROBES = 5;

/** The accuracy asked, where none is. */
export const TOLERANCE = 1e-8;

/** @throws MdpError that names what cannot be asked, or the entry of the process that is wrong */
export function checkAsked(process: ContinuousProcess, tau: number, tolerance: number): void {
  checkProcess(process);
  if (!(tau > 0 && tau < Number.POSITIVE_INFINITY)) {
    throw new MdpError(
      `${process.name}: tau is ${tau}; expected a positive number: without regularisation the best action is between the nodes`,
    );
  }
  if (!(tolerance >= 1e-13 && tolerance <= 0.1)) {
    throw new MdpError(`${process.name}: tolerance is ${tolerance}; expected a number from 1e-13 to 0.1`);
  }
}

/** One quantity, as a rule gives it, and what it is called in an error. */
interface Quantity {
  readonly name: string;
  readonly value: number;
}

/** A mass and what it has to be. */
interface Mass extends Quantity {
  readonly expected: number;
}

interface Level {
  readonly found: Discretised;
  readonly masses: readonly Mass[];
  readonly quantities: readonly Quantity[];
  /** 1 + sup|Q|. */
  readonly scale: number;
}

/**
 * The coarsest rule of a sequence that the next one agrees with.
 * @returns it with the greatest difference, relative to 1 + sup|Q| (masses: absolute)
 * @throws MdpError where a mass is not what it has to be, or the rules do not come to agree
 */
export function discretised(
  process: ContinuousProcess,
  asked: { tau: number; tolerance: number },
): { found: Discretised; error: number } {
  const { tolerance } = asked;
  const sizes = ruleSizes(process);
  let coarse = levelOf(process, sizes[0], asked.tau);
  for (const n of sizes.slice(1)) {
    const fine = levelOf(process, n, asked.tau);
    refuseWrongMass(process, coarse, fine, tolerance);
    const error = Math.max(...differences(coarse, fine), ...coarse.masses.map(massError));
    if (error <= tolerance) return { found: coarse.found, error };
    if (n === sizes.at(-1)) throw new MdpError(notReached(process, coarse, fine, tolerance));
    coarse = fine;
  }
  throw new MdpError(`${process.name}: no rule fits into memory; expected fewer coordinates`);
}

/** Nodes a coordinate: doubled on an interval of states and one of actions, otherwise by half as much more. */
function ruleSizes({ states, actions }: ContinuousProcess): number[] {
  const ds = states === undefined ? 0 : dimension(states);
  const da = dimension(actions);
  const most = Math.min(MOST_NODES, Math.floor(MOST_ENTRIES ** (1 / (2 * ds + da))));
  const sizes = [ds + da <= 2 ? 8 : 6];
  for (let n = sizes[0]; n < most; sizes.push(n)) n = Math.min(most, Math.ceil(n * (ds + da <= 2 ? 2 : 1.5)));
  return sizes;
}

function levelOf(process: ContinuousProcess, n: number, tau: number): Level {
  const found = discretise(process, n);
  const { mdp, size, table, beta } = found;
  const formula = nystrom(found, 1);
  const mean = gibbsPolicy(mdp, new Float64Array(mdp.cost.length));
  const [ofMu, ofBest] = [value(mdp, mean, tau), softOptimal(mdp, tau).value];
  const probes = probePairs(process);
  const Q = probes.flatMap(([s, a]) =>
    [['Q^μ', ofMu] as const, ['Q*', ofBest] as const].map(([name, V]) => ({
      name: `${name} at ${pairText(s, a)}`,
      value: formula.actionValue(mdp.gamma, V, s, a),
    })),
  );
  const gram = gramMatrix({ name: '', size, table }, beta).to1DArray();
  const largest = Math.max(...gram.map(Math.abs), Number.MIN_VALUE);
  const scale = 1 + Math.max(...Q.map((q) => Math.abs(q.value)));
  const optimal = ofBest.reduce((sum, v, s) => sum + mdp.rho[s] * v, 0);
  return {
    found,
    masses: massesOf(found, probes),
    quantities: [
      ...Q,
      { name: 'V*(ρ)', value: optimal },
      // Of the size of Q, since all quantities are compared relative to it.
      ...gram.map((x, i) => ({
        name: `∫φ_iφ_j dβ, relative to the greatest, i = ${Math.floor(i / size)}, j = ${i % size},`,
        value: (scale * x) / largest,
      })),
    ],
    scale,
  };
}

/** The masses of ρ, of μ and of p(·|s,a) at the probes and at all nodes (on Gaussian regions: those within 3 deviations). */
function massesOf(
  { process, states, actions, masses, mdp }: Discretised,
  probes: readonly (readonly [Point, Point])[],
): Mass[] {
  const out: Mass[] = [
    { name: 'rho: the density of s₀', value: masses.rho, expected: 1 },
    { name: 'actions: the density of μ', value: masses.mu, expected: 1 },
  ];
  if (process.transition === undefined) return out;
  const S = states.points.length;
  const weigh = nextWeights(process, states);
  const row = new Float64Array(S);
  const push = (s: Point, a: Point, weights: Float64Array) =>
    out.push({
      name: `transition: at ${pairText(s, a)} the density of s'`,
      value: weights.reduce((sum, x) => sum + x, 0),
      expected: survivalAt(process, s, a),
    });
  for (const [s, a] of probes) push(s, a, weigh(s, a, row));
  states.points.forEach((s, i) => {
    actions.points.forEach((a, k) => {
      if (!isCentral(process.states, s) || !isCentral(process.actions, a)) return;
      const p = i * mdp.actions + k;
      push(s, a, mdp.transitions.values.subarray(p * S, (p + 1) * S));
    });
  });
  return out;
}

function survivalAt({ name, survival }: ContinuousProcess, s: Point, a: Point): number {
  const q = survival === undefined ? 1 : survival(s, a);
  if (q >= 0 && q <= 1) return q;
  throw new MdpError(`${name}: survival: at ${pairText(s, a)} it is ${q}; expected a probability`);
}

function probePairs({ states, actions }: ContinuousProcess): (readonly [Point, Point])[] {
  const starts: Point[] = states === undefined ? [[]] : probePoints(states, PROBES);
  return starts.flatMap((s) => probePoints(actions, PROBES).map((a) => [s, a] as const));
}

const massError = ({ value, expected }: Mass) => Math.abs(value - expected);

function differences(coarse: Level, fine: Level): number[] {
  return coarse.quantities.map((q, i) => Math.abs(q.value - fine.quantities[i].value) / fine.scale);
}

/** A mass on which two rules agree is right to that accuracy: if it is not what it should be, more nodes do not help. */
function refuseWrongMass(process: ContinuousProcess, coarse: Level, fine: Level, tolerance: number): void {
  const fixed = 2 + (process.transition === undefined ? 0 : probePairs(process).length);
  for (let i = 0; i < fixed; i++) {
    const [a, b] = [coarse.masses[i], fine.masses[i]];
    const settled = Math.abs(a.value - b.value) <= tolerance && b.value > SEEN;
    if (!settled || massError(b) <= tolerance) continue;
    const remedy =
      i < 2 || process.survival !== undefined
        ? 'Divide it by its integral'
        : 'Divide it by its integral, or give `survival` where the process may end';
    throw new MdpError(
      `${process.name}: ${b.name} has mass ${b.value}; expected ${b.expected} to ${tolerance}. ${remedy}`,
    );
  }
}

function notReached(process: ContinuousProcess, coarse: Level, fine: Level, tolerance: number): string {
  const rules = `${coarse.found.nodes} nodes a coordinate`;
  const worst = fine.masses.reduce((most, mass) => (massError(mass) > massError(most) ? mass : most));
  if (!(massError(worst) <= tolerance)) {
    return (
      `${process.name}: ${worst.name} has mass ${worst.value} by ${fine.found.nodes} nodes a coordinate; expected ${worst.expected} to ${tolerance}. ` +
      'It is narrower than the nodes are apart, or has a jump: make it wider and smooth, choose a region that is closer to where it lives, or ask for less (tolerance)'
    );
  }
  const all = differences(coarse, fine);
  const greatest = (from: readonly number[]) => all.indexOf(Math.max(...from));
  // A pair where it shows, before what is an integral over all of them.
  const ofPairs = all.slice(0, 2 * probePairs(process).length);
  const i = Math.max(...ofPairs) > tolerance ? greatest(ofPairs) : greatest(all);
  const [a, b] = [coarse.quantities[i], fine.quantities[i]];
  return (
    `${process.name}: ${b.name} is ${a.value} by ${rules} and ${b.value} by ${fine.found.nodes}; expected ${tolerance} of accuracy relative to 1 + sup|Q|. ` +
    'The cost, the features or a density has a jump, a kink or a narrow peak, or the optimal policy is narrow at this temperature: make them smooth, raise tau, or ask for less (tolerance)'
  );
}
