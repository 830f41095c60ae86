import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ConfigError } from '../../config/configError.js';
import {
  type ExactProblem,
  type LawChoice,
  type ProblemDescription,
  readData,
  type TensorLike,
} from '../../theory/index.js';
import {
  builtinProblem,
  type ProblemOptions,
  problemFrom,
  processProblem,
  regulatorProblem,
} from '../../theory/named.js';
import type { FlowCommandOptions } from './options.js';
import { fetchProcess } from './processOfEnv.js';

/** The package of the environments of which the optimum is known. */
export const ENVS = 'mirrorflow_envs';

/** The environments that have a built-in process each. */
const builtinOf: Readonly<Record<string, string | undefined>> = { 'mirrorflow/Drift-v0': 'drift' };

/** The modules that register an environment: our own are known. */
export function importsOf(name: string, given: readonly string[]): string[] {
  return given.length > 0 || !name.startsWith('mirrorflow/') ? [...given] : [ENVS];
}

/** @throws ConfigError where an option is for an environment, and the process is no environment's */
function checkEnvOptions(name: string, { envArg = [], import: modules }: FlowCommandOptions): void {
  const isBuiltin = Object.hasOwn(builtinOf, name);
  if (isBuiltin && envArg.length > 0) throw new ConfigError(`--env-arg: ${name} has no arguments; leave it out`);
  if (isBuiltin) return;
  const idle = [...(envArg.length > 0 ? ['--env-arg'] : []), ...(modules.length > 0 ? ['--import'] : [])];
  if (idle.length === 0) return;
  throw new ConfigError(
    `${idle.join(', ')}: ${name} is no environment; leave out, or give an environment id such as mirrorflow/Garnet-v0`,
  );
}

/** The problem of a built-in name, a file or an environment. @throws ConfigError, MdpError, RangeError */
export async function problemOf(name: string, options: FlowCommandOptions): Promise<ExactProblem> {
  const { tau, gamma, sigma, features, beta, rho, mu } = options;
  const choices: ProblemOptions = {
    ...{ tau, gamma, sigma, features },
    ...{ beta: lawOf('beta', beta), rho: lawOf('rho', rho), mu: lawOf('mu', mu) },
  };
  const builtin = builtinProblem(builtinOf[name] ?? name, choices);
  const isFile = /\.(json|npz|npy)$/.test(name) || (existsSync(name) && statSync(name).isFile());
  if (builtin !== null || isFile) checkEnvOptions(name, options);
  if (builtin !== null) return builtin;
  // A folder of the name of an environment is no file to read.
  if (isFile) {
    return problemFrom(readFile(name) as ProblemDescription, choices, basename(name));
  }
  const read = await fetchProcess(name, { ...options, import: importsOf(name, options.import) });
  return 'lqr' in read ? regulatorProblem(read.lqr, choices) : processProblem(read, choices);
}

/** A word, or the numbers of a file. An NPZ file or an object may hold them among others, by their name. */
function lawOf(key: 'beta' | 'rho' | 'mu', text: string | undefined): LawChoice | undefined {
  if (text === undefined || /^\w+$/.test(text)) return text;
  const found = readFile(text);
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found) && !('shape' in found);
  const values = isObject ? (found as Record<string, unknown>)[key] : found;
  if (values === undefined)
    throw new ConfigError(`${text} has no ${key}; expected an array, or an object that has ${key}`);
  return { name: basename(text), values: values as TensorLike };
}

function readFile(path: string): unknown {
  const expected = 'expected a JSON or NPZ file (docs/theory.md, "Your own problem")';
  if (!existsSync(path)) throw new ConfigError(`${path} does not exist; ${expected}`);
  if (!statSync(path).isFile()) throw new ConfigError(`${path} is no file; ${expected}`);
  return readData(readFileSync(path), path);
}
