import { coerceList, Space } from './space.js';
import { Tuple } from './tuple.js';

/** What Graph, OneOf, Sequence and Text share: a batch of their values is the list of them. */
export abstract class ListSpace<T> extends Space<T, T[]> {
  /** As in Gymnasium, a Tuple of n times this space. */
  batch(n: number): Tuple {
    return new Tuple(Array.from({ length: n }, () => this));
  }

  coerceBatch(x: unknown, n: number): T[] {
    return coerceList(this, x, n);
  }

  batchLength(batch: T[]): number {
    return batch.length;
  }

  batchItem(batch: T[], i: number): T {
    return batch[i];
  }

  batchSlice(batch: T[], from: number, to: number): T[] {
    return batch.slice(from, to);
  }

  batchConcat(batches: readonly T[][]): T[] {
    return batches.flat(1) as T[];
  }

  batchOf(values: readonly T[]): T[] {
    return [...values];
  }
}
