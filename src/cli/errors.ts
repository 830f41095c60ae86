import pc from 'picocolors';
import { CheckpointError, ConfigError } from '../agent/index.js';
import { BridgeError } from '../bridge/index.js';
import { NonFiniteError } from '../sampling/observations.js';

/**
 * Prints an error as a user can act on it: the message alone for what the user can mend, with the stack for our own faults.
 * @returns the exit status: 2 for a mistake in what was asked, 1 otherwise
 */
export function reportError(error: unknown): number {
  const known = [BridgeError, ConfigError, CheckpointError, NonFiniteError].some((kind) => error instanceof kind);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${pc.red(`${name}:`)} ${known ? message : (stack ?? message)}\n`);
  const isBadBind = error instanceof BridgeError && ['BadEndpoint', 'BadKeys'].includes(error.code);
  return error instanceof ConfigError || isBadBind ? 2 : 1;
}
