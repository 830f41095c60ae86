import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolderIn } from '../../src/cli/config.js';
import { flowJson } from '../../src/report/index.js';
import type { FlowResult } from '../../src/theory/flowResult.js';
import { finiteProblem, lqrProblem, planarLqr, scalarLqr, tabular, twoState } from '../../src/theory/index.js';
import type { SweepResult } from '../../src/theory/sweep.js';
import { version } from '../../src/version.js';
import { runFlow as flow } from './runFlow.js';
import { python } from './support.js';

const envs = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'mirrorflow-flow-'));
const before = process.env.PYTHONPATH;

beforeAll(() => {
  process.env.PYTHONPATH = envs;
});
afterAll(() => {
  if (before === undefined) delete process.env.PYTHONPATH;
  else process.env.PYTHONPATH = before;
  rmSync(directory, { recursive: true, force: true });
});

const resultIn = (out: string) => JSON.parse(readFileSync(join(out, 'flow.json'), 'utf8')) as FlowResult;

describe('mirrorflow flow', () => {
  it('prints the certificate of FrozenLake, read over the bridge, and writes a report with a map of the policy', async () => {
    const out = join(directory, 'lake');
    const text = await flow('FrozenLake-v1', '--gamma', '0.95', '--out', out);
    for (const part of ['A1', 'A2', 'A3', 'Theorem 1', 'Theorem 2', 'Rate', 'holds', out]) expect(text).toContain(part);
    expect(text).not.toContain('fails');
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html).not.toMatch(/<script|src=|NaN/);
    expect(resultIn(out).policy?.grid).toEqual([4, 4]);
    // Gymnasium's own numbers of the actions: left, down, right, up.
    expect(resultIn(out).policy?.directions).toEqual([
      [-1, 0],
      [0, 1],
      [1, 0],
      [0, -1],
    ]);
  });

  it('has the same answer for the reference environment as for the built-in process', async () => {
    const out = join(directory, 'two');
    const text = await flow(
      'mirrorflow/TwoState-v0',
      '--import',
      'mirrorflow_envs',
      '--gamma',
      '0.9',
      '--out',
      out,
      '--json',
    );
    const expected = finiteProblem(twoState(), tabular(twoState()), 0.1).optimalValue;
    expect(JSON.parse(text).optimalValue).toBeCloseTo(expected, 12);
  });

  it('reads the matrices of a regulator and the arguments of an environment over the bridge', async () => {
    const given = [
      'mirrorflow/LQR-v0',
      '--import',
      'mirrorflow_envs',
      '--gamma',
      '0.9',
      '--eta0',
      '2',
      '--sigma',
      '0.5',
    ];
    const matrices = [
      '--env-arg',
      'A=[[0.9,0.2],[-0.1,0.8]]',
      '--env-arg',
      'B=[[0.1],[0.5]]',
      '--env-arg',
      'Q=[[1,0.2],[0.2,0.5]]',
    ];
    const out = join(directory, 'planar');
    const text = await flow(
      ...given,
      ...matrices,
      '--env-arg',
      'R=0.3',
      '--env-arg',
      'noise=0.1',
      '--out',
      out,
      '--json',
    );
    // The built-in process has these matrices, and another σ.
    const expected = lqrProblem({ ...planarLqr(0.9), sigma: 0.5 }, 0.1).optimalValue;
    expect(JSON.parse(text).optimalValue).toBeCloseTo(expected, 12);
    const wrong = flow(...given, '--env-arg', 'A=[[1,2],[3,4]]');
    await expect(wrong).rejects.toThrow(/A has shape \(2, 2\); expected \(1, 1\)/);
    await expect(flow('garnet', '--sigma', '2')).rejects.toThrow(/it is a finite process; --sigma/);
  });

  it('reads a problem and its laws from files, prints and reports them', async () => {
    const [file, beta] = [join(directory, 'mine.json'), join(directory, 'beta.json')];
    const P = [
      [
        [0.5, 0.5],
        [1, 0],
      ],
      [
        [0, 1],
        [0.25, 0.75],
      ],
    ];
    writeFileSync(
      file,
      JSON.stringify({
        gamma: 0.5,
        P,
        cost: [
          [1, 2],
          [3, 4],
        ],
        mu: [0.25, 0.75],
        beta: [
          [1, 0],
          [0, 0],
        ],
      }),
    );
    writeFileSync(beta, JSON.stringify([0.1, 0.2, 0.3, 0.4]));
    const out = join(directory, 'mine');
    const text = await flow(file, '--beta', beta, '--rho', 'uniform', '--tau', '0.5', '--out', out);
    expect(text).toContain("β beta.json; ρ uniform; μ the problem's own; θ₀ = 0, π₀ = μ");
    expect(text).toContain('λ_β = 0.1');
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toMatch(/β, law of the first pair<\/td><td[^>]*>beta\.json/);
    // The file's own β, of which a file of the same form gives the entry.
    const own = JSON.parse(await flow(file, '--tau', '0.5', '--out', out, '--json')) as FlowResult;
    expect(own).toEqual({
      ...JSON.parse(await flow(file, '--beta', file, '--tau', '0.5', '--out', out, '--json')),
      beta: own.beta,
      command: own.command,
      date: own.date,
      seconds: own.seconds,
    });
    expect(own.certificate.lambdaBeta).toBe(0);
    expect(own.notes[0]).toContain('A2 fails: the features have rank 1 of 4 under β');
    expect(own.w).toHaveLength(own.diagnosis.times.length);
    await expect(flow(file, '--beta', join(directory, 'none.npy'))).rejects.toThrow(/none\.npy does not exist/);
    await expect(flow(file, '--rho', beta)).rejects.toThrow(/beta\.json: rho has the shape \[4\]; expected \[2\]/);
    await expect(flow(directory)).rejects.toThrow(/is no environment id .*, no file and no built-in process/);
    await expect(flow(file, '--mu', `${directory}/`)).rejects.toThrow(/is no file; expected a JSON or NPZ file/);
  });

  it('takes a new folder for each run', () => {
    const runs = join(directory, 'runs');
    const names = ['garnet(8,3,3,0)', 'garnet(8,3,3,0)', 'a/b'].map((name) => newFolderIn(runs, name));
    expect(names).toEqual(['garnet_8_3_3_0', 'garnet_8_3_3_0-2', 'a_b'].map((name) => join(runs, name)));
  });

  it('overlays finished runs', async () => {
    const outs = ['a', 'b'].map((name) => join(directory, name));
    await flow('two-state', '--tau', '0.2', '--out', outs[0]);
    await flow('lqr', '--tau', '0.2', '--eta0', '2', '--out', outs[1]);
    const text = await flow('--compare', outs[0], join(outs[1], 'flow.json'), '--out', join(directory, 'both'));
    expect(text).toContain('2 runs compared');
    const html = readFileSync(join(directory, 'both', 'report.html'), 'utf8');
    expect(html).toContain('All runs: τ = 0.2, γ = 0.9, k₁ = 0.1, θ₀ = 0, π₀ = μ, t ≤ 100.');
    expect(html).toMatch(/<td>two-state, η₀ = [\d.]+, tabular features</);
    expect(html).toContain('<td>lqr, η₀ = 2, quadratic features<');
  });

  it('writes for papers: figures as SVG and PDF, tables as CSV and LaTeX, the whole path and how it was made', async () => {
    const out = join(directory, "a paper's");
    await flow('two-state', '--tau', '0.3', '--out', out);
    const files = (folder: string) => readdirSync(join(out, folder)).sort();
    expect(files('figures')).toEqual(['critic', 'divergence', 'gap'].flatMap((name) => [`${name}.pdf`, `${name}.svg`]));
    expect(files('tables')).toEqual(
      ['certificate', 'provenance', 'setting'].flatMap((name) => [`${name}.csv`, `${name}.tex`]),
    );
    expect(
      readFileSync(join(out, 'figures', 'gap.pdf'))
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const result = resultIn(out);
    expect(result.command).toBe(`mirrorflow flow two-state --tau 0.3 --out '${out.replace("'", "'\\''")}'`);
    expect(result.versions).toEqual({
      mirrorflow: version,
      node: process.versions.node,
      platform: `${platform()} ${arch()}`,
    });
    expect(Math.abs(Date.now() - Date.parse(result.date ?? ''))).toBeLessThan(600_000);
    const problem = finiteProblem(twoState(), tabular(twoState()), 0.3);
    const [theta, w] = [result.theta, result.w].map((path) => Float64Array.from(path[path.length - 1]));
    // What was stored is the path, to the last digit.
    expect(problem.diagnose(theta, w).gap).toBe(result.diagnosis.gap.at(-1));
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toContain('mirrorflow flow two-state --tau 0.3');
  });

  it('leaves θ and w out of flow.json where they have more than a million numbers', () => {
    const result = { theta: [[1, 2]], w: [[1, 2]], size: 2 } as unknown as FlowResult;
    expect(JSON.parse(flowJson(result))).toEqual(result);
    expect(JSON.parse(flowJson({ ...result, size: 1_000_001 }))).toEqual({ size: 1_000_001, theta: null, w: null });
  });

  it('sweeps a parameter', async () => {
    const out = join(directory, 'sweep');
    const text = await flow('two-state', '--tau', '0.5', '--sweep', 'k1=0,0.5', '--out', out);
    expect(text).toMatch(/k₁ .*rate\/τ/);
    const result = JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')) as SweepResult;
    expect(result.runs.map((r) => r.value)).toEqual([0, 0.5]);
    expect(result.command).toContain('--sweep k1=0,0.5');
    expect(readdirSync(join(out, 'figures'))).toContain('rate.pdf');
    expect(readFileSync(join(out, 'tables', 'sweep.csv'), 'utf8')).toMatch(/^k₁,measured rate,rate\/τ/);
    const refused: [string[], RegExp][] = [
      [['--sweep', 'k1=0,1', '--k1', '1'], /--sweep k1 sets --k1 itself; leave it out/],
      [['--sweep', 'criticSteps=1,2', '--k1', '1', '--eta0', '2'], /sets --eta0 and --k1 itself; leave them out/],
      [['--sweep', 'k1=0,1', '--compare'], /--sweep and --compare cannot be together/],
      [
        ['--sweep', 'k1=0,1', '--tau', '{"type":"exponential","value":1,"rate":-0.05}'],
        /--tau is a schedule; expected a number/,
      ],
      [['--sweep', 'epsilon=0,1'], /"tabular" realise every function of the pairs/],
      [['--sweep', 'k1=0,1', '--mirror-step', '1', '--discrete'], /--discrete, --mirror-step without effect/],
      [['--sweep', 'gamma=0,1'], /"gamma" is no parameter/],
    ];
    for (const [options, message] of refused) await expect(flow('two-state', ...options)).rejects.toThrow(message);
  });

  it('says what is wrong with what it was given', async () => {
    const broken = join(directory, 'broken.json');
    writeFileSync(broken, '{"gamma": 0.9, "P": [[[[0.5, 0, 0, false]]]]}');
    await expect(flow(broken)).rejects.toThrow(/P\[0\]\[0\]: the probabilities sum to 0\.5; expected 1/);
    await expect(flow('nonsense')).rejects.toThrow(/"nonsense" is no environment id .* expected one of two-state/);
    await expect(flow('missing.json')).rejects.toThrow(/missing\.json does not exist/);
    await expect(flow('two-state', '--gamma', '1')).rejects.toThrow(/--gamma is 1; expected 0 ≤ γ < 1/);
    await expect(flow('two-state', 'garnet')).rejects.toThrow(/2 environments; expected one, or --compare/);
    await expect(flow('--compare', broken, broken)).rejects.toThrow(/is not the flow\.json of a run/);
    await expect(flow('CartPole-v1')).rejects.toThrow(/CartPole-v1 has no transition table P/);
  });
});

describe('the reference environments', () => {
  it('pass the checker of Gymnasium and give the exact answers of the theory', () => {
    const found = python<{ P: number; v0: number; logZ: number; visited: number }>(checkEnvironments, envs);
    const { P, v0 } = lqrProblem(scalarLqr(), 0.3).optimum;
    expect(found.P).toBeCloseTo(P.get(0, 0), 12);
    expect(found.v0).toBeCloseTo(v0, 12);
    // ∫₀¹ e^{a − 1} da = 1 − 1/e, for c = 1 − a and τ = 1.
    expect(found.logZ).toBeCloseTo(Math.log(1 - 1 / Math.E), 13);
    // From state 0, action 1 crosses with probability 0.9: 3 standard errors of 2,000 tries are 0.02.
    expect(Math.abs(found.visited - 0.9)).toBeLessThan(0.02);
  });
});

const checkEnvironments = `
import json, sys, warnings
sys.path.insert(0, json.load(sys.stdin))
import gymnasium, mirrorflow_envs
from gymnasium.utils.env_checker import check_env
warnings.simplefilter('ignore')
for name in ('LQR', 'Garnet', 'TwoState', 'ContinuousBandit', 'EmptyRoom'):
    check_env(gymnasium.make(f'mirrorflow/{name}-v0').unwrapped, skip_render_check=True)
r = gymnasium.make('mirrorflow/LQR-v0').unwrapped.riccati(0.9, 0.3)
b = gymnasium.make('mirrorflow/ContinuousBandit-v0', coefficients=(1.0, -1.0)).unwrapped
e = gymnasium.make('mirrorflow/TwoState-v0').unwrapped
e.reset(seed=0)
count = 0
for n in range(2000):
    e.reset()
    count += e.step(1)[0]
print(json.dumps({'P': r['P'][0][0], 'v0': r['v0'], 'logZ': b.log_partition(1.0), 'visited': count / 2000}))
`;
