import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { seedOf } from '../../src/agent/environments.js';
import { runPython } from '../spaces/runPython.js';
import { folder } from '../support/folder.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

async function run(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

test('train --tensorboard, then export, plot, eval --out and record: each file is there and says the same', async () => {
  const out = folder();
  const short = ['--set', 'evaluation.episodes=4', '--set', 'sampler.steps=8', '--set', 'env.maxEpisodeSteps=30'];
  const trained = await run('train', 'CartPole-v1', '--steps', '400', '--tensorboard', '--out', out, ...short);
  expect(trained.code).toBe(0);
  const log = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
  const evaluations = log.filter(({ type }) => type === 'evaluation');

  const { scalars } = runPython(new URL('../report/python/read_events.py', import.meta.url), { folder: out }) as {
    scalars: Record<string, [number, number][]>;
  };
  expect(scalars['policy/kl'].map(([step]) => step)).toEqual(log.filter((e) => e.type === 'metrics').map((e) => e.steps)); // biome-ignore format: one line
  expect(scalars['eval/mean_reward'][0].slice(0, 2)).toEqual([evaluations[0].steps, evaluations[0].mean]);

  expect((await run('export', out)).stdout).toBe(`${join(out, 'metrics.csv')}\n${join(out, 'evaluations.csv')}\n`);
  const [head, first] = readFileSync(join(out, 'evaluations.csv'), 'utf8').split('\r\n');
  expect(head).toBe('steps,seconds,episodes,mean,std');
  expect(first!.split(',').map(Number)).toEqual(head!.split(',').map((key) => evaluations[0][key]));

  const svg = join(out, 'curve.svg');
  expect((await run('plot', out, '--out', svg)).stdout).toBe(`${svg}\n`);
  expect(readFileSync(svg, 'utf8')).toContain('CartPole-v1: evaluation');

  const episodes = join(out, 'episodes.csv');
  const evaluated = await run('eval', join(out, 'checkpoint.mf'), '--episodes', '3', '--out', episodes, '--json');
  const rows = readFileSync(episodes, 'utf8').trim().split('\r\n').slice(1).map((line) => Number(line.split(',')[1])); // biome-ignore format: one line
  expect(rows.reduce((a, b) => a + b) / 3).toBeCloseTo(JSON.parse(evaluated.stdout).mean, 12);

  const gif = join(out, 'new', 'two.gif');
  const checkpoint = join(out, 'checkpoint.mf');
  const recorded = await run('record', checkpoint, '--episodes', '2', '--seed', '3', '--fps', '30', '--out', gif, '--json'); // biome-ignore format: one line
  const { returns, frames } = JSON.parse(recorded.stdout);
  // CartPole pays 1 a step; there is a frame at each reset, too.
  expect(returns).toHaveLength(2);
  expect(frames).toBe(returns[0] + returns[1] + 2);
  const asked = { path: gif, env: 'CartPole-v1', seed: seedOf(3, 'report', 0) };
  const decoded = runPython(new URL('../report/python/read_gif.py', import.meta.url), asked) as Record<string, number>;
  expect(decoded.frames).toBe(frames);
  expect(decoded.size).toEqual([600, 400]);
  expect(decoded.milliseconds! / frames).toBeCloseTo(1000 / 30, 0);
  // Colours are rounded to 5 or 6 bits.
  expect(decoded.firstError).toBeLessThanOrEqual(8);
  expect(decoded.changes).toBeGreaterThan(frames / 2);

  const cut = await run('record', checkpoint, '--max-frames', '4', '--out', gif);
  expect(cut.stdout).toMatch(/cut at 4 frames/);
}, 180_000);

test.each<[string, (dir: string) => string[], RegExp]>([
  ['a folder that is no run', (dir) => ['plot', dir], /has no metrics\.jsonl; expected the folder of a run/],
  ['a picture of another kind', (dir) => ['record', join(dir, 'c.mf'), '--out', 'a.mp4'], /ends in \.gif/],
  ['more frames a second than a GIF shows', (dir) => ['record', join(dir, 'c.mf'), '--fps', '60'], /at most 50/],
])('%s ends with a message, not a stack', async (_, args, message) => {
  const { code, stderr } = await run(...args(folder()));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
});
