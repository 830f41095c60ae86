import { existsSync, readFileSync } from 'node:fs';
import { ConfigError } from '../../config/configError.js';
import { type ExactProblem, parseMdp } from '../../theory/index.js';
import { builtinProblem, processProblem, regulatorProblem } from '../../theory/named.js';
import type { FlowCommandOptions } from './options.js';
import { fetchProcess } from './processOfEnv.js';

/** The problem of a built-in name, a file or an environment. @throws ConfigError, MdpError, RangeError */
export async function problemOf(name: string, options: FlowCommandOptions): Promise<ExactProblem> {
  const builtin = builtinProblem(name, options);
  if (builtin !== null) return builtin;
  if (name.endsWith('.json') || existsSync(name)) {
    if (!existsSync(name)) throw new ConfigError(`${name} does not exist; expected a JSON file with gamma and P`);
    return processProblem({ mdp: parseMdp(readFileSync(name, 'utf8'), name, options.gamma) }, options);
  }
  const read = await fetchProcess(name, options);
  return 'lqr' in read ? regulatorProblem(read.lqr, options) : processProblem(read, options);
}
