import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import {
  Env,
  type EnvOptions,
  findPython,
  type Info,
  VectorEnv,
  type VectorEnvOptions,
} from '../../src/bridge/index.js';
import { NDArray } from '../../src/spaces/index.js';
import { runPython } from '../spaces/runPython.js';

/** The folder of the tests' own environments. */
export const PYTHON_PATH = fileURLToPath(new URL('python', import.meta.url));
/** Options that make the tests' own environments known. */
export const OWN = { env: { PYTHONPATH: PYTHON_PATH }, imports: ['bridge_test_envs'] };

/** `Env.make`, closed when the test ends. */
export async function makeEnv(id: string, options: EnvOptions = {}): Promise<Env> {
  const env = await Env.make(id, options);
  onTestFinished(() => env.close());
  return env;
}

/** `VectorEnv.make`, closed when the test ends. */
export async function makeVectorEnv(id: string, options: VectorEnvOptions): Promise<VectorEnv> {
  const env = await VectorEnv.make(id, options);
  onTestFinished(() => env.close());
  return env;
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that serves any client, killed when the test ends. */
export function serve(endpoint: string, ...options: string[]): ChildProcess {
  const child = spawnServer(endpoint, options);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A server that allows the environments of one of the tests' own modules, for all tests of a file. */
export function serveOwn(module: string): { endpoint: string; stop: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'));
  const endpoint = `ipc://${folder}/s`;
  const child = spawnServer(endpoint, ['--allow-module', module, '--allow-env', '*']);
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { endpoint, stop };
}

function spawnServer(endpoint: string, options: string[]): ChildProcess {
  return spawn(findPython(), ['-m', 'mirrorflow_bridge', 'serve', '--bind', endpoint, ...options], {
    env: { ...process.env, ...OWN.env },
    stdio: 'ignore',
  });
}

/** An endpoint on the loopback address whose port is free. */
export async function freeEndpoint(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `tcp://127.0.0.1:${port}`;
}

export interface Question {
  id: string;
  seed: number;
  actions: unknown[];
  num_envs?: number;
  autoreset?: 'NextStep' | 'SameStep' | 'Disabled';
  kwargs?: object;
}

/** What Gymnasium itself gives: for each question the results of reset and of every step. */
export function gymnasium(...questions: Question[]): unknown[][][] {
  return runPython(new URL('python/reference.py', import.meta.url), questions) as unknown[][][];
}

/** The id of the newest version of an environment in the Gymnasium that is installed. */
export function newest(name: string): string {
  const answers = runPython(new URL('python/reference.py', import.meta.url), [{ newest: name }]) as string[][][];
  return answers[0][0][0];
}

/** Arrays as lists, for comparison with what came as JSON. */
export function plain(x: unknown): unknown {
  if (x instanceof NDArray) {
    const json = x.toJSON();
    return x.dtype === 'bool'
      ? JSON.parse(JSON.stringify(json), (_, v) => (typeof v === 'number' ? v === 1 : v))
      : json;
  }
  if (x instanceof Float64Array) return [...x];
  if (x instanceof Uint8Array) return [...x].map((bit) => bit === 1);
  if (Array.isArray(x)) return x.map(plain);
  if (typeof x === 'object' && x !== null) return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, plain(v)]));
  return x;
}

/** Waits until `check` holds; for what happens in another process. */
export async function eventually(check: () => boolean, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!check()) {
    if (Date.now() > end) throw new Error(`not so within ${ms} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process is there and has not ended (one that has may wait for its parent to ask). */
export function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)])
      .toString()
      .startsWith('Z');
  } catch {
    return false;
  }
}

/** What a promise rejects with. */
export async function rejection<E extends Error>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error('it did not reject');
}

export type { Info };
