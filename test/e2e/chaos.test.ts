import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readPreset, train } from '../../src/agent/index.js';

/** Process ids of the environment servers that this process started. */
function servers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [, after] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
        const [state, parent] = after!.split(' ');
        return (
          Number(parent) === process.pid &&
          state !== 'Z' &&
          readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('mirrorflow_bridge')
        );
      } catch {
        return false; // it ended in the meantime
      }
    })
    .map(Number);
}

test('servers that are killed or stopped at random during training are replaced, and the threshold is reached all the same', async () => {
  const warnings: string[] = [];
  let strikes = 0;
  let before: number[] = [];
  const strike = () => {
    const alive = servers();
    const victim = alive[strikes % Math.max(1, alive.length)];
    // One that hangs while it starts is given as long as Python may take to start; stop only those that run.
    const stop = strikes % 4 === 3;
    if (victim !== undefined && (!stop || before.includes(victim))) {
      process.kill(victim, stop ? 'SIGSTOP' : 'SIGKILL');
      strikes++;
    }
    before = alive;
  };
  let due = 1_000;
  const config = { ...readPreset('MountainCar-v0'), seed: 1 };
  const { reason, evaluation } = await train(config, {
    timeout: 3_000,
    onWarning: (message) => warnings.push(message),
    // By the steps of the run, not by the clock: a quick machine must not end it before it was struck.
    onMetrics: ({ steps }) => {
      if (steps < due || strikes === 8) return;
      due = steps + 1_000;
      setTimeout(strike, 20 * Math.random());
    },
  });
  expect(strikes).toBeGreaterThanOrEqual(4);
  expect(warnings.filter((w) => w.includes('started again')).length).toBeGreaterThanOrEqual(4);
  expect(reason).toBe('threshold');
  expect(evaluation!.mean).toBeGreaterThanOrEqual(-110);
  expect(servers()).toEqual([]);
}, 180_000);
