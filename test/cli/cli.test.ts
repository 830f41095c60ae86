import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../src/agent/index.js';
import { folder } from '../support/folder.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a child process to its end. */
async function finish(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (data) => (stdout += data));
  child.stderr!.on('data', (data) => (stderr += data));
  const [code] = await new Promise<[number | null]>((resolve) => child.on('close', (c) => resolve([c])));
  return { code, stdout, stderr };
}

const run = (...args: string[]) => finish(start(...args));

test('train, then eval: the checkpoint, the log and the report are there and say the same', async () => {
  const out = folder();
  const trained = await run('train', 'CliffWalking-v1', '--out', out, '--seed', '3');
  expect(trained.code).toBe(0);
  expect(trained.stderr).toMatch(/threshold -13 reached: -13\.00 after \d+ steps/);
  expect(trained.stderr).toMatch(/^\d+ environments on \d+ servers? in \d+ groups?/m);
  expect(trained.stderr).toContain(join(out, 'checkpoint.mf'));
  const report = readFileSync(join(out, 'report.html'), 'utf8');
  expect(report).toContain('CliffWalking-v1, seed 3');
  expect(report).toContain('<svg');
  expect(readFileSync(join(out, 'learning-curve.svg'), 'utf8')).toContain('threshold -13');
  const log = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(log.filter((entry) => entry.type === 'evaluation').at(-1).mean).toBe(-13);

  const evaluated = await run('eval', join(out, 'checkpoint.mf'), '--episodes', '10', '--json');
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ env: 'CliffWalking-v1', episodes: 10, mean: -13, length: 13 });
});

test('--json prints only JSON lines, the last one the result', async () => {
  const { code, stdout } = await run('train', 'MountainCar-v0', '--steps', '600', '--json', '--out', folder());
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({ type: 'result', reason: 'totalSteps' });
  expect(lines.filter((line) => line.type === 'metrics').length).toBeGreaterThan(1);
});

test('Ctrl-C saves a checkpoint and ends within two seconds; --resume goes on from it', async () => {
  const out = folder();
  const child = start('train', 'MountainCar-v0', '--out', out, '--set', 'evaluation.every=1000000', '--steps', '8000');
  const ended = finish(child);
  await new Promise<void>((resolve) => {
    child.stderr!.on('data', (data) => /\d+\/8000 steps/.test(String(data)) && resolve());
  });
  const at = performance.now();
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(performance.now() - at).toBeLessThan(2000);
  expect(code).toBe(130);
  expect(stderr).toContain(`--resume ${join(out, 'checkpoint.mf')}`);
  const saved = readCheckpoint(join(out, 'checkpoint.mf')).steps;
  expect(saved).toBeGreaterThan(0);

  const resumed = await run('train', '--resume', join(out, 'checkpoint.mf'));
  expect(resumed.code).toBe(0);
  expect(readCheckpoint(join(out, 'checkpoint.mf')).steps).toBeGreaterThan(saved);
});

test.each<[string, string[], RegExp, number]>([
  [
    'an unknown environment without a preset',
    ['train', 'CartPoll-v1'],
    /UnknownEnvironment.*CartPoll-v1|CartPoll-v1.*CartPole-v1/s,
    1,
  ],
  [
    'an unknown key',
    ['train', 'CartPole-v1', '--set', 'critic.lamda=0.9'],
    /unknown key "critic\.lamda" \(value 0\.9\)/,
    2,
  ],
  ['a value out of range', ['train', 'CartPole-v1', '--set', 'gamma=1.5'], /"gamma" is 1\.5: expected a number < 1/, 2],
  ['nothing to train on', ['train'], /what to train on is missing/, 2],
  [
    'a Python that is none',
    ['train', 'CartPole-v1', '--python', '/nonexistent/python'],
    /cannot run the Python '\/nonexistent\/python'.*\n.*doctor/s,
    1,
  ],
  ['a checkpoint that is none', ['eval', program], /is not a checkpoint/, 1],
  ['a wrong number', ['eval', 'x', '--episodes', 'many'], /expected an integer of 1 or more/, 1],
])('%s ends with a message, not a stack', async (_, args, message, status) => {
  const { code, stderr } = await run(...args, ...(args[0] === 'train' ? ['--out', folder()] : []));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(status);
});

test('an environment id that Gymnasium does not know is answered with the nearest ids', async () => {
  const dir = folder();
  const config = {
    env: { id: 'CartPole-v7' },
    totalSteps: 100,
    gamma: 0.9,
    tau: 0.1,
    features: { type: 'oneHot' },
    critic: { type: 'td', stepSize: 0.1 },
    actor: { mirrorStep: 1 },
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  const { code, stderr } = await run('train', '--config', join(dir, 'config.json'), '--out', join(dir, 'out'));
  expect(code).toBe(1);
  expect(stderr).toContain('CartPole-v1');
  expect(existsSync(join(dir, 'out', 'checkpoint.mf'))).toBe(false);
});

test('doctor finds everything in order here, and says what is missing of a bare Python', async () => {
  const good = await run('doctor', '--json');
  expect(JSON.parse(good.stdout).every((finding: { ok: boolean }) => finding.ok)).toBe(true);
  const bad = await run('doctor', '--python', '/nonexistent/python');
  expect(bad.code).toBe(1);
  expect(bad.stdout).toMatch(/no {2}Python/);
  expect(bad.stdout).toMatch(/to fix it: install Python 3\.10 or newer/);
});

test('--no-preset explores where steps cost: MountainCar-v0 reaches the threshold that Gymnasium registers', async () => {
  const { code, stderr } = await run('train', 'MountainCar-v0', '--no-preset', '--out', folder());
  expect(stderr).toMatch(/features: 8 tilings of 8 tiles in each dimension of 2 numbers/);
  expect(stderr).toMatch(/threshold -110 reached/);
  expect(code).toBe(0);
});

test('--no-preset chooses settings from the spaces, says which, and learns by them; --print-config prints them to be used as a file', async () => {
  const out = folder();
  const trained = await run('train', 'CartPole-v1', '--no-preset', '--out', out);
  expect(trained.stderr).toMatch(/settings chosen from the spaces of CartPole-v1:\n {2}features: fourier/);
  expect(trained.stderr).toMatch(/threshold 475 reached/);
  expect(trained.code).toBe(0);

  const printed = await run('train', 'CartPole-v1', '--no-preset', '--print-config', '--set', 'env.numEnvs=4');
  const config = JSON.parse(printed.stdout);
  expect(config).toMatchObject({ env: { numEnvs: 4 }, tau: 'auto', observations: { scaling: 'running' } });
  writeFileSync(join(out, 'my.json'), printed.stdout);
  const again = await run('train', '--config', join(out, 'my.json'), '--print-config');
  expect(JSON.parse(again.stdout)).toEqual(config);
});

test('envs lists the presets', async () => {
  const { stdout } = await run('envs');
  for (const id of ['CartPole-v1', 'MountainCar-v0', 'Taxi-v4']) expect(stdout).toContain(id);
});

test('a wrapper given by --set is around the environment whose settings are chosen; a wrong one is what is told', async () => {
  const set = (json: string) =>
    run('train', 'CartPole-v1', '--no-preset', '--print-config', '--set', `env.wrappers=${json}`);
  const printed = await set('["gymnasium.wrappers:FlattenObservation"]');
  expect(JSON.parse(printed.stdout).env.wrappers).toEqual([{ id: 'gymnasium.wrappers:FlattenObservation' }]);
  const wrong = await set('[7]');
  expect(wrong.code).not.toBe(0);
  expect(wrong.stderr).toContain('"env.wrappers.0" is 7');
});
