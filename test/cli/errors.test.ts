import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finish, start } from '../support/cli.js';
import { folder } from '../support/folder.js';

const run = (args: string[], options = {}) => finish(start(args, options));
const noStack = /^\s+at /m;

/** The folder of a run whose log goes to a disk that is full, as Linux's /dev/full is one. */
function fullDisk(): string {
  const out = folder();
  symlinkSync('/dev/full', join(out, 'metrics.jsonl'));
  return out;
}

function file(): string {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  return path;
}

test.each<[string, () => string[], RegExp, number, NodeJS.ProcessEnv?]>([
  ['--out that is a file', () => ['train', 'CartPole-v1', '--out', file()], /is a file; expected a folder/, 2],
  [
    '--out below a file',
    () => ['train', 'CartPole-v1', '--out', join(file(), 'run')],
    /a part of the path is a file, not a folder \(ENOTDIR\); give another path/,
    2,
  ],
  [
    '--out too long',
    () => ['train', 'CartPole-v1', '--out', join(folder(), 'x'.repeat(300))],
    /the path is too long \(ENAMETOOLONG\)/,
    2,
  ],
  [
    'a member of all objects as a key',
    () => ['train', 'CartPole-v1', '--set', '__proto__.x=1'],
    /--set __proto__\.x: "__proto__" is no key of a configuration/,
    2,
  ],
  [
    'a member of an object inside',
    () => ['train', 'CartPole-v1', '--set', 'critic.constructor.x=1'],
    /unknown key "critic\.constructor"/,
    2,
  ],
  [
    'steps too few for an update',
    () => ['train', 'CartPole-v1', '--steps', '7', '--out', folder()],
    // The preset takes 32 steps of each of 8 environments.
    /totalSteps is 7 \(--steps\): nothing would be learned.*expected at least 256/,
    2,
  ],
  [
    'the way an environment is made, before it is made',
    () => ['train', 'Unknown-v0', '--set', 'env.wrappers=3'],
    /"env\.wrappers" is 3: expected a value of type array/,
    2,
  ],
  ['--fresh-envs of a new run', () => ['train', 'CartPole-v1', '--fresh-envs'], /--fresh-envs is for --resume/, 2],
])('%s ends with one sentence and its remedy', async (_, args, message, status, env = {}) => {
  const { code, stderr } = await run(args(), { env });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(noStack);
  expect(code).toBe(status);
});

test('--debug, before or after the command, adds the stack', async () => {
  const args = ['train', 'CartPole-v1', '--out', file()];
  for (const words of [
    ['--debug', ...args],
    [...args, '--debug'],
  ]) {
    const { code, stderr } = await run(words);
    expect(stderr).toMatch(/is a file; expected a folder/);
    expect(stderr).toMatch(noStack);
    expect(code).toBe(2);
  }
});

test('a log on a full disk is told at once, does not end the run, and is an error at its end; the checkpoint is whole', async () => {
  const out = fullDisk();
  const { code, stderr } = await run(['train', 'CliffWalking-v1', '--out', out]);
  expect(stderr).toMatch(/metrics\.jsonl: the disk is full \(ENOSPC\); free some space there\. It is tried again/);
  expect(stderr).toMatch(/threshold -13 reached/);
  expect(stderr).toMatch(/SystemError: cannot write .*metrics\.jsonl: the disk is full/);
  expect(stderr).not.toMatch(noStack);
  expect(code).toBe(1);
  expect(existsSync(join(out, 'report.html'))).toBe(true);
  expect((await run(['eval', out, '--episodes', '1'])).stdout).toContain('mean return -13.00');
});

test('output that is lost on a full disk is an error, one whose reader has ended is none', async () => {
  const lost = await run(['envs'], { first: 'exec >/dev/full' });
  expect(lost.stderr).toMatch(/cannot write standard output: the disk is full/);
  expect(lost.code).toBe(1);
  const child = start(['train', 'CliffWalking-v1', '--json', '--out', folder()]);
  child.stdout!.destroy();
  let stderr = '';
  child.stderr!.on('data', (data) => (stderr += data));
  expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  expect(stderr).toBe('');
});

test('a run that fails names the checkpoint only where it wrote one itself', async () => {
  const out = folder();
  writeFileSync(join(out, 'checkpoint.mf'), 'of another run');
  const { stderr } = await run(['train', 'CartPole-v1', '--out', out, '--steps', '7']);
  expect(stderr).not.toContain('the last checkpoint');
  expect(readdirSync(out).sort()).toEqual(['checkpoint.mf', 'metrics.jsonl']);
});
