import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Env, type EnvOptions, type Info, VectorEnv, type VectorEnvOptions } from '../../src/bridge/index.js';
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
export async function makeVectorEnv(id: string, options: VectorEnvOptions): Promise<VectorEnv<NDArray>> {
  const env = await VectorEnv.make<NDArray>(id, options);
  onTestFinished(() => env.close());
  return env;
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
  return answers[0]![0]![0]!;
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
