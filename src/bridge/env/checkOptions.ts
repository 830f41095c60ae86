import { Space } from '../../spaces/index.js';
import { BridgeError } from '../errors.js';

type Check = readonly [expected: string, holds: (value: unknown) => boolean];

const isText = (x: unknown) => typeof x === 'string' && x !== '';
const isCount = (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 1;
const isMap = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x);
const isTexts = (x: unknown) => Array.isArray(x) && x.every(isText);

const ANY: Check = ['any value', () => true];
const COUNT: Check = ['an integer from 1 on', isCount];
const MAP: Check = ['an object', isMap];
const TEXT: Check = ['a text', isText];
const FUNCTION: Check = ['a function', (x) => typeof x === 'function'];
const DURATION: Check = ['milliseconds, more than 0', (x) => typeof x === 'number' && x > 0];
const oneOf = (...words: unknown[]): Check => [
  words.map((word) => JSON.stringify(word)).join(' or '),
  (x) => words.includes(x),
];

const CALL: Record<string, Check> = {
  timeout: DURATION,
  signal: ['an AbortSignal', (x) => x instanceof AbortSignal],
};
const SPACE: Check = ['a space, such as new Discrete(2)', (x) => x instanceof Space];
const COMMON: Record<string, Check> = {
  ...CALL,
  observationSpace: SPACE,
  actionSpace: SPACE,
  kwargs: MAP,
  wrappers: [
    'a list of names, or of { id, kwargs }',
    (x) => Array.isArray(x) && x.every((entry) => isText(entry) || (isMap(entry) && isText(entry.id))),
  ],
  imports: ['a list of names of modules', isTexts],
  maxEpisodeSteps: COUNT,
  renderMode: oneOf('rgb_array', 'ansi'),
  info: ['true, false or a list of keys', (x) => typeof x === 'boolean' || isTexts(x)],
  maxInFlight: COUNT,
  transport: oneOf('auto', 'zeromq'),
};
const START: Record<string, Check> = {
  python: TEXT,
  env: ['an object of texts', (x) => isMap(x) && Object.values(x as object).every((v) => typeof v === 'string')],
  onStderr: FUNCTION,
  startTimeout: DURATION,
};
/** What a step costs says how many servers to start, not how many to connect to. */
const GIVEN: Check = ['an integer from 1 on', (x) => x !== 'auto'];
const VECTOR: Record<string, Check> = {
  // Numbers are checked together, by `divide`.
  numEnvs: ANY,
  backend: oneOf('sync', 'async', 'vector_entry_point', 'envpool'),
  vectorKwargs: MAP,
  autoreset: oneOf('next_step', 'same_step', 'disabled'),
  servers: ANY,
  groups: ANY,
  restart: oneOf(true, false),
  onRestart: FUNCTION,
};
const OPTIONS = {
  'Env.make': { ...COMMON, ...START },
  'Env.connect': { ...COMMON, curve: MAP },
  'VectorEnv.make': { ...COMMON, ...VECTOR, ...START },
  'VectorEnv.connect': { ...COMMON, ...VECTOR, servers: GIVEN, groups: GIVEN, curve: MAP },
  reset: CALL,
};

/**
 * Checks options before anything is started or sent.
 * @throws BridgeError BadArgument naming the option, its value and what is expected
 */
export function checkOptions(of: keyof typeof OPTIONS, options: unknown): void {
  if (!isMap(options)) throw bad(`${of}: the options are ${shown(options)}`, 'an object');
  const checks: Record<string, Check> = OPTIONS[of];
  for (const [name, value] of Object.entries(options as object)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) throw bad(`${of} has no option ${name}`, Object.keys(checks).join(', '));
    if (value !== undefined && !check[1](value)) throw bad(`${of}: ${name} is ${shown(value)}`, check[0]);
  }
}

/** The id of an environment. @throws BridgeError BadArgument */
export function checkId(id: unknown): void {
  if (!isText(id))
    throw bad(`the id of the environment is ${shown(id)}`, "a text such as 'CartPole-v1' or 'module:id'");
}

/**
 * Checks a seed.
 * @param last the number of the last environment: it gets seed + last
 * @throws BridgeError BadArgument
 */
export function checkSeed(seed: unknown, last = 0): void {
  const greatest = Number.MAX_SAFE_INTEGER - last;
  if (seed === undefined || seed === null) return;
  if (Number.isSafeInteger(seed) && (seed as number) >= 0 && (seed as number) <= greatest) return;
  throw bad(`reset: seed is ${shown(seed)}`, `an integer from 0 to ${greatest}, or null`);
}

/** Checks one entry an environment of `reset`'s arguments. @throws BridgeError BadArgument */
export function checkEntries(name: 'seed' | 'mask', list: unknown, numEnvs: number): void {
  const isList = Array.isArray(list) || (name === 'mask' && list instanceof Uint8Array);
  if (!isList) throw bad(`reset: ${name} is ${shown(list)}`, `a list of ${numEnvs} entries, one an environment`);
  if (list.length !== numEnvs) {
    throw bad(`reset: ${name} has ${list.length} entries`, `one for each of the ${numEnvs} environments`);
  }
  for (const entry of list) {
    if (name === 'seed') checkSeed(entry);
    else if (typeof entry !== 'boolean' && entry !== 0 && entry !== 1) {
      throw bad(`reset: an entry of mask is ${shown(entry)}`, 'true, false, 0 or 1');
    }
  }
}

/** A value in an error: short, and without its contents, where it may be large. */
function shown(x: unknown): string {
  if (typeof x === 'string') return JSON.stringify(x.slice(0, 80));
  if (Array.isArray(x)) return `a list of ${x.length} entries`;
  if (typeof x === 'object' && x !== null) return `an object of class ${x.constructor?.name ?? 'null'}`;
  return typeof x === 'function' ? 'a function' : `${String(x).slice(0, 80)}${typeof x === 'bigint' ? 'n' : ''}`;
}

function bad(message: string, expected: string): BridgeError {
  return new BridgeError('BadArgument', message, { expected });
}
