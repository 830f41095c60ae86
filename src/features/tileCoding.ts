import { type Bounds, checkBounds, type StateFeatures } from './stateFeatures.js';

export interface TileCodingOptions extends Bounds {
  /** Number of tilings T; each is active once in every state. */
  tilings: number;
  /** Tiles of a tiling in each dimension: one number for all, or one a dimension. */
  tiles: number | readonly number[];
}

/**
 * Tile coding: T grids, each shifted by a different fraction of a tile (by odd multiples 1, 3, 5, … of 1/T in the
 * dimensions, as Sutton & Barto, "Reinforcement Learning", 2nd ed., 9.5.4, advise), one active tile in each. Every
 * active entry is 1/√T, so that ‖ψ(s)‖ = 1.
 */
export function tileCoding(options: TileCodingOptions): StateFeatures {
  const inputs = checkBounds(options);
  const { tilings } = options;
  const tiles = typeof options.tiles === 'number' ? new Array<number>(inputs).fill(options.tiles) : options.tiles;
  if (tiles.length !== inputs) {
    throw new RangeError(`tiles has ${tiles.length} entries; expected one for each of the ${inputs} dimensions`);
  }
  const cells = tiles.map((n) => n + 1); // a shifted grid reaches one tile further
  const perTiling = cells.reduce((a, b) => a * b, 1);
  const size = tilings * perTiling;
  const value = 1 / Math.sqrt(tilings);
  const low = Float64Array.from(options.low);
  const perUnit = low.map((l, i) => tiles[i]! / (options.high[i]! - l));
  const offsets = new Float64Array(tilings * inputs);
  for (let t = 0; t < tilings; t++) {
    for (let i = 0; i < inputs; i++) offsets[t * inputs + i] = ((t * (2 * i + 1)) % tilings) / tilings;
  }

  return {
    size,
    active: tilings,
    dense: false,
    inputs,
    constant: new Float64Array(size).fill(value),
    stepScale: null,
    encode(observation, offset, values, indices, at) {
      for (let t = 0; t < tilings; t++) {
        let index = 0;
        for (let i = 0; i < inputs; i++) {
          const x = (observation[offset + i]! - low[i]!) * perUnit[i]!;
          const clipped = Math.min(tiles[i]!, Math.max(0, x));
          const cell = Math.floor(clipped + offsets[t * inputs + i]!);
          index = index * cells[i]! + Math.min(tiles[i]!, cell);
        }
        indices[at + t] = t * perTiling + index;
        values[at + t] = value;
      }
    },
  };
}
