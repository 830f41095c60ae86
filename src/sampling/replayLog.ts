import type { ActionArray } from './actions.js';

/** What a checkpoint keeps of a log. */
export interface ReplayLogState {
  /** Whole resets before this one. */
  segment: number;
  /** Steps since. */
  length: number;
  /** The actions of each; shape [length, …]. */
  actions: ActionArray;
  /** After which steps environments were reset by mask, and which. */
  resets: [step: number, mask: Uint8Array][];
}

/**
 * Everything that was done to the environments since they were last reset as a whole: with the seeds of that reset it leads
 * a deterministic environment to the same state again, to the bit. This is how a checkpoint keeps environments that
 * cannot be copied.
 */
export class ReplayLog {
  /** Whole resets so far; the seeds follow from it. */
  segment = 0;
  /** Vector steps since then. */
  length = 0;
  /** Entries of a vector step's actions: E for discrete ones, E × dimensions for a Box. */
  private readonly width: number;
  private actions: ActionArray;
  /** Steps after which some environments were reset by a mask. */
  private resets = new Map<number, Uint8Array>();

  /** @param actions a vector step's actions: their type and number are kept */
  constructor(actions: ActionArray) {
    this.width = actions.length;
    this.actions = emptyLike(actions, actions.length * 1024);
  }

  /** A whole reset: what came before no longer matters. */
  begin(segment: number): void {
    this.segment = segment;
    this.length = 0;
    this.resets.clear();
  }

  /** A vector step with these actions. */
  step(actions: ActionArray): void {
    const at = this.length * this.width;
    if (at + this.width > this.actions.length) {
      const larger = emptyLike(this.actions, this.actions.length * 2);
      larger.set(this.actions);
      this.actions = larger;
    }
    this.actions.set(actions, at);
    this.length++;
  }

  /** A masked reset after the latest step. */
  reset(mask: Uint8Array): void {
    this.resets.set(this.length, mask.slice());
  }

  /** The actions of step i. */
  actionsAt(i: number): ActionArray {
    return this.actions.subarray(i * this.width, (i + 1) * this.width);
  }

  /** The masked reset after i steps, if any. */
  resetAfter(i: number): Uint8Array | undefined {
    return this.resets.get(i);
  }

  snapshot(): ReplayLogState {
    return {
      segment: this.segment,
      length: this.length,
      actions: this.actions.slice(0, this.length * this.width),
      resets: [...this.resets],
    };
  }

  restore({ segment, length, actions, resets }: ReplayLogState): void {
    this.segment = segment;
    this.length = length;
    this.actions = emptyLike(this.actions, Math.max(this.width * 1024, actions.length * 2));
    this.actions.set(actions);
    this.resets = new Map(resets);
  }
}

function emptyLike(actions: ActionArray, length: number): ActionArray {
  return new (actions.constructor as new (length: number) => ActionArray)(length);
}
