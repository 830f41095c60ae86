import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/numeric/rng.js';
import {
  actionValue,
  bellman,
  estimateBellman,
  estimateOccupancy,
  estimateSemiGradient,
  finiteProblem,
  garnet,
  implicitFlow,
  linearMdp,
  occupancy,
  policyOf,
  randomWalk,
  sampledFlow,
  tabular,
  transitionSampler,
} from '../../src/theory/index.js';
import { distance, numbers } from './support.js';

const tau = 0.3;
const small = garnet({ states: 4, actions: 2, branching: 2, seed: 5, gamma: 0.8 });
const linear = linearMdp({ states: 6, actions: 2, features: 4, seed: 1 });
const cases = [
  { mdp: small, features: tabular(small) },
  { mdp: randomWalk(5, 0.9), features: tabular(randomWalk(5, 0.9)) },
  linear,
].map(({ mdp, features }) => {
  const problem = finiteProblem(mdp, features, tau);
  const w = numbers(features.size, 3);
  return { mdp, features, problem, w, policy: policyOf(mdp, features, w), next: transitionSampler(mdp) };
});

/**
 * Whether estimates are within 3 standard errors as often as they should be: 99.73 % each. Over all entries and seeds the number outside is
 * compared with its own mean and three standard deviations, so that no seed is picked.
 */
function outside(entries: { z: number }[]): { count: number; most: number } {
  const n = entries.length;
  return { count: entries.filter(({ z }) => Math.abs(z) > 3).length, most: 0.0027 * n + 3 * Math.sqrt(0.0027 * n) };
}

function scores(estimate: { mean: Float64Array; standardError: Float64Array }, exact: Float64Array) {
  return [...exact].flatMap((x, i) => {
    const error = estimate.standardError[i];
    return error > 0 ? [{ z: (estimate.mean[i] - x) / error }] : [];
  });
}

describe('the geometric sampler', () => {
  it('estimates d_β^π, g and T^π f within 3 standard errors, over ten seeds', () => {
    for (const { mdp, features, problem, w, policy, next } of cases) {
      const theta = numbers(features.size, 9);
      const g = new Float64Array(features.size);
      problem.semiGradient(theta, w, g);
      const d = occupancy(mdp, policy, problem.beta);
      const f = actionValue(mdp, policy, 0).map((x, i) => x + i);
      const exact = bellman(mdp, policy, tau, f);
      const all = Array.from({ length: 10 }, (_, seed) => {
        const rng = createRng(seed);
        const simulation = { policy, next, rng };
        return [
          ...scores(estimateOccupancy(problem, simulation, 4000), d),
          ...scores(estimateSemiGradient(problem, simulation, theta, 4000), g),
          ...exact.slice(0, 3).reduce<{ z: number }[]>((found, x, pair) => {
            const one = estimateBellman(problem, simulation, { f, pair }, 1000);
            return found.concat(scores(one, Float64Array.of(x)));
          }, []),
        ];
      }).flat();
      const { count, most } = outside(all);
      expect(all.length).toBeGreaterThan(100);
      expect(count).toBeLessThanOrEqual(most);
    }
  });

  it('has an error of d and of g that falls like n^{−1/2} over three decades', () => {
    const { mdp, features, problem, w, policy, next } = cases[0];
    const theta = numbers(features.size, 9);
    const g = new Float64Array(features.size);
    problem.semiGradient(theta, w, g);
    const d = occupancy(mdp, policy, problem.beta);
    // From 200 to 200,000 samples, root mean square over repetitions.
    const sizes = [200, 2000, 20_000, 200_000];
    const errors = sizes.map((n, k) => {
      const repetitions = [80, 40, 16, 5][k];
      let [squaresD, squaresG] = [0, 0];
      for (let seed = 0; seed < repetitions; seed++) {
        const rng = createRng(1000 * k + seed);
        const simulation = { policy, next, rng };
        const sampledD = estimateOccupancy(problem, simulation, n).mean;
        const sampledG = estimateSemiGradient(problem, simulation, theta, n).mean;
        squaresD += sampledD.reduce((sum, x, i) => sum + (x - d[i]) ** 2, 0) / repetitions;
        squaresG += sampledG.reduce((sum, x, i) => sum + (x - g[i]) ** 2, 0) / repetitions;
      }
      return [Math.sqrt(squaresD), Math.sqrt(squaresG)];
    });
    for (const column of [0, 1]) {
      const slope = fitSlope(
        sizes.map(Math.log10),
        errors.map((e) => Math.log10(e[column])),
      );
      expect(slope).toBeGreaterThan(-0.57);
      expect(slope).toBeLessThan(-0.43);
    }
  });
});

describe('the sampled updates', () => {
  it('follow the exact flow, the closer the smaller the steps', () => {
    const { problem } = cases[0];
    const eta = 20;
    const horizon = 4;
    const flow = implicitFlow(problem, {
      eta: { type: 'constant', value: eta },
      times: Float64Array.of(0, 2, horizon),
    });
    const size = Math.max(...flow.w.at(-1)!.map(Math.abs));
    const away = [0.08, 0.02, 0.005].map((lambda) => {
      const squares = Array.from({ length: 5 }, (_, seed) => {
        const updates = Math.round(horizon / lambda);
        const path = sampledFlow(
          problem,
          { updates, criticStep: eta * lambda, mirrorStep: lambda, samples: 50 },
          createRng(seed),
        );
        return distance(path.w[updates], flow.w.at(-1)!) ** 2;
      });
      return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
    });
    // Noise of the samples falls like λ^{1/2}, the discretisation like λ: a quarter of the step at most about half of the distance.
    expect(away[1]).toBeLessThan(0.65 * away[0]);
    expect(away[2]).toBeLessThan(0.65 * away[1]);
    expect(away[2]).toBeLessThan(0.1 * size);
  });
});

function fitSlope(x: number[], y: number[]): number {
  const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((v, i) => (v - mx) * (y[i] - my))) / mean(x.map((v) => (v - mx) ** 2));
}
