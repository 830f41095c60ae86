import { hashEnd, hashStep } from '../numeric/hash.js';
import { lengthScaler } from './scaler.js';
import { type Bounds, checkBounds, checkCount, perDimension, type StateFeatures } from './stateFeatures.js';

export interface TileCodingOptions extends Bounds {
  /** Number of tilings T; each is active once in every state. */
  tilings: number;
  /** Tiles of a tiling in each dimension: one number for all, or one a dimension. */
  tiles: number | readonly number[];
  /** Number of features to hash the tiles to, for grids too large to keep; default: all tiles have their own. */
  memory?: number | undefined;
}

/**
 * Tile coding: T grids, each shifted by a different fraction of a tile (by odd multiples 1, 3, 5, … of 1/T in the
 * dimensions, as Sutton & Barto, "Reinforcement Learning", 2nd ed., 9.5.4, advise), one active tile in each. Every
 * active entry is 1/√T, so that ‖ψ(s)‖ = 1.
 *
 * With `memory` the tiles are hashed to that many features (9.5.4 there). Each tiling has an equal share of its own, so the active
 * tiles of a state never share a feature and ‖ψ(s)‖ = 1 still; tiles of different states may.
 */
export function tileCoding(options: TileCodingOptions): StateFeatures {
  const inputs = checkBounds(options);
  const { tilings, memory } = options;
  const tiles = perDimension('tileCoding: tiles', options.tiles, inputs);
  const cells = tiles.map((n) => n + 1); // a shifted grid reaches one tile further
  const grid = cells.reduce((a, b) => a * b, 1);
  const hashed = memory !== undefined && tilings * grid > memory;
  const perTiling = hashed ? Math.floor(memory / tilings) : grid;
  if (perTiling < 1) throw new RangeError(`tileCoding: memory is ${memory}; expected at least the ${tilings} tilings`);
  const size = tilings * perTiling;
  checkCount('tileCoding', size, 'Give `memory`, the number of features to hash the tiles to, or fewer `tiles`.');
  const value = 1 / Math.sqrt(tilings);
  const scaleInputs = lengthScaler(options, tiles);
  const x = new Float64Array(inputs);
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
      scaleInputs(observation, offset, x);
      for (let t = 0; t < tilings; t++) {
        let index = hashed ? t : 0;
        for (let i = 0; i < inputs; i++) {
          const cell = Math.floor(x[i] + offsets[t * inputs + i]);
          const tile = Math.min(tiles[i], cell);
          index = hashed ? hashStep(index, tile) : index * cells[i] + tile;
        }
        if (hashed) index = hashEnd(index, inputs) % perTiling;
        indices[at + t] = t * perTiling + index;
        values[at + t] = value;
      }
    },
  };
}
