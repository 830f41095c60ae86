import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { flowCommand } from '../../src/cli/flow/flow.js';
import type { ExactProblem, SweepParameter } from '../../src/theory/index.js';
import { builtinProblem, flow as flowOf, MdpError, sweep } from '../../src/theory/index.js';
import { runFlow } from './runFlow.js';

const directory = mkdtempSync(join(tmpdir(), 'mirrorflow-flow-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the options of mirrorflow flow', () => {
  it('are in groups, each option in one', () => {
    const help = flowCommand().helpInformation();
    const groups = [...help.matchAll(/^(\S[^\n]*):\n/gm)].map(([, name]) => name);
    expect(groups).toEqual([
      'Arguments',
      ...['Process', 'Flow', 'Discrete time and other methods', 'Agents', 'Several runs', 'Output', 'Help'],
    ]);
    const names = [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name);
    expect(names).toHaveLength(new Set(names).size);
    expect(names).toHaveLength(flowCommand().options.length + 1);
    expect(help).not.toMatch(/\[\]|\[object/);
  });

  it('that would have no effect are refused, and so are numbers beyond reason', async () => {
    const file = join(directory, 'one.json');
    writeFileSync(file, '{"gamma": 0.9, "P": [[[[1, 0, -1, false]]]]}');
    const refused: [string[], RegExp][] = [
      [['two-state', '--env-arg', 'a=1', '--import', 'x'], /--env-arg, --import: two-state is no environment/],
      [[file, '--env-arg', 'a=1'], /--env-arg: .*one\.json is no environment/],
      [['mirrorflow/Drift-v0', '--env-arg', 'a=1'], /--env-arg: mirrorflow\/Drift-v0 has no arguments/],
      [['lqr:3'], /lqr:3: lqr has no parameters; expected lqr/],
      [['two-state:3'], /two-state has no parameters/],
      [['random-walk:5,6'], /random-walk has at most 1 parameter; expected for example random-walk:7/],
      [['garnet:5,3,2,1,9'], /garnet has at most 4 parameters; expected for example garnet:8,3,3,0/],
      [['two-state', '--samples', '1e9'], /--samples is 1000000000; expected an integer from 2 to 100000/],
      [['bandit', '--agent'], /bandit: there is no environment of it; expected a finite process/],
      [['a', 'b', '--compare', '--tau', '3', '--json'], /--tau, --json have no effect; leave out/],
      [['a', '--compare', '--agent'], /--agent has no effect/],
      [['a', '--compare'], /--compare: one run; expected two or more/],
      [[join(directory, 'none'), 'b', '--compare'], /none: it does not exist; expected the flow\.json/],
    ];
    for (const [args, message] of refused) await expect(runFlow(...args), args.join(' ')).rejects.toThrow(message);
  });

  it('name a folder that cannot be made before anything is run', async () => {
    const file = join(directory, 'a file');
    writeFileSync(file, '');
    // The environment would be the first to fail.
    const broken = ['FrozenLake-v1', '--python', join(directory, 'no python')];
    for (const more of [[], ['--agent'], ['--sweep', 'k1=0,1']]) {
      await expect(runFlow(...broken, '--out', file, ...more)).rejects.toThrow(/EEXIST/);
    }
  });

  it('need no --import for the environments of mirrorflow_envs; Drift-v0 is the built-in drift', async () => {
    const text = await runFlow('mirrorflow/Drift-v0', '--samples', '3', '--json', '--out', join(directory, 'drift'));
    const direct = await runFlow('drift', '--samples', '3', '--json', '--out', join(directory, 'drift2'));
    expect(JSON.parse(text).diagnosis).toEqual(JSON.parse(direct).diagnosis);
    expect(readdirSync(join(directory, 'drift'))).toContain('report.html');
    const lqr = await runFlow('mirrorflow/LQR-v0', '--samples', '3', '--json', '--out', join(directory, 'lqr'));
    expect(JSON.parse(lqr)).toMatchObject({ beta: 'N(0, I)', rho: 'N(0, 1)' });
  });
});

describe('the library', () => {
  const problem = builtinProblem('two-state', { tau: 0.5 }) as ExactProblem;

  it('refuses options and problems that are none', () => {
    const refused: [object, RegExp][] = [
      [{ eta0: -1 }, /eta0 is -1; expected a positive number/],
      [{ eta0: Number.NaN }, /eta0 is NaN/],
      [{ k1: Number.NaN }, /k1 is NaN; expected a number of 0 or more/],
      [{ horizon: Number.POSITIVE_INFINITY }, /horizon is Infinity; expected a positive time/],
      [{ samples: 1 }, /samples is 1; expected an integer of 2 or more/],
      [{ samples: 2.5 }, /samples is 2\.5/],
    ];
    for (const [options, message] of refused) {
      expect(() => flowOf(problem, options)).toThrow(MdpError);
      expect(() => flowOf(problem, options)).toThrow(message);
    }
    const description = { gamma: 0.9, P: [[[1]]], cost: [[1]] } as unknown as ExactProblem;
    expect(() => flowOf(description)).toThrow(/no problem; expected what problemFrom, finiteProblem/);
    expect(() => flowOf(undefined as unknown as ExactProblem)).toThrow(MdpError);
    expect(() => sweep(problem, 'gamma' as SweepParameter, [0.5])).toThrow(/gamma is no parameter; expected one of k1/);
    expect(() => sweep(problem, 'k1', [])).toThrow(/k1 has no values/);
  });
});
