import { readFileSync, truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TensorBoardLog } from '../../src/report/tensorboard.js';
import { crc32c } from '../../src/report/tfRecord.js';
import { runPython } from '../spaces/runPython.js';
import { folder } from '../support/folder.js';

const base = { updates: 1, episodes: 0, kl: 0.25, klMax: 0.5, entropy: 1, temporalDifference: 2, criticSteps: 3 };
const metrics = (steps: number, meanReturn: number) => ({
  ...base,
  steps,
  seconds: steps / 100,
  meanReturn,
  stepSize: 0.1,
  integrationError: 0,
  samplerBias: 0,
  tau: 0.01,
  mirrorStep: 5,
});

function read(dir: string) {
  return runPython(new URL('./python/read_events.py', import.meta.url), { folder: dir }) as {
    version: number;
    scalars: Record<string, [step: number, value: number, wallTime: number][]>;
  };
}

test('CRC-32C gives the values of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test("TensorBoard's reader finds every metric under its tag, at its step, and nothing that is not finite", () => {
  const dir = folder();
  const before = Date.now() / 1000;
  const log = new TensorBoardLog(dir, null);
  // Steps of one to six bytes as a varint; the first mean return does not exist yet.
  const steps = [1, 127, 128, 300_000, 2 ** 31 + 5, 2 ** 40];
  steps.forEach((s, i) => void log.metrics(metrics(s, i === 0 ? Number.NaN : -s)));
  log.evaluation({ steps: 128, seconds: 1, episodes: 10, mean: -12.5, std: 3 });
  log.close();
  const { scalars, version } = read(dir);
  expect(version).toBe(2);
  expect(scalars['policy/kl'].map(([step, value]) => [step, value])).toEqual(steps.map((s) => [s, 0.25]));
  expect(scalars['rollout/ep_rew_mean'].map(([step, value]) => [step, value])).toEqual(
    steps.slice(1).map((s) => [s, -Math.fround(s)]),
  );
  expect(scalars['time/fps'].every(([, value]) => Math.abs(value - 100) < 0.01)).toBe(true);
  expect(scalars['eval/mean_reward'].map(([step, value]) => [step, value])).toEqual([[128, -12.5]]);
  expect(Object.keys(scalars).sort()).toEqual(
    [
      'eval/mean_reward',
      'eval/std_reward',
      'policy/entropy',
      'policy/kl',
      'policy/kl_max',
      'rollout/ep_rew_mean',
      'rollout/episodes',
      'time/fps',
      'time/time_elapsed',
      'train/critic_steps',
      'train/integration_error',
      'train/mirror_step',
      'train/tau',
      'train/n_updates',
      'train/sampler_bias',
      'train/step_size',
      'train/temporal_difference',
    ].sort(),
  );
  for (const [, , wallTime] of scalars['policy/kl']) expect(Math.abs(wallTime - before)).toBeLessThan(30);
});

test('a resumed run replaces what an interrupted one logged after its checkpoint', async () => {
  const dir = folder();
  const first = new TensorBoardLog(dir, null);
  for (const s of [100, 200, 300]) first.metrics(metrics(s, 1));
  first.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = new TensorBoardLog(dir, 200);
  for (const s of [310, 410]) second.metrics(metrics(s, 2));
  second.close();
  expect(read(dir).scalars['rollout/ep_rew_mean'].map(([step, value]) => [step, value])).toEqual([
    [100, 1],
    [200, 1],
    [310, 2],
    [410, 2],
  ]);
});

test('a file that a killed run left half written is read up to there', () => {
  const dir = folder();
  const log = new TensorBoardLog(dir, null);
  for (const s of [100, 200]) log.metrics(metrics(s, 1));
  log.close();
  truncateSync(log.path, readFileSync(log.path).length - 7);
  expect(read(dir).scalars['policy/kl'].map(([step]) => step)).toEqual([100]);
});
