/** Where an environment is at fault, and what helps. */
export interface EnvironmentErrorDetails {
  /** The environment's number in its vector. */
  readonly index?: number | undefined;
  /** The member of `Environment` (or the argument) that is at fault: `step`, `reset`, `observationSpace`, … */
  readonly member: string;
  /** What would have been right. */
  readonly expected?: string | undefined;
  /** What to do. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/**
 * An environment, or a call of a vector of environments, breaks what `Environment` says. The vector can still be used: the other
 * environments have made their step, and `reset` begins anew.
 */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
  readonly index: number | undefined;
  readonly member: string;
  readonly expected: string | undefined;
  readonly remedy: string | undefined;

  /** @param reason what is wrong, in words */
  constructor(reason: string, { index, member, expected, remedy, cause }: EnvironmentErrorDetails) {
    const lines = [`${index === undefined ? '' : `environment ${index}: `}${reason}.`];
    if (expected) lines.push(`Expected: ${expected}`);
    if (remedy) lines.push(`What to do: ${remedy}`);
    super(lines.join('\n'), cause === undefined ? undefined : { cause });
    this.index = index;
    this.member = member;
    this.expected = expected;
    this.remedy = remedy;
  }
}
