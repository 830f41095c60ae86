import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../src/agent/index.js';
import { lockRunFolder } from '../../src/report/runLock.js';
import { folder } from '../support/folder.js';

const module = fileURLToPath(new URL('../../dist/report/runLock.js', import.meta.url));

/** Another process that takes the lock of a folder and keeps it. */
async function holder(dir: string): Promise<ChildProcess> {
  const code = `import('${module}').then(({ lockRunFolder }) => {
    try { lockRunFolder(process.argv[1]); console.log('has it'); } catch (error) { console.log(error.message); }
    setInterval(() => {}, 1000);
  })`;
  const child = spawn(process.execPath, ['-e', code, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = await new Promise<string>((resolve) => child.stdout!.once('data', (data) => resolve(String(data))));
  expect(said).toBe('has it\n');
  return child;
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve));

test('a folder that another process writes in is refused with its number, its machine, since when, and what to do', async () => {
  const dir = folder();
  const before = new Date().toISOString();
  const child = await holder(dir);
  expect(() => lockRunFolder(dir)).toThrow(ConfigError);
  expect(() => lockRunFolder(dir)).toThrow(`${dir} is in use by process ${child.pid} on ${hostname()} since 20`);
  expect(() => lockRunFolder(dir)).toThrow(/End that process, or give another folder with --out.*delete .*lock\.json/);
  const { since } = JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8'));
  expect(since >= before && since <= new Date().toISOString()).toBe(true);
});

test('after kill -9 the folder is free at once, and nothing but the new lock is in it', async () => {
  const dir = folder();
  const child = await holder(dir);
  child.kill('SIGKILL');
  await ended(child);
  const lock = lockRunFolder(dir);
  expect(readdirSync(dir)).toEqual(['lock.json']);
  lock.release();
  expect(readdirSync(dir)).toEqual([]);
});

test('a process that was killed and that its parent has not taken note of yet has ended, too', async () => {
  const dir = folder();
  // The shell does not wait for its child: it stays a zombie, which still answers to signal 0.
  const code = `import('${module}').then(({ lockRunFolder }) => { lockRunFolder('${dir}'); process.kill(process.pid, 'SIGKILL'); })`;
  const shell = spawn('/bin/sh', ['-c', '"$0" -e "$1" & exec sleep 600', process.execPath, code], { stdio: 'ignore' });
  onTestFinished(() => void shell.kill('SIGKILL'));
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!existsSync(join(dir, 'lock.json'))) continue;
    const { pid } = JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8'));
    if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) break;
  }
  lockRunFolder(dir).release();
});

test('a process that ends by itself gives the folder back', async () => {
  const dir = folder();
  const code = `import('${module}').then(({ lockRunFolder }) => { lockRunFolder('${dir}'); process.exit(3); })`;
  await ended(spawn(process.execPath, ['-e', code], { stdio: 'inherit' }));
  expect(readdirSync(dir)).toEqual([]);
});

test('the number of a process that has ended may belong to another by now: its lock is no longer one', () => {
  const dir = folder();
  const since = '2020-01-01T00:00:00.000Z';
  const start = 'another-boot 12';
  writeFileSync(join(dir, 'lock.json'), JSON.stringify({ pid: process.pid, host: hostname(), since, start }));
  lockRunFolder(dir).release();
});

test('a lock of another machine is kept, since nothing is known of its process', () => {
  const dir = folder();
  const foreign = JSON.stringify({ pid: 1, host: 'elsewhere', since: '2020-01-01T00:00:00.000Z', start: null });
  writeFileSync(join(dir, 'lock.json'), foreign);
  expect(() => lockRunFolder(dir)).toThrow(/in use by process 1 on elsewhere/);
  expect(readFileSync(join(dir, 'lock.json'), 'utf8')).toBe(foreign);
});

test('what is no lock, as a loss of power leaves it, is taken over; one process has a folder once', () => {
  const dir = join(folder(), 'deep', 'run');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'lock.json'), '');
  const lock = lockRunFolder(dir);
  expect(() => lockRunFolder(dir)).toThrow(`in use by process ${process.pid}`);
  lock.release();
  lockRunFolder(dir).release();
});
