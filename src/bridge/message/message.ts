import { BridgeError } from '../errors.js';
import type { Limits } from './limits.js';

/** A Python object that has no form on the wire; only its `repr` came. */
export class Repr {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** The `repr` of the object. */
  toString(): string {
    return this.text;
  }
}

/** A header: the fields of one message, arrays in their places. */
export type Header = Record<string, unknown>;

/** The text of a `$int`. */
export const INTEGER = /^-?\d{1,1000}$/;

/** The error of a message that is larger than a limit. */
export function exceeded(name: keyof Limits, actual: number, most: number): BridgeError {
  return new BridgeError('LimitExceeded', `a message has ${name} = ${actual}`, { expected: `at most ${most}` });
}
