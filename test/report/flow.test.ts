import { describe, expect, it } from 'vitest';
import { compareDocument, flowDocument, type ReportFigure } from '../../src/report/index.js';
import { dashesOf, marksOf } from '../../src/report/seriesStyle.js';
import {
  aggregate,
  type FlowResult,
  finiteProblem,
  flow,
  garnet,
  lqrProblem,
  scalarLqr,
  tabular,
} from '../../src/theory/index.js';

const mdp = garnet({ states: 5, actions: 3, branching: 2, seed: 3, gamma: 0.8 });
const tau = 0.5;
const problem = finiteProblem(mdp, tabular(mdp), tau);
const run = flow(problem, { eta0: 10, horizon: 20 });

async function figure(result: FlowResult, name: string): Promise<ReportFigure> {
  const { sections } = await flowDocument(result);
  const found = sections.flatMap(({ figures = [] }) => figures).find((f) => f.name === name);
  if (found === undefined) throw new Error(`no figure ${name}`);
  return found;
}

/** The ends of the dotted guide with a label, as [Δt, ratio of the values], read off the picture. */
function slopeOf(svg: string, label: string): number {
  const text = new RegExp(`transform="translate\\(([\\d.]+),([\\d.-]+)\\)"[^>]*>${label}<`).exec(svg);
  const guides = [
    ...svg.matchAll(
      /<line[^>]*translate\(([\d.]+),([\d.-]+)\)" x2="([\d.-]+)" y2="([\d.-]+)"[^>]*stroke-dasharray="1,3"/g,
    ),
  ];
  // The label stands 5 to the right of its end.
  const ends = guides.map(([, ...numbers]) => numbers.map(Number));
  const own = ends.find(([x, , dx]) => Math.abs(Math.max(x, x + dx) + 5 - Number(text?.[1])) < 0.01);
  if (own === undefined) throw new Error(`no guide ${label}`);
  return Math.abs(own[3] / own[2]);
}

describe('the figures of a flow', () => {
  it('have slopes to compare with: 2τ is four times as steep as τ/2', async () => {
    const { svg } = await figure(run, 'gap');
    expect(slopeOf(svg, 'slope 2τ') / slopeOf(svg, 'slope τ/2')).toBeCloseTo(4, 3);
  });

  it('mark the floor of rounding where the path gets there, and only there', async () => {
    expect((await figure(run, 'gap')).svg).not.toContain('rounding');
    const long = flow(problem, { eta0: 10, horizon: 40 / tau });
    const { svg, caption } = await figure(long, 'gap');
    expect(svg).toMatch(/>rounding: below [\d.·⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+ the gap is not resolved</);
    expect(caption).toContain('It ends at rounding');
  });

  it('say what they show', async () => {
    const { caption } = await figure(run, 'gap');
    expect(caption).toContain(`It falls at the rate ${Number(run.certificate.rate.toPrecision(4))} = `);
    expect(caption).toContain('and still falling');
    const K = Math.max(...run.diagnosis.K);
    expect((await figure(run, 'divergence')).caption).toContain(`The greatest K_t is ${Number(K.toPrecision(4))}`);
    // While it still grows.
    const short = flow(problem, { eta0: 1, horizon: 0.5 });
    expect((await figure(short, 'divergence')).caption).toContain('it still grows on the second half of the path');
    const long = flow(problem, { eta0: 10 });
    expect((await figure(long, 'divergence')).caption).toContain('it does not grow on the second half of the path');
  });

  it('have the error floor where A3 fails, at which the caption says where the gap rests', async () => {
    const wrong = flow(finiteProblem(mdp, aggregate(mdp, 2), tau), { eta0: 10 });
    const { svg, caption } = await figure(wrong, 'gap');
    expect(svg).toMatch(/>error floor e²\/\(2τ\(1−γ\)\) = [\d.]+</);
    expect(svg).toContain('(does not apply)');
    const last = wrong.diagnosis.leastGap.at(-1);
    expect(caption).toContain(`It comes to rest at ${Number(last?.toPrecision(4))}`);
    expect((await figure(run, 'gap')).svg).not.toContain('error floor');
  });

  it('leave out what is not finite, in a result from a file as well', async () => {
    const regulator: FlowResult = JSON.parse(
      JSON.stringify(flow(lqrProblem(scalarLqr(), 0.3), { eta0: 2, samples: 41 })),
    );
    const { sections } = await flowDocument(regulator);
    const names = sections.flatMap(({ figures = [] }) => figures.map((f) => f.name));
    expect(names).toEqual(['gap', 'critic']);
    expect(JSON.stringify(sections)).not.toMatch(/NaN|undefined/);
  });
});

describe('runs compared', () => {
  it('are named by what they differ in', async () => {
    const slow = flow(problem, { eta0: 1, horizon: 20 });
    const { lead, sections } = await compareDocument([run, slow]);
    expect(sections[0].table?.rows.map(([name]) => name)).toEqual(['η₀ = 10', 'η₀ = 1']);
    expect(lead).toBe(
      'All runs: garnet(5,3,2,3), τ = 0.5, γ = 0.8, k₁ = 0.25, tabular features, β uniform on the states ⊗ μ, ρ uniform, μ uniform, θ₀ = 0, π₀ = μ, t ≤ 20.',
    );
    const twins = await compareDocument([run, run, slow]);
    expect(twins.sections[0].table?.rows.map(([name]) => name)).toEqual(['run 1: η₀ = 10', 'run 2: η₀ = 10', 'η₀ = 1']);
  });

  it('are named by their laws and lengths where they differ in nothing else', async () => {
    const names = async (...results: FlowResult[]) =>
      (await compareDocument(results)).sections[0].table?.rows.map(([name]) => name);
    const uniform = flow(problem, { eta0: 1, horizon: 20, samples: 21 });
    expect(await names(uniform, { ...uniform, beta: 'reset: ρ ⊗ μ' })).toEqual([
      'β uniform on the states ⊗ μ',
      'β reset: ρ ⊗ μ',
    ]);
    expect(await names(uniform, { ...uniform, horizon: 5 })).toEqual(['t ≤ 20', 't ≤ 5']);
    expect(await names(uniform, { ...uniform, rho: 'rho.npy' }, run)).toEqual([
      'η₀ = 1, ρ uniform',
      'η₀ = 1, ρ rho.npy',
      'η₀ = 10',
    ]);
    const falling = (rate: number) => ({ ...uniform, tauSchedule: { type: 'exponential', value: 0.5, rate } as const });
    expect(await names(falling(-1), falling(-2))).toEqual(['τ_t exponential, rate -1', 'τ_t exponential, rate -2']);
  });

  it('differ without colour: each line of a chart has dashes or marks of its own', async () => {
    const runs = [1, 3, 10].map((eta0) => flow(problem, { eta0, samples: 41, horizon: 20 }));
    const { svg } = (await compareDocument(runs)).sections[1].figures![0];
    const dashes = [...svg.matchAll(/aria-roledescription="line mark"[^>]*stroke-dasharray="([^"]*)"/g)].map(
      ([, d]) => d,
    );
    expect(new Set(dashes).size).toBe(3);
    const shapes = [...svg.matchAll(/series: η₀ = (\d+)"[^>]*aria-roledescription="point"[^>]* d="([^"]*)"/g)];
    const byRun = new Map(shapes.map(([, name, d]) => [name, d]));
    expect(new Set(byRun.values()).size).toBe(3);
    // Each curve has several marks.
    expect(shapes.length).toBeGreaterThanOrEqual(3 * 4);
    const many = Array.from({ length: 56 }, () => ({}));
    const [lines, marks] = [dashesOf(many, true), marksOf(many)];
    expect(new Set(lines.map((line, i) => `${line} ${marks[i]}`)).size).toBe(56);
  });
});
