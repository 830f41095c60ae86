import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { FlowResult } from '../../src/theory/flowResult.js';
import { runFlow } from './runFlow.js';

const out = mkdtempSync(join(tmpdir(), 'mirrorflow-discrete-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const flow = (...args: string[]) => runFlow(...args, '--out', out);

describe('mirrorflow flow --discrete and --baselines', () => {
  it('print the certificate of the updates and what other methods spent, and put both into the report', async () => {
    const steps = [
      '--updates',
      '30',
      '--mirror-step',
      '2',
      '--critic-steps',
      'logarithmic:2,8',
      '--mirror',
      'explicit',
    ];
    const text = await flow('garnet:4,2,2,1', '--tau', '0.2', '--discrete', ...steps, '--baselines');
    expect(text).toContain('30 updates, explicit λ = 2, h = 1, M_n logarithmic 2 8');
    for (const part of ['Self-test', 'Least gap', 'Last iterate', 'soft policy iteration', 'until gap ≤ 1e-8']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('fails');
    const { discrete, baselines } = JSON.parse(readFileSync(join(out, 'flow.json'), 'utf8')) as FlowResult;
    expect(discrete?.gap).toHaveLength(31);
    expect(discrete?.evaluations[1]).toBe(2);
    expect(baselines?.map((b) => b.key)).toContain('softQLearning');
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    for (const part of ['Discrete time', 'Other methods', 'transitions']) expect(html).toContain(part);
    expect(html).not.toContain('NaN');
  });

  it('say what is wrong with what they were given', async () => {
    await expect(flow('lqr', '--discrete')).rejects.toThrow(/--discrete: lqr is not a finite process/);
    await expect(flow('lqr', '--baselines')).rejects.toThrow(/--baselines: lqr is not a finite process/);
    await expect(flow('two-state', '--mirror-step', '2')).rejects.toThrow(
      /--mirror-step: no effect without --discrete/,
    );
    await expect(flow('two-state', '--baselines', '--updates', '3')).rejects.toThrow(/--updates: no effect/);
    await expect(flow('two-state', '--discrete', '--critic-step', '0')).rejects.toThrow(/--critic-step is 0; expected/);
    const schedule = ['--tau', '{"type":"exponential","value":0.2,"rate":-0.1,"min":0.1}'];
    await expect(flow('two-state', '--baselines', ...schedule)).rejects.toThrow(/--tau is a schedule; --discrete and/);
    await expect(flow('two-state', '--discrete', '--agent')).rejects.toThrow(/--agent with --discrete/);
    for (const count of ['linear:1', 'constant:0', 'constant:1,2', 'cubic:1,1', 'logarithmic:1,2,3']) {
      await expect(flow('two-state', '--discrete', '--critic-steps', count)).rejects.toThrow(/expected constant:M/);
    }
    await expect(flow('two-state', '--discrete', '--mirror', 'x')).rejects.toThrow(/expected proximal or explicit/);
    const large = ['--mirror', 'explicit', '--mirror-step', '50'];
    await expect(flow('two-state', '--discrete', ...large)).rejects.toThrow(
      /mirrorStep × tau is 5; expected less than 2/,
    );
  });
});
