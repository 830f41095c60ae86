import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ActorCritic } from '../../src/agent/index.js';
import { boxSetting } from '../../src/beside/boxSetting.js';
import { regulatorSetting } from '../../src/beside/continuousSettings.js';
import { etaOf, regimeOf } from '../../src/beside/regime.js';
import { finiteSetting } from '../../src/beside/setting.js';
import { seedsOf } from '../../src/cli/flow/agent.js';
import { transitionTable } from '../../src/cli/flow/agentEnv.js';
import { trainConfig } from '../../src/cli/trainConfig.js';
import { parseConfig } from '../../src/config/config.js';
import { readRegime } from '../../src/config/presets.js';
import { Box, Discrete } from '../../src/spaces/index.js';
import type { FlowResult } from '../../src/theory/flowResult.js';
import {
  banditOnInterval,
  finiteProblem,
  fromTransitions,
  garnet,
  lqrProblem,
  planarLqr,
  randomWalk,
  tabular,
} from '../../src/theory/index.js';
import { runFlow as flow } from '../theory/runFlow.js';

process.env.PYTHONPATH = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'mirrorflow-agent-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('mirrorflow flow --agent', () => {
  it('writes the agents of all seeds beside the flow, in the table, the report and flow.json', async () => {
    const out = join(directory, 'garnet');
    const text = await flow('garnet:5,3,2,1003', '--agent', '--seeds', '0-1', '--steps', '12800', '--out', out);
    for (const part of ['seed 0, 1', 'bound: flow', '‖w−w_flow‖', 'costScale 0.1', 'ρ ⊗ μ'])
      expect(text).toContain(part);
    const { agent, diagnosis } = JSON.parse(readFileSync(join(out, 'flow.json'), 'utf8')) as FlowResult;
    expect(agent!.seeds.map((s) => s.seed)).toEqual([0, 1]);
    expect(agent!.steps).toBe(12_800);
    // The same flow as that of the certificate: at the last time both are the horizon.
    expect(agent!.times.at(-1)).toBeCloseTo(diagnosis.times.at(-1)!, 10);
    expect(agent!.flow.gap.at(-1)! / diagnosis.gap.at(-1)!).toBeCloseTo(1, 3);
    expect(agent!.seeds[0].distance).not.toEqual(agent!.seeds[1].distance);
    // Of all steps a share 1/(2 − γ) are transitions.
    expect(agent!.seeds[0].transitions / agent!.steps).toBeCloseTo(1 / 1.1, 1);
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toContain('The agent beside the flow');
    expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(7);
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('trains on a process of a file', async () => {
    const file = join(directory, 'two.json');
    const P = [
      [[[1, 1, -1, false]], [[1, 0, -0.5, false]]],
      [
        [
          [0.5, 0, 0, false],
          [0.5, 1, 0, true],
        ],
        [[1, 1, -2, false]],
      ],
    ];
    writeFileSync(file, JSON.stringify({ gamma: 0.8, P }));
    const result = JSON.parse(
      await flow(file, '--agent', '--steps', '6400', '--json', '--out', join(directory, 'file')),
    ) as FlowResult;
    expect(result.agent!.seeds[0].gap.at(-1)).toBeLessThan(result.agent!.flow.gap[0]);
  });

  it.each<[string, string[], RegExp]>([
    ['seeds that are none', ['--seeds', '4-1'], /--seeds is "4-1"; expected for example 0-4/],
    ['τ = 0', ['--tau', '0'], /--tau is 0; expected a positive number with --agent/],
    ['too few steps', ['--steps', '10'], /--steps is 10; expected at least 64/],
    [
      'a critic too fast for its steps',
      ['--eta0', '1e6', '--steps', '6400'],
      /--eta0 is 1000000.*expected η₀ ≤ [\d.]+\. Take more --steps/,
    ],
  ])('refuses %s, with the remedy', async (_, args, message) => {
    await expect(flow('two-state', '--agent', '--out', join(directory, 'no'), ...args)).rejects.toThrow(message);
  });

  it('refuses options of other runs', async () => {
    await expect(flow('two-state', '--agent', '--sweep', 'k1=0,1')).rejects.toThrow(
      /--agent and --sweep are runs of their own/,
    );
    await expect(flow('two-state', '--seeds', '0-2')).rejects.toThrow(/--seeds is for --agent/);
  });

  it('refuses a schedule of τ', async () => {
    const schedule = JSON.stringify({ type: 'exponential', value: 1, rate: -0.1, min: 0.1 });
    await expect(flow('two-state', '--agent', '--tau', schedule)).rejects.toThrow(
      /schedule; expected a number with --agent/,
    );
  });
});

describe('settings of an agent', () => {
  it('read seeds', () => {
    expect(seedsOf('0-2,7, 1')).toEqual([0, 1, 2, 7]);
    expect(() => seedsOf('a')).toThrow(/--seeds is "a"/);
  });

  it('refuse a μ that is not uniform, regulators of several actions and features that are no combinations', () => {
    const { mdp, features } = banditOnInterval();
    expect(() => finiteSetting(finiteProblem(mdp, features, 0.1))).toThrow(/bandit: μ is not uniform/);
    const lqr = planarLqr();
    const wide = { ...lqr, B: lqr.A, R: lqr.Q, beta: lqr.beta };
    expect(() => regulatorSetting({ ...lqrProblem(lqr, 0.3), lqr: wide })).toThrow(/an action has 2 entries/);
    const box = new Box(-1, 1, [1], 'float64');
    const grid = [-1, -0.5, 0, 0.5, 1].flatMap((s) => [-1, -0.5, 0, 0.5, 1].map((a) => [s, a]));
    const products = {
      features: { type: 'polynomial' as const, degree: 2 },
      actions: { basis: { type: 'quadratic' as const }, rule: { type: 'exact' as const } },
      observationSpace: box,
      actionSpace: box,
    };
    const table = (f: (s: number, a: number) => number) => ({
      states: grid.map(([s]) => [s]),
      actions: grid.map(([, a]) => [a]),
      phi: grid.map(([s, a]) => [f(s, a)]),
    });
    expect(
      boxSetting(
        'own',
        products,
        table((s, a) => s * a ** 2 - 3),
      ).combinations,
    ).toHaveLength(1);
    expect(() =>
      boxSetting(
        'own',
        products,
        table((s) => s ** 3),
      ),
    ).toThrow(/own: feature 0 is .*the agent's products give/);
  });

  it('tables of a process give it back, terminating steps included', () => {
    for (const mdp of [garnet({ states: 4, actions: 2, branching: 2, seed: 1 }), randomWalk(4)]) {
      const { gamma, rho, cost, transitions } = mdp;
      const read = fromTransitions({ name: mdp.name, gamma, P: transitionTable(mdp), rho });
      expect([...read.cost]).toEqual([...cost].map((c) => expect.closeTo(c, 14)));
      expect([...read.transitions.columns]).toEqual([...transitions.columns]);
      expect([...read.transitions.values]).toEqual([...transitions.values]);
    }
  });

  it('combinations are for the critic td alone, and of the right length', () => {
    const { features, ...rest } = {
      ...readRegime('theory'),
      features: { type: 'oneHot' as const },
      env: { id: 'FrozenLake-v1' },
    };
    expect(() =>
      parseConfig({ ...rest, features, combinations: [[1]], critic: { type: 'leastSquares', window: 3 } }),
    ).toThrow(/critic.type is "leastSquares" with combinations; expected "td"/);
    const td = parseConfig({ ...rest, features, combinations: [[1, 0, 0]] });
    expect(() => new ActorCritic(td, new Discrete(2), new Discrete(2))).toThrow(
      /3 entries in row 0; expected rows of 4 entries, one for each product/,
    );
  });
});

describe('the preset theory', () => {
  it('is the regime of flow --agent at γ 0.9 and τ 0.1, and goes over the settings chosen from the spaces', async () => {
    const { config, reasons } = await trainConfig('FrozenLake-v1', { preset: 'theory', set: [] }, undefined);
    const mdp = garnet({ states: 5, actions: 3, branching: 2, seed: 1003 });
    const problem = finiteProblem(mdp, tabular(mdp), 0.1);
    const task = { setting: finiteSetting(problem), env: { id: 'any' }, largestFeatures: 1 };
    const regime = regimeOf(problem, task, { steps: config.totalSteps, numEnvs: config.env.numEnvs });
    expect(etaOf(config).eta0 / regime.eta0).toBeCloseTo(1, 4);
    expect(etaOf(config).k1 / regime.k1).toBeCloseTo(1, 4);
    expect(config.tau).toBeCloseTo(Number(regime.config.tau), 12);
    expect(Number(config.actor.mirrorStep) / Number(regime.config.actor.mirrorStep)).toBeCloseTo(1, 4);
    expect(config.sampler).toEqual(regime.config.sampler);
    expect(config.features).toEqual({ type: 'oneHot' });
    expect(reasons).toEqual([expect.stringContaining('oneHot'), 'the rest: the preset theory']);
    await expect(trainConfig('FrozenLake-v1', { preset: 'other', set: [] }, undefined)).rejects.toThrow(
      /no preset "other" for any environment; expected one of theory/,
    );
  });
});
