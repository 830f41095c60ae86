import type { StateFeatures } from '../../src/features/index.js';

/** ψ(s) as a vector of d entries. */
export function dense(map: StateFeatures, state: number[]): number[] {
  const values = new Float64Array(map.active);
  const indices = new Int32Array(map.active);
  map.encode(state, 0, values, indices, 0);
  const out = new Array<number>(map.size).fill(0);
  values.forEach((v, i) => {
    out[map.dense ? i : indices[i]] += v;
  });
  return out;
}
