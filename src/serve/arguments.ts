import { BridgeError, type Header } from '../bridge/index.js';
import { NDArray } from '../spaces/index.js';

type Check = readonly [expected: string, check: (x: unknown) => boolean];

const ANY: Check = ['any value', () => true];
const BOOL: Check = ['true or false', (x) => typeof x === 'boolean'];
const COUNT: Check = ['an int ≥ 1', (x) => Number.isSafeInteger(x) && (x as number) >= 1];
const MAP: Check = [
  'a map',
  (x) => typeof x === 'object' && x !== null && !Array.isArray(x) && !(x instanceof NDArray),
];
const FLOATS: Check = ['an array of dtype <f8 with one dimension', (x) => isVector(x, 'float64')];
const BOOLS: Check = ['an array of dtype |b1 with one dimension', (x) => isVector(x, 'bool')];
const AUTORESET: Check = [
  'one of next_step, same_step, disabled',
  (x) => x === 'next_step' || x === 'same_step' || x === 'disabled',
];

/** Fields of every request. */
const ENVELOPE = new Set(['v', 'id', 'op']);

/** Operation → [required, optional]; an optional argument may be nil. */
const ARGUMENTS: Record<string, readonly [Record<string, Check>, Record<string, Check>]> = {
  hello: [{ client: MAP }, { observation_space: MAP, action_space: MAP }],
  ping: [{}, {}],
  act: [{ obs: ANY }, { num_envs: COUNT, deterministic: BOOL, learn: BOOL }],
  observe: [{ obs: ANY, reward: FLOATS, terminated: BOOLS, truncated: BOOLS }, { wait: BOOL }],
  learn: [{ on: BOOL }, { num_envs: COUNT, autoreset: AUTORESET }],
  save: [{}, {}],
  metrics: [{}, {}],
};

/** Checks the operation and the names of its arguments. @throws BridgeError UnknownOperation or BadArgument */
export function checkNames(op: string, fields: Header): void {
  if (!Object.hasOwn(ARGUMENTS, op)) {
    throw new BridgeError('UnknownOperation', `there is no operation '${op.slice(0, 80)}'`, {
      expected: [...Object.keys(ARGUMENTS), 'cancel'].join(', '),
    });
  }
  const [required, optional] = ARGUMENTS[op];
  for (const name in fields) {
    if (ENVELOPE.has(name) || Object.hasOwn(required, name) || Object.hasOwn(optional, name)) continue;
    throw bad(
      `${op} has the unknown argument '${name.slice(0, 80)}'`,
      Object.keys({ ...required, ...optional }).join(', ') || 'no arguments',
    );
  }
  for (const name in required) if (!(name in fields)) throw bad(`${op} has no argument '${name}'`, required[name][0]);
}

/** Checks the form of a request's arguments, whose names are right. @throws BridgeError BadArgument */
export function checkArguments(op: string, fields: Header): void {
  const [required, optional] = ARGUMENTS[op];
  for (const [name, value] of Object.entries(fields)) {
    if (ENVELOPE.has(name) || (value === null && name in optional)) continue;
    const [expected, check] = (required[name] ?? optional[name])!;
    if (!check(value)) throw bad(`${op}: ${name} is ${what(value)}`, expected);
  }
}

/** What a value is, in an error. */
export function what(x: unknown): string {
  if (x instanceof NDArray) return `an array of dtype ${x.dtype} and shape [${x.shape}]`;
  if (x === null || x === undefined) return 'nil';
  return typeof x === 'object' ? 'a map or list' : `the ${typeof x} ${String(x).slice(0, 80)}`;
}

/** The error for an argument that is wrong. */
export function bad(message: string, expected?: string): BridgeError {
  return new BridgeError('BadArgument', message, { expected });
}

function isVector(x: unknown, dtype: string): boolean {
  return x instanceof NDArray && x.dtype === dtype && x.shape.length === 1;
}
