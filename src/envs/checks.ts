import { ArraySpace } from '../spaces/arraySpace.js';
import { Dict, NDArray, type Space, sameShape, Tuple } from '../spaces/index.js';
import { Space as SpaceClass } from '../spaces/space.js';
import type { Environment, Info, Step } from './environment.js';
import { EnvironmentError } from './environmentError.js';

const REMEDY = 'correct the environment';

/** What a `make` function returned, if it is an environment. @throws EnvironmentError naming the member that is missing */
export function checkEnvironment(env: unknown, index: number): Environment {
  const fail = (member: string, reason: string, expected: string) => {
    throw new EnvironmentError(reason, { index, member, expected, remedy: REMEDY });
  };
  if (typeof env !== 'object' || env === null || typeof (env as { then?: unknown }).then === 'function') {
    fail('make', `make gave ${shown(env)}`, 'an Environment (no promise of one)');
  }
  const made = env as Record<string, unknown>;
  for (const member of ['reset', 'step']) {
    if (typeof made[member] !== 'function') fail(member, `${member} is ${shown(made[member])}`, 'a method');
  }
  for (const member of ['render', 'close']) {
    const isThere = made[member] !== undefined;
    if (isThere && typeof made[member] !== 'function') fail(member, `${member} is ${shown(made[member])}`, 'a method');
  }
  for (const member of ['observationSpace', 'actionSpace']) {
    if (!(made[member] instanceof SpaceClass)) fail(member, `${member} is ${shown(made[member])}`, 'a Space');
  }
  return env as Environment;
}

/** An object that stands for two environments would be stepped twice. @throws EnvironmentError */
export function checkNew(env: Environment, before: readonly Environment[], index: number): void {
  const same = before.indexOf(env);
  if (same < 0) return;
  throw new EnvironmentError(`is the object that environment ${same} is`, {
    index,
    member: 'make',
    expected: 'a new environment at each call',
    remedy: 'make it in the function: new SyncVectorEnv(() => new MyEnv(), n)',
  });
}

/** As in Gymnasium, the environments of a vector have the same spaces. @throws EnvironmentError naming one that has not */
export function checkAlike(envs: readonly Environment[]): void {
  for (const member of ['observationSpace', 'actionSpace'] as const) {
    const expected = envs[0][member];
    const index = envs.findIndex((env) => !env[member].equals(expected));
    if (index < 0) continue;
    throw new EnvironmentError(`${member} is ${text(envs[index][member])}`, {
      index,
      member,
      expected: `that of environment 0, ${text(expected)}`,
      remedy: 'let the environments of one vector have the same spaces',
    });
  }
}

/** What `reset` returned. @throws EnvironmentError */
export function checkReset(result: unknown, space: Space, index: number): [obs: unknown, info: Info] {
  if (!Array.isArray(result) || result.length !== 2) throw notTuple('reset', result, '[observation, info]', index);
  checkObservation(result[0], space, 'reset', index);
  checkInfo(result[1], 'reset', index);
  return result as [unknown, Info];
}

/** What `step` returned. @throws EnvironmentError */
export function checkStep(result: unknown, space: Space, index: number): Step {
  if (!Array.isArray(result) || result.length !== 5) {
    throw notTuple('step', result, '[observation, reward, terminated, truncated, info]', index);
  }
  const [obs, reward, terminated, truncated, info] = result as Step;
  checkObservation(obs, space, 'step', index);
  if (typeof reward !== 'number' || Number.isNaN(reward)) {
    throw wrong('step', `step gave the reward ${shown(reward)}`, 'a number', index);
  }
  if (typeof terminated !== 'boolean') {
    throw wrong('step', `step gave terminated: ${shown(terminated)}`, 'true or false', index);
  }
  if (typeof truncated !== 'boolean') {
    throw wrong('step', `step gave truncated: ${shown(truncated)}`, 'true or false', index);
  }
  checkInfo(info, 'step', index);
  return result as Step;
}

function checkObservation(obs: unknown, space: Space, member: string, index: number): void {
  const problem = problemOf(obs, space);
  if (problem === undefined) return;
  throw wrong(member, `${member} gave an observation that is ${problem}`, `a value of ${text(space)}`, index);
}

/** Why a value cannot be an observation; like Gymnasium, it does not ask whether an array of a Box keeps its bounds. */
function problemOf(value: unknown, space: Space): string | undefined {
  if (space instanceof ArraySpace) return arrayProblem(value, space);
  if (space instanceof Tuple) {
    if (!Array.isArray(value) || value.length !== space.spaces.length) return shown(value);
    return firstProblem(space.spaces.map((entry: Space, i: number) => [i, problemOf(value[i], entry)]));
  }
  if (space instanceof Dict) {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isMap) return shown(value);
    const keys = Object.keys(value);
    if (keys.length !== space.entries.length) return `a map with the keys ${keys.join(', ').slice(0, 200)}`;
    const map = value as Record<string, unknown>;
    return firstProblem(
      space.entries.map(([key, entry]) => [key, Object.hasOwn(map, key) ? problemOf(map[key], entry) : 'missing']),
    );
  }
  return space.contains(value) ? undefined : shown(value);
}

function arrayProblem(value: unknown, space: ArraySpace): string | undefined {
  if (!(value instanceof NDArray)) return `no NDArray but ${shown(value)}`;
  if (value.dtype !== space.valueDtype) return `an array of dtype ${value.dtype} instead of ${space.valueDtype}`;
  if (!sameShape(value.shape, space.shape)) return `an array of shape [${value.shape}] instead of [${space.shape}]`;
  if (space.type !== 'Box') return space.contains(value) ? undefined : 'out of its bounds';
  const { data } = value;
  if (!(data instanceof Float64Array || data instanceof Float32Array)) return undefined;
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return `NaN in entry ${i}`;
  return undefined;
}

function firstProblem(problems: readonly [key: string | number, problem: string | undefined][]): string | undefined {
  const found = problems.find(([, problem]) => problem !== undefined);
  return found && `wrong in its entry ${found[0]}: ${found[1]}`;
}

function checkInfo(info: unknown, member: string, index: number): void {
  if (typeof info === 'object' && info !== null && !Array.isArray(info)) return;
  throw wrong(member, `${member} gave the info ${shown(info)}`, 'an object', index);
}

function notTuple(member: string, result: unknown, expected: string, index: number): EnvironmentError {
  return wrong(member, `${member} gave ${shown(result)}`, `a list ${expected}`, index);
}

function wrong(member: string, reason: string, expected: string, index: number): EnvironmentError {
  return new EnvironmentError(reason, { index, member, expected, remedy: REMEDY });
}

/** A value in an error: short, and without its contents, where it may be large. */
export function shown(x: unknown): string {
  if (typeof x === 'string') return JSON.stringify(x.slice(0, 80));
  if (Array.isArray(x)) return `a list of ${x.length} entries`;
  if (typeof x === 'object' && x !== null) {
    return typeof (x as { then?: unknown }).then === 'function'
      ? 'a promise'
      : `an object of class ${x.constructor?.name ?? 'null'}`;
  }
  return typeof x === 'function' ? 'a function' : `${String(x).slice(0, 80)}${typeof x === 'bigint' ? 'n' : ''}`;
}

function text(space: Space): string {
  return String(space).slice(0, 300);
}
