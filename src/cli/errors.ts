import pc from 'picocolors';
import { ActionError, CheckpointError, ConfigError, ObservationError, TransitionError } from '../agent/index.js';
import { BridgeError } from '../bridge/index.js';
import { EnvironmentError } from '../envs/index.js';
import { NonFiniteError } from '../sampling/observations.js';
import { describeSystemError, isPathMistake, isSystemError } from '../systemError.js';

/** Errors whose message is a sentence for the user already. */
const told = [
  ...[BridgeError, ConfigError, CheckpointError, NonFiniteError],
  ...[ObservationError, ActionError, TransitionError, EnvironmentError],
];

/**
 * Prints an error as one sentence that a user can act on. The only place of the command line that does: commands throw.
 * @param debug with the stack
 * @returns the exit status: 2 for a mistake in what was asked, 1 otherwise (docs/operations.md)
 */
export function reportError(error: unknown, debug = false): number {
  const raised = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${pc.red(`${nameOf(raised)}:`)} ${sentenceOf(raised)}\n`);
  if (debug) process.stderr.write(`${raised.stack}\n${raised.cause ? `caused by ${stackOf(raised.cause)}\n` : ''}`);
  return statusOf(raised);
}

/** An error as one sentence. */
export function sentenceOf(error: Error): string {
  if (told.some((kind) => error instanceof kind)) return error.message;
  if (isSystemError(error)) return describeSystemError(error);
  const message = error.message.trim().split('\n')[0];
  return `${message || 'no message'}${/[.!?]$/.test(message ?? '') ? '' : '.'} This is a fault of mirrorflow, not yours: give --debug for the stack and report it.`;
}

function nameOf(error: Error): string {
  return isSystemError(error) ? 'SystemError' : error.name;
}

function statusOf(error: Error): number {
  const isBadBind = error instanceof BridgeError && ['BadEndpoint', 'BadKeys'].includes(error.code);
  return error instanceof ConfigError || isBadBind || (isSystemError(error) && isPathMistake(error)) ? 2 : 1;
}

function stackOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
