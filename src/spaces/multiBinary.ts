import type { Rng } from '../numeric/rng.js';
import { ArraySpace } from './arraySpace.js';
import { Box } from './box.js';
import type { TypedArray } from './dtype.js';
import { NDArray, sameShape } from './ndarray.js';
import type { Description, Space } from './space.js';

/** Arrays of zeros and ones (int8). */
export class MultiBinary extends ArraySpace {
  readonly type = 'MultiBinary';

  /** @param shape an array's shape, or its length */
  constructor(shape: number | readonly number[]) {
    super(typeof shape === 'number' ? [shape] : shape, 'int8');
  }

  bounds(): readonly [number, number] {
    return [0, 1];
  }

  protected firstOutside(data: TypedArray, at: number): number {
    for (let i = 0; i < this.size; i++) {
      const x = Number(data[at + i]);
      if (x !== 0 && x !== 1) return i;
    }
    return -1;
  }

  /** As in Gymnasium, zeros and ones of any dtype. */
  override contains(x: unknown): x is NDArray {
    if (!(x instanceof NDArray)) return super.contains(x);
    return sameShape(x.shape, this.shape) && this.firstOutside(x.data, 0) < 0;
  }

  sample(rng: Rng): NDArray {
    return new NDArray(
      Int8Array.from({ length: this.size }, () => rng.integer(2)),
      this.shape,
      'int8',
    );
  }

  equals(other: Space): boolean {
    return other instanceof MultiBinary && String(this.shape) === String(other.shape);
  }

  describe(): Description {
    return { type: 'MultiBinary', shape: [...this.shape] };
  }

  /** Gymnasium's batch of a MultiBinary is a Box of int8. */
  batch(n: number): Box {
    return new Box(0, 1, [n, ...this.shape], 'int8');
  }

  override toString(): string {
    return `MultiBinary(${this.shape.length === 1 ? this.shape[0] : `[${this.shape}]`})`;
  }
}
