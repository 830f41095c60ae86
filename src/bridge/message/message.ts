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

/** Where an array begins in a frame that it shares, and a part of a message of the lane: a multiple of so many bytes. */
export const ALIGNMENT = 8;

/** Bytes before the header of a message of the lane: its length and the body's. */
export const LENGTHS = 8;

/** So many bytes with what fills them up to the next place where something may begin. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
