import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../src/agent/index.js';
import { finish, says, start } from '../support/cli.js';
import { folder } from '../support/folder.js';

const run = (...args: string[]) => finish(start(args));
const endless = ['train', 'MountainCar-v0', '--steps', '100000000', '--set', 'evaluation.every=4000', '--set', 'evaluation.episodes=1']; // biome-ignore format: one line

/** A run of which a checkpoint and a log are written, still going. */
async function going(out: string) {
  const child = start([...endless, '--set', 'evaluation.threshold=0', '--out', out]);
  await says(child, /8\d\d\d steps.*evaluation/);
  return child;
}

/** A run that used its 512 steps. */
async function over(out: string) {
  const short = ['--steps', '512', '--set', 'evaluation.episodes=2', '--set', 'evaluation.threshold=501'];
  expect((await run('train', 'CartPole-v1', '--out', out, ...short)).code).toBe(0);
}

test('a second run in one folder is refused, new or resumed, and the first goes on; after kill -9 it is resumed at once', async () => {
  const out = folder();
  const child = await going(out);
  for (const args of [
    [...endless, '--out', out],
    ['train', '--resume', out],
  ]) {
    const { code, stderr } = await run(...args);
    expect(stderr).toMatch(/is in use by process \d+ on .* since 20.*give another folder with --out/);
    expect(code).toBe(2);
  }
  expect(child.exitCode).toBe(null);
  const ended = finish(child);
  child.kill('SIGKILL');
  await ended;

  const { steps } = readCheckpoint(out);
  // A kill at the wrong moment leaves half a line; the run goes on from its checkpoint.
  writeFileSync(join(out, 'metrics.jsonl'), '{"type":"metrics","steps":20000,"sec', { flag: 'a' });
  const resumed = start(['train', '--resume', out]);
  await says(resumed, /s: evaluation/);
  const stopped = finish(resumed);
  resumed.kill('SIGTERM');
  expect((await stopped).code).toBe(130);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const logged = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'metrics');
  // No update twice, none missing, although the log was killed, too.
  expect(logged.map((entry) => entry.updates)).toEqual(logged.map((_, i) => i + 1));
  expect(logged.at(-1).steps).toBeGreaterThan(steps);
});

test('--resume of a run that is over says that --steps is needed, and ends with 0', async () => {
  const out = folder();
  await over(out);
  const { code, stderr } = await run('train', '--resume', out);
  expect(stderr).toMatch(/the run has used its steps, \d+ of at most 512; to go on, give --steps \d+ or more/);
  expect(code).toBe(0);
});

test('--resume says what it replays; --fresh-envs goes on with new environments instead', async () => {
  const out = folder();
  await over(out);
  const first = readCheckpoint(out);
  const { length } = (first.state.rollout as { log: { length: number } }).log;
  const more = ['--steps', '2048'];

  const replayed = await run('train', '--resume', out, '--out', join(out, 'replayed'), ...more);
  expect(replayed.stderr).toContain(`replaying ${length} steps of each environment`);

  const fresh = await run('train', '--resume', out, '--out', join(out, 'fresh'), '--fresh-envs', ...more);
  expect(fresh.code).toBe(0);
  expect(fresh.stderr).toContain('the run goes on with new environments: the episodes that were under way are cut');
  expect(fresh.stderr).not.toContain('replaying');
  const after = readCheckpoint(join(out, 'fresh'));
  expect(after.steps).toBeGreaterThan(first.steps);
  // The whole reset of the new environments has the seeds of a segment of its own.
  expect((after.state.rollout as { log: { segment: number } }).log.segment).toBe(1);
});
