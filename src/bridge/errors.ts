import type { Space } from '../spaces/index.js';

/** What an error may carry besides its message. */
export interface ErrorDetails {
  /** What would have been right. */
  readonly expected?: string | undefined;
  /** What to do. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Any failure of the bridge. `message` says what was wrong, where, what was expected and what to do, in whole. */
export class BridgeError extends Error {
  override name = 'BridgeError';
  /** A word for programs: a code of docs/protocol.md, or one of this class's own (docs/errors.md). */
  readonly code: string;
  /** The first part of `message` alone: what was wrong and where. */
  declare readonly reason: string;
  readonly expected: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, { expected, remedy, cause }: ErrorDetails = {}, tail = '') {
    const lines = [message];
    if (expected) lines.push(`Expected: ${expected}`);
    if (remedy) lines.push(`What to do: ${remedy}`);
    if (tail) lines.push(tail);
    super(lines.join('\n'), cause === undefined ? undefined : { cause });
    this.code = code;
    hide(this, 'reason', message);
    this.expected = expected;
    this.remedy = remedy;
  }
}

/** The server answered with an error; `code` is the protocol's. */
export class ServerError extends BridgeError {
  override name = 'ServerError';
  /** The Python class of the exception, if the environment raised one. */
  readonly exception: string | undefined;
  /** Python's traceback, as text; it is also the end of `message`. */
  declare readonly traceback: string | undefined;

  constructor(
    code: string,
    message: string,
    details: ErrorDetails & { exception?: string | undefined; traceback?: string | undefined } = {},
  ) {
    super(code, message, details, details.traceback?.trimEnd());
    this.exception = details.exception;
    hide(this, 'traceback', details.traceback);
  }
}

/** How a process ended. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The server's process ended while the environments were in use. */
export class ServerDiedError extends BridgeError {
  override name = 'ServerDiedError';
  readonly exitStatus: ExitStatus;
  /** The last lines (at most 50) that the server wrote to stderr; they are also the end of `message`. */
  declare readonly stderrTail: readonly string[];

  constructor(server: string, during: string | undefined, exitStatus: ExitStatus, stderrTail: readonly string[]) {
    super(
      'ServerDied',
      `${server} ${exitText(exitStatus)}${during ? ` during ${during}` : ''}.`,
      {
        remedy:
          'Read its last words below; with the option restart it is started again and its episodes are truncated.',
      },
      tailText(stderrTail),
    );
    this.exitStatus = exitStatus;
    hide(this, 'stderrTail', stderrTail);
  }
}

/** A server could not be started. Codes: PythonNotFound, PythonTooOld, MissingPackage, ExitedAtStart, StartTimeout, NoSocketFolder. */
export class ServerStartError extends BridgeError {
  override name = 'ServerStartError';
  readonly exitStatus: ExitStatus | undefined;
  declare readonly stderrTail: readonly string[];

  constructor(
    code: 'PythonNotFound' | 'PythonTooOld' | 'MissingPackage' | 'ExitedAtStart' | 'StartTimeout' | 'NoSocketFolder',
    message: string,
    details: ErrorDetails & { exitStatus?: ExitStatus | undefined; stderrTail?: readonly string[] } = {},
  ) {
    super(code, message, details, tailText(details.stderrTail ?? []));
    this.exitStatus = details.exitStatus;
    hide(this, 'stderrTail', details.stderrTail ?? []);
  }
}

/** A request was not answered in time. */
export class RequestTimeoutError extends BridgeError {
  override name = 'RequestTimeoutError';
  readonly server: string;
  readonly request: string;
  /** How long it waited, in milliseconds. */
  readonly waited: number;

  constructor(server: string, request: string, waited: number, timeout: number) {
    super('RequestTimeout', `${server} did not answer ${request}; waited ${seconds(waited)}.`, {
      expected: `an answer within ${seconds(timeout)} (the option timeout)`,
      remedy:
        request === 'hello'
          ? 'See that the server runs at this endpoint, and that the keys fit: it is silent to a client whose key it does not know.'
          : 'Raise timeout if the environment is that slow; if it hangs, look at what the server does (py-spy dump).',
    });
    this.server = server;
    this.request = request;
    this.waited = waited;
  }
}

/** The server speaks another version of the protocol. */
export class ProtocolMismatchError extends BridgeError {
  override name = 'ProtocolMismatchError';

  constructor(message: string) {
    super('ProtocolMismatch', message, {
      remedy: 'Install the mirrorflow-bridge (Python) and mirrorflow (npm) packages of one version.',
    });
  }
}

/** An action (or another value) is not in its space. Nothing was sent. */
export class SpaceError extends BridgeError {
  override name = 'SpaceError';
  /** The environment whose action it is; undefined if the batch as a whole has the wrong form. */
  readonly index: number | undefined;
  declare readonly value: unknown;
  declare readonly space: Space;

  constructor(what: string, reason: string, index: number | undefined, value: unknown, space: Space) {
    const where = index === undefined ? '' : ` for environment ${index}`;
    super('NotInSpace', `${what}${where}: ${reason}.`, { expected: `a value of ${space}` });
    this.index = index;
    hide(this, 'value', value);
    hide(this, 'space', space);
  }
}

/** An environment has another space than the one given to `make` or `connect`. It was closed, and its server ended. */
export class SpaceMismatchError extends BridgeError {
  override name = 'SpaceMismatchError';
  /** Which of the two: the option of that name was given. */
  readonly which: 'observationSpace' | 'actionSpace';
  /** The environment's space. */
  declare readonly actual: Space;
  /** The space given. */
  declare readonly given: Space;

  constructor(what: string, which: 'observationSpace' | 'actionSpace', actual: Space, given: Space) {
    const name = which === 'observationSpace' ? 'observation space' : 'action space';
    // Some spaces are written without their dtype.
    const isDtype = String(actual) === String(given);
    const text = (space: Space) => (isDtype ? JSON.stringify(space) : String(space)).slice(0, 500);
    super('SpaceMismatch', `make of ${what}: the ${name} of the environment is ${text(actual)}.`, {
      expected: `${text(given)}, as the option ${which} says`,
      remedy: `Give the environment's own space as ${which}, or leave that option out; or make the environment with the kwargs or wrappers that give it the expected one.`,
    });
    this.which = which;
    hide(this, 'actual', actual);
    hide(this, 'given', given);
  }
}

/** The remedy when the server's packages are not there. */
export const DOCTOR =
  '`mirrorflow doctor` (in a clone: `npm start -- doctor`) checks the Python side and says how to fix it';

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function exitText({ code, signal }: ExitStatus): string {
  return signal ? `was killed by ${signal}` : `ended with exit status ${code}`;
}

function tailText(lines: readonly string[]): string {
  return lines.length ? `The last lines of its stderr:\n${lines.map((line) => `  ${line}`).join('\n')}` : '';
}

/** Sets a field that Node does not print with the error, since the message has it already. */
function hide(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, { value, enumerable: false });
}
