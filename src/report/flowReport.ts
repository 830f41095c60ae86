import type { Certificate } from '../theory/certificate/certificate.js';
import type { Verdict } from '../theory/certificate/entry.js';
import { theoremTwoBound } from '../theory/certificate/theoremTwo.js';
import type { FlowResult } from '../theory/flowResult.js';
import { agentSection } from './agentFigures.js';
import { baselineSection } from './baselineFigure.js';
import { discreteSection } from './discreteFigure.js';
import { type Cell, htmlReport, type ReportFigure } from './html.js';
import { type LineSeries, lineChart } from './lineChart.js';
import { policyMap } from './policyMap.js';

const tones: Record<Verdict, 'good' | 'bad' | 'muted'> = {
  holds: 'good',
  fails: 'bad',
  undecided: 'muted',
  'does not apply': 'muted',
};

/** The report of one flow as a self-contained page. */
export async function flowReport(result: FlowResult): Promise<string> {
  const { name, tau, gamma, eta0, k1, horizon, features, size, optimalValue, certificate } = result;
  const parameters: Cell[][] = [
    ['discount γ', show(gamma)],
    ['temperature τ', show(tau)],
    ['critic speed η_t', `${show(eta0)} · exp(${show(k1)} t)`],
    ['features', `${features}, N = ${size}`],
    ['β, law of the first pair', result.beta],
    ['ρ, law of the first state', result.rho],
    ['μ, reference measure', result.mu],
    ['start', result.start],
    ['horizon', show(horizon)],
    ['optimal value V*(ρ), a cost', show(optimalValue)],
    ['∫ KL(π*|π₀) d_ρ^π*', show(certificate.initialDivergence)],
  ];
  return htmlReport({
    title: `The actor-critic flow on ${name}`,
    lead: 'Exact integrals. docs/theory.md says how each entry is computed.',
    sections: [
      { heading: 'Certificate', table: certificateTable(certificate), text: result.notes },
      { heading: 'Setting', table: { columns: ['quantity', 'value'], rows: parameters } },
      { heading: 'Paths', figures: await pathFigures(result) },
      ...(result.discrete ? [await discreteSection(result.discrete, verdictCell)] : []),
      ...(result.baselines ? [await baselineSection(result.baselines)] : []),
      ...(result.agent ? [await agentSection(result.agent)] : []),
      ...(result.policy ? [{ heading: 'Policy', figures: [await policyFigure(result)] }] : []),
    ],
  });
}

/** Several flows on the same axes. */
export async function compareReport(results: readonly FlowResult[]): Promise<string> {
  const series = (of: (r: FlowResult) => readonly number[]): LineSeries[] =>
    results.map((r) => ({ name: labelOf(r, results), points: points(r.diagnosis.times, of(r)) }));
  const axis = { xTitle: 'time t of the flow', yScale: 'log' as const };
  const rows = results.map((r) => [
    labelOf(r, results),
    show(r.certificate.rate),
    show(r.tau / 2),
    ...r.certificate.entries.map((e): Cell => ({ text: e.verdict, tone: tones[e.verdict] })),
  ]);
  const names = results[0].certificate.entries.map((e) => e.name);
  return htmlReport({
    title: 'Flows compared',
    sections: [
      { heading: 'Certificates', table: { columns: ['run', 'measured rate', 'τ/2', ...names], rows } },
      {
        heading: 'Paths',
        figures: [
          {
            svg: await lineChart({
              ...axis,
              title: 'Value gap',
              yTitle: 'min V − V*',
              series: series((r) => r.diagnosis.leastGap),
            }),
            caption: 'min over r ≤ t of V(ρ) − V*(ρ).',
          },
          {
            svg: await lineChart({
              ...axis,
              title: 'Critic',
              yTitle: '‖θ − θ_π‖',
              series: series((r) => r.diagnosis.criticError),
            }),
            caption: 'Distance of the critic from the fixed point of its policy.',
          },
          {
            svg: await lineChart({
              ...axis,
              yScale: 'linear',
              title: 'K_t',
              yTitle: 'sup KL(π_t|μ)',
              series: series((r) => r.diagnosis.K),
            }),
            caption: 'K_t = sup over s of KL(π_t(·|s)|μ).',
          },
        ],
      },
    ],
  });
}

async function pathFigures(result: FlowResult): Promise<ReportFigure[]> {
  const { diagnosis: d, tau, gamma, certificate: c } = result;
  const xTitle = 'time t of the flow';
  const gaps: LineSeries[] = [{ name: 'value gap, least so far', points: points(d.times, d.leastGap) }];
  if (tau > 0) {
    const bound = (k2: number) =>
      d.times.map((t) => theoremTwoBound(t, { tau, gamma, initialDivergence: c.initialDivergence, k2 }));
    gaps.push(
      {
        name: `Theorem 2 with the least k₂ = ${show(c.k2Least)}`,
        dashed: true,
        points: points(d.times, bound(c.k2Least)),
      },
      {
        name: `Theorem 2 with the path's k₂ = ${show(c.k2Derived)}`,
        dashed: true,
        points: points(d.times, bound(c.k2Derived)),
      },
    );
  }
  const figures: ReportFigure[] = [
    {
      svg: await lineChart({
        title: 'Value gap and its bound',
        xTitle,
        yTitle: 'min V − V*',
        yScale: 'log',
        series: gaps,
      }),
      caption: `min over r ≤ t of V(ρ) − V*(ρ): measured rate ${show(c.rate)}; Theorem 2's is τ/2 = ${show(tau / 2)}.`,
    },
    {
      svg: await lineChart({
        title: 'Critic',
        xTitle,
        yTitle: '‖θ − θ_π‖',
        yScale: 'log',
        series: [{ name: 'distance', points: points(d.times, d.criticError) }],
      }),
      caption: 'Distance ‖θ_t − θ_{π_t}‖₂ of the critic from the fixed point of its policy.',
    },
  ];
  // JSON has no infinity: where K_t is not bounded in s its points are null, and there is nothing to draw.
  if (d.K.every((k) => k !== null && Number.isFinite(k))) {
    figures.push({
      svg: await lineChart({
        title: 'K_t',
        xTitle,
        yTitle: 'sup KL(π_t|μ)',
        series: [{ name: 'K', points: points(d.times, d.K) }],
      }),
      caption: 'K_t = sup over s of KL(π_t(·|s)|μ): no blow-up.',
    });
  }
  return figures;
}

async function policyFigure({ policy }: FlowResult): Promise<ReportFigure> {
  const { grid, value, probabilities, directions } = policy!;
  return {
    svg: await policyMap({
      title: 'Policy at the end of the path',
      grid,
      value: Float64Array.from(value),
      valueTitle: 'V (cost)',
      probabilities: Float64Array.from(probabilities),
      directions,
    }),
    caption: 'Colour: V of the last policy. Arrows: as long as their actions are likely.',
  };
}

function certificateTable({ entries }: Certificate) {
  const rows = entries.map((e): Cell[] => [e.name, verdictCell(e.verdict), e.figure]);
  return { columns: ['condition', 'verdict', 'figure'], rows };
}

function verdictCell(verdict: Verdict): Cell {
  return { text: verdict, tone: tones[verdict] };
}

function labelOf(result: FlowResult, all: readonly FlowResult[]): string {
  const label = `${result.name}: τ ${show(result.tau)}, η₀ ${show(result.eta0)}, k₁ ${show(result.k1)}, ${result.features}`;
  const twins = all.filter(
    (r) => r !== result && r.name === result.name && r.tau === result.tau && r.eta0 === result.eta0,
  );
  return twins.length > 0 ? `${all.indexOf(result) + 1}. ${label}` : label;
}

function points(x: readonly number[], y: readonly number[]) {
  return x.map((t, i) => ({ x: t, y: y[i] }));
}

function show(x: number | null): string {
  if (x === null || !Number.isFinite(x)) return '∞';
  return Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5
    ? String(Number(x.toPrecision(4)))
    : x === 0
      ? '0'
      : x.toExponential(2);
}
