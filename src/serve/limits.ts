import { BridgeError, LIMITS } from '../bridge/index.js';

/** The limits of an agent server, as `hello` reports them: those of docs/protocol.md and its own. */
export const AGENT_LIMITS = {
  ...LIMITS,
  /** Environments of one client, and observations of one act. */
  max_num_envs: 65_536,
  /** Bytes of the observations in the batch that is recorded for one client. */
  max_batch_bytes: 268_435_456,
  /** Numbers of an observation or an action, as the spaces of a `hello` have them. */
  max_space_numbers: 1_048_576,
};

/** @throws BridgeError LimitExceeded where `actual` is more than the limit of this name */
export function within(name: keyof typeof AGENT_LIMITS, actual: number, what: string, remedy: string): void {
  const most = AGENT_LIMITS[name];
  // Written so that NaN is refused.
  if (actual <= most) return;
  throw new BridgeError('LimitExceeded', `${what}: ${name} = ${actual}`, { expected: `at most ${most}`, remedy });
}

/**
 * Checks the size of a space in a client's `hello` before the space is made.
 * @param description as a client sends it; one that is malformed is left to `fromDescription`
 * @throws BridgeError LimitExceeded
 */
export function checkSpaceSize(name: string, description: unknown): void {
  const remedy = 'put a wrapper around the environment that gives smaller observations';
  within('max_space_numbers', numbersOf(description), `hello: the numbers of ${name}`, remedy);
}

/** Numbers of a value: those of its arrays, and its letters. */
function numbersOf(description: unknown): number {
  if (typeof description !== 'object' || description === null) return 0;
  const { type, ...fields } = description as Record<string, unknown>;
  const own = sizeOf(fields.shape) + (type === 'Text' ? Number(fields.max_length) : 0) + lengthOf(fields.nvec);
  const entries = Array.isArray(fields.spaces) ? fields.spaces : [];
  const inner = [...entries.map((x) => (type === 'Dict' && Array.isArray(x) ? x[1] : x)), fields.space];
  return [...inner, fields.node_space, fields.edge_space].reduce((sum: number, x) => sum + numbersOf(x), own);
}

function sizeOf(shape: unknown): number {
  return Array.isArray(shape) ? shape.reduce((size, n) => size * Number(n), 1) : 0;
}

function lengthOf(nvec: unknown): number {
  const { size, length } = (nvec ?? {}) as { size?: number; length?: number };
  return size ?? length ?? 0;
}
