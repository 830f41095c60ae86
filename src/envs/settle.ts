import type { Awaitable } from './environment.js';
import { EnvironmentError } from './environmentError.js';

/** What a call threw, in place of what it would have returned. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

export type Outcome<T> = T | Thrown;

/** Whether a value must be waited for. */
export function isPromise<T>(x: Awaitable<T>): x is Promise<T> {
  return typeof x === 'object' && x !== null && typeof (x as { then?: unknown }).then === 'function';
}

/** Runs a call; what it throws is returned. */
export function attempt<T>(call: () => Awaitable<T>): Awaitable<Outcome<T>> {
  try {
    return call();
  } catch (error) {
    return new Thrown(error);
  }
}

/** Gives the outcomes to `use`: at once where none is a promise, else when all have settled. */
export function whenSettled<T, R>(
  outcomes: readonly Awaitable<Outcome<T>>[],
  use: (outcomes: readonly Outcome<T>[]) => Awaitable<R>,
): Awaitable<R> {
  if (!outcomes.some(isPromise)) return use(outcomes as Outcome<T>[]);
  return Promise.allSettled(outcomes).then((settled) =>
    use(settled.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : new Thrown(outcome.reason)))),
  );
}

/** What a call of an environment's member returned. @throws EnvironmentError for what it threw */
export function orThrow<T>(outcome: Outcome<T>, member: string, index: number): T {
  if (!(outcome instanceof Thrown)) return outcome;
  const cause = outcome.error;
  throw new EnvironmentError(`${member} threw ${cause}`, { index, member, cause });
}

/**
 * Takes the outcome of each of these environments: one's fault does not keep another's outcome from being taken.
 * @returns a function that throws the first error, if there was one
 */
export function takeAll<T>(
  outcomes: readonly T[],
  indices: readonly number[],
  take: (outcome: T, index: number, at: number) => void,
): () => void {
  let fault: Thrown | undefined;
  for (let at = 0; at < indices.length; at++) {
    try {
      take(outcomes[at], indices[at], at);
    } catch (error) {
      fault ??= new Thrown(error);
    }
  }
  return () => {
    if (fault) throw fault.error;
  };
}
