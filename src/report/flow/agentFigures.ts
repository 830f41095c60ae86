import type { AgentPath, AgentResult, SeedResult } from '../../theory/agentResult.js';
import type { ReportFigure, ReportSection } from '../html.js';
import { type LinePoint, type LineSeries, lineChart } from '../lineChart.js';
import { CRITIC, finite, GAP_NOW, K, points, show, TIME } from './show.js';

/** Up to so many agents a line each; beyond, their mean with a band from the least to the greatest. */
const LINES = 3;

/** The section of a report on agents that were trained beside the flow. */
export async function agentSection(agent: AgentResult): Promise<ReportSection> {
  const { own, seeds, flow, times } = agent;
  const rows: [string, string][] = [
    ['agents (seeds)', seeds.map((s) => s.seed).join(', ')],
    ['steps of the environments, each agent', String(agent.steps)],
    ['environments', String(agent.numEnvs)],
    ['mirror step λ; flow time t = Σλ', show(agent.mirrorStep)],
    ['critic speed η_t = h_n M_n E/((2−γ)λ)', `${show(agent.eta0)} · exp(${show(agent.k1)} t)`],
    [
      "in the agent's units: costScale, τ, λ",
      `${show(own.costScale)}, ${show(own.tau)}, ${show(own.mirrorStep)}: τ and λ⁻¹ are costScale times the lab's, w is the same`,
    ],
    ['value gap at the end: flow, agents', [flow, ...seeds].map((x) => show(x.gap.at(-1)!)).join(', ')],
    ['‖w − w_flow‖/‖w_flow‖ at the end', seeds.map((s) => show(finite(s.relativeDistance.at(-1)))).join(', ')],
  ];
  const text = `Agents trained over the bridge up to t = ${show(times.at(-1)!)}, beside the flow that they follow in the mean.`;
  return {
    heading: 'The agent beside the flow',
    text: [text, ...agent.warnings],
    table: { name: 'agent', columns: ['quantity', 'value'], rows },
    figures: await agentFigures(agent),
  };
}

/** Gap, critic, policy and K_t of the agents over those of the flow. */
export async function agentFigures(agent: AgentResult): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [
    {
      name: 'agent-gap',
      svg: await agentGapChart(agent),
      caption:
        "V(ρ) − V*(ρ) of the agents' policies, computed exactly from w. The bounds on its least value so far need no A3; the agents' is the greatest of them.",
    },
    {
      name: 'agent-critic',
      svg: await lineChart({
        title: 'Critic',
        xTitle: TIME,
        yTitle: CRITIC,
        yScale: 'log',
        series: both(agent, (path) => path.criticError),
        print: true,
      }),
      caption:
        "Distance of the critic from the fixed point of its policy. What is left of an agent's is the noise of its steps, which grow with η_t.",
    },
    {
      name: 'agent-policy',
      svg: await lineChart({
        title: 'Policy',
        xTitle: TIME,
        yTitle: '‖w − w_flow‖/‖w_flow‖',
        yScale: 'log',
        series: ofSeeds(agent, (seed) => seed.relativeDistance),
        print: true,
      }),
      caption: 'Distance of the vector of the policy from that of the flow at the same time.',
    },
  ];
  if (isDrawable(agent.flow.K)) {
    const svg = await lineChart({
      title: 'K_t',
      xTitle: TIME,
      yTitle: K,
      print: true,
      series: both(agent, (path) => path.K),
    });
    figures.push({ name: 'agent-divergence', svg, caption: 'K_t = sup over s of KL(π_t(·|s)|μ).' });
  }
  return figures;
}

/** The gap of the agents over that of the flow, with the bounds. */
export function agentGapChart(agent: AgentResult): Promise<string> {
  const { times, flow, seeds } = agent;
  const worst = times.map((_, i) => Math.max(...seeds.map((s) => s.bound[i] ?? Number.POSITIVE_INFINITY)));
  const bounds: LineSeries[] = [
    { name: "bound without A3, flow's critic", dashed: true, points: points(times, flow.bound) },
    { name: "bound without A3, agents' critics", dashed: true, points: points(times, worst) },
  ];
  const drawn = isDrawable(flow.bound) && isDrawable(worst) ? bounds : [];
  const series = [...both(agent, (path) => path.gap), ...drawn];
  return lineChart({
    title: 'Value gap: the agent beside the flow',
    xTitle: TIME,
    yTitle: GAP_NOW,
    yScale: 'log',
    series,
    print: true,
  });
}

/** The flow and the agents. */
function both(agent: AgentResult, of: (path: AgentPath) => readonly number[]): LineSeries[] {
  return [{ name: 'flow', points: points(agent.times, of(agent.flow)) }, ...ofSeeds(agent, of)];
}

/** A line a seed, or the mean with a band. */
function ofSeeds({ times, seeds }: AgentResult, of: (seed: SeedResult) => readonly (number | null)[]): LineSeries[] {
  if (seeds.length <= LINES) return seeds.map((s) => ({ name: `agent, seed ${s.seed}`, points: points(times, of(s)) }));
  const all = seeds.map(of);
  const band = times.map((x, i): LinePoint => {
    const values = all.map((path) => finite(path[i]));
    const y = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { x, y, low: Math.min(...values), high: Math.max(...values) };
  });
  return [{ name: `mean of ${seeds.length} agents, with the least and the greatest`, points: band }];
}

/** JSON has no infinity: what is not finite is null when read back. */
function isDrawable(y: readonly (number | null)[]): boolean {
  return y.some((value) => value !== null && Number.isFinite(value) && value > 0);
}
