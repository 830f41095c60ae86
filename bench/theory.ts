/**
 * The theory lab's figures and rates: `npm run bench -- theory`. Writes docs/assets/theory-*.svg and bench/results/theory.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { table } from '../src/cli/table.js';
import type { StepCount } from '../src/critic/schedule.js';
import { createRng } from '../src/numeric/rng.js';
import { type LineSeries, lineChart } from '../src/report/index.js';
import {
  aggregate,
  diagnosePath,
  discreteFlow,
  type ExactProblem,
  finiteProblem,
  garnet,
  implicitFlow,
  type LabOptions,
  linearMdp,
  lqrProblem,
  planarLqr,
  runLab,
  sampledFlow,
  sampleTimes,
  scalarLqr,
  tabular,
  theoremTwoBound,
} from '../src/theory/index.js';

const assets = new URL('../docs/assets/', import.meta.url);
const results = new URL('results/', import.meta.url);
for (const directory of [assets, results]) mkdirSync(directory, { recursive: true });

const rates = rateTable();
const figures: Record<string, string> = {
  bound: await boundFigure(),
  contrasts: await contrastFigure(),
  discrete: await discreteFigure(),
  sampled: await sampledFigure(),
};
for (const [name, svg] of Object.entries(figures)) writeFileSync(new URL(`theory-${name}.svg`, assets), svg);
writeFileSync(new URL('theory.json', results), `${JSON.stringify(rates, null, 1)}\n`);
process.stdout.write(
  table(
    ['processes', 'η₀', 'rate / (τ/2): least', 'median', 'greatest', 'bound holds'],
    rates.map((r) => [r.processes, r.eta0, ...r.ratios.map((x) => x.toFixed(2)), r.bound]),
  ),
);

/** The measured rate beside τ/2, over many processes. */
function rateTable() {
  const garnets = Array.from({ length: 50 }, (_, seed) => {
    const mdp = garnet({
      states: 5 + (seed % 4),
      actions: 2 + (seed % 3),
      branching: 3,
      seed,
      gamma: [0.8, 0.9][seed % 2],
    });
    return finiteProblem(mdp, tabular(mdp), [0.1, 0.2, 0.5][seed % 3]);
  });
  const linear = Array.from({ length: 5 }, (_, seed) => {
    const { mdp, features } = linearMdp({ states: 10, actions: 3, features: 5, seed });
    return finiteProblem(mdp, features, 0.2);
  });
  const regulators = [scalarLqr(), planarLqr()].map((lqr) => lqrProblem(lqr, 0.3));
  const rows: [string, ExactProblem[], number | undefined][] = [
    ['50 Garnets, tabular', garnets, 1],
    ['50 Garnets, tabular', garnets, 5],
    ['50 Garnets, tabular', garnets, undefined],
    ['5 linear MDPs, N < |S||A|', linear, 5],
    ['5 linear MDPs, N < |S||A|', linear, undefined],
    ['2 regulators', regulators, 2],
  ];
  return rows.map(([processes, problems, eta0]) => {
    const runs = problems.map((problem) => ({ problem, run: runLab(problem, { eta0, samples: 41 }) }));
    const sorted = runs.map(({ problem, run }) => run.certificate.rate / (problem.tau / 2)).sort((a, b) => a - b);
    const held = runs.filter(({ run }) => run.certificate.entries[5].verdict === 'holds').length;
    const applies = runs.filter(({ run }) => run.certificate.entries[5].verdict !== 'does not apply').length;
    return {
      processes,
      eta0: eta0 === undefined ? '2τ/Γ' : String(eta0),
      ratios: [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)!],
      bound: applies === 0 ? 'does not apply' : `${held} of ${applies}`,
    };
  });
}

function boundFigure(): Promise<string> {
  const problem = gridProblem();
  const { diagnosis, certificate } = runLab(problem, { eta0: 5, horizon: 60 });
  const { times, leastGap } = diagnosis;
  const bound = (k2: number) =>
    points(
      times,
      times.map((t) =>
        theoremTwoBound(t, {
          tau: problem.tau,
          gamma: problem.gamma,
          initialDivergence: certificate.initialDivergence,
          k2,
        }),
      ),
    );
  return gapChart('Value gap and Theorem 2', [
    { name: 'value gap, least so far', points: points(times, leastGap) },
    { name: 'bound with the least k₂ that holds', dashed: true, points: bound(certificate.k2Least) },
    { name: 'bound with the k₂ of the path', dashed: true, points: bound(certificate.k2Derived) },
  ]);
}

function contrastFigure(): Promise<string> {
  const mdp = gridProblem().mdp;
  const beta = Float64Array.from({ length: mdp.cost.length }, (_, p) => (p === 0 ? 1 : 0));
  const horizon = 100;
  const runs: [string, ExactProblem, LabOptions][] = [
    ['A1–A3 hold, η_t = 5e^{τt/2}', finiteProblem(mdp, tabular(mdp), 0.2), { eta0: 5 }],
    ['τ = 0', finiteProblem(mdp, tabular(mdp), 0), { eta0: 5, k1: 0.1 }],
    ['slow critic: η ≡ 1 < τ/Γ', finiteProblem(mdp, tabular(mdp), 0.2), { eta0: 1, k1: 0 }],
    ['A2 fails: β on one pair', finiteProblem(mdp, tabular(mdp), 0.2, beta), { eta0: 5 }],
    ['A3 fails: two groups of states', finiteProblem(mdp, aggregate(mdp, 2), 0.2), { eta0: 5 }],
  ];
  return gapChart(
    'What the assumptions do',
    runs.map(([name, problem, options]) => {
      const { times, leastGap } = runLab(problem, { horizon, ...options }).diagnosis;
      return { name, points: points(times, leastGap) };
    }),
  );
}

function discreteFigure(): Promise<string> {
  const problem = gridProblem();
  const counts: [string, StepCount][] = [
    ['M_n = 1 (single loop)', { type: 'constant', value: 1 }],
    ['M_n = 20', { type: 'constant', value: 20 }],
    ['M_n ~ log n', { type: 'logarithmic', value: 1, scale: 10 }],
    ['M_n ~ n', { type: 'linear', value: 1, slope: 10 }],
  ];
  const series = counts.map(([name, criticSteps]) => {
    const path = discreteFlow(problem, {
      updates: 200,
      criticStep: 1,
      mirrorStep: 0.5,
      mirror: 'proximal',
      criticSteps,
    });
    const { leastGap } = diagnosePath(problem, path);
    return { name, points: [...leastGap].map((y, x) => ({ x, y })) };
  });
  return lineChart({
    title: 'Discrete time: critic steps a policy update',
    xTitle: 'policy update n',
    yTitle: 'min V − V*',
    yScale: 'log',
    series,
  });
}

function sampledFigure(): Promise<string> {
  const problem = gridProblem();
  const eta = 20;
  const horizon = 20;
  const times = sampleTimes(horizon, 81);
  const flow = implicitFlow(problem, { eta: { type: 'constant', value: eta }, times });
  const exact = diagnosePath(problem, flow);
  const series = [0.2, 0.05, 0.0125].map((lambda): LineSeries => {
    const updates = Math.round(horizon / lambda);
    const path = sampledFlow(
      problem,
      { updates, criticStep: eta * lambda, mirrorStep: lambda, samples: 50 },
      createRng(0),
    );
    const every = Math.max(1, Math.floor(updates / 100));
    const shown = Array.from({ length: Math.floor(updates / every) }, (_, i) => i * every);
    return {
      name: `sampled, λ = ${lambda}, h = ${eta * lambda}`,
      points: shown.map((n) => ({ x: n * lambda, y: problem.diagnose(path.theta[n], path.w[n]).gap })),
    };
  });
  return gapChart('Sampled updates beside the exact flow, η = 20', [
    ...series,
    { name: 'exact flow', dashed: true, points: points(exact.times, exact.gap) },
  ]);
}

function gridProblem() {
  const mdp = garnet({ states: 8, actions: 3, branching: 3, seed: 0 });
  return finiteProblem(mdp, tabular(mdp), 0.2);
}

function gapChart(title: string, series: LineSeries[]): Promise<string> {
  return lineChart({ title, xTitle: 'time t of the flow', yTitle: 'V − V*', yScale: 'log', series });
}

function points(x: Float64Array, y: Float64Array) {
  return [...x].map((t, i) => ({ x: t, y: y[i] }));
}
