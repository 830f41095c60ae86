import type { StepCount } from '../../src/critic/schedule.js';
import { createRng } from '../../src/numeric/rng.js';
import { type LineSeries, lineChart } from '../../src/report/index.js';
import {
  aggregate,
  diagnosePath,
  discreteFlow,
  type ExactProblem,
  finiteProblem,
  implicitFlow,
  type LabOptions,
  runLab,
  sampledFlow,
  sampleTimes,
  tabular,
  theoremTwoBound,
} from '../../src/theory/index.js';
import { figureProblem, points } from './problems.js';

export function boundFigure(): Promise<string> {
  const problem = figureProblem();
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

export function contrastFigure(): Promise<string> {
  const mdp = figureProblem().mdp;
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

export function discreteFigure(): Promise<string> {
  const problem = figureProblem();
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

export function sampledFigure(): Promise<string> {
  const problem = figureProblem();
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

function gapChart(title: string, series: LineSeries[]): Promise<string> {
  return lineChart({ title, xTitle: 'time t of the flow', yTitle: 'V − V*', yScale: 'log', series });
}
