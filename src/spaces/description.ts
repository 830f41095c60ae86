import { Box } from './box.js';
import { Dict } from './dict.js';
import { Discrete } from './discrete.js';
import { DTYPES, type DType, sizeOf } from './dtype.js';
import { Graph } from './graph.js';
import { MultiBinary } from './multiBinary.js';
import { MultiDiscrete } from './multiDiscrete.js';
import { NDArray, type NestedNumbers } from './ndarray.js';
import { OneOf } from './oneOf.js';
import { Sequence } from './sequence.js';
import type { Space, SpaceType } from './space.js';
import { Text } from './text.js';
import { Tuple } from './tuple.js';

/**
 * The most that the bounds of all Boxes of a description may take, as much as one frame of a message (docs/protocol.md): a
 * few bytes can describe a shape that no memory holds.
 */
const MAX_BYTES = 2 ** 28;

/**
 * Makes a space of the protocol's description (or of its JSON, in which arrays are lists).
 * @throws TypeError naming the space and the field that is missing or wrong
 */
export function fromDescription(description: unknown): Space {
  return read(description, { bytes: MAX_BYTES });
}

/** Inverse of a space's `toJSON`. */
export const fromJSON: (json: unknown) => Space = fromDescription;

type Fields = Record<string, unknown>;
/** How many bytes of bounds may still be made. */
type Budget = { bytes: number };

function read(description: unknown, budget: Budget): Space {
  const fields = description as Fields;
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(MAKERS, String(fields.type))) {
    throw new TypeError(`no space is described; expected a type of ${Object.keys(MAKERS)}`);
  }
  const type = fields.type as SpaceType;
  try {
    return MAKERS[type](fields, budget);
  } catch (error) {
    throw new TypeError(`description of ${type}: ${(error as Error).message}`);
  }
}

const MAKERS: Record<SpaceType, (fields: Fields, budget: Budget) => Space> = {
  Box(f, budget) {
    const dtype = dtypeOf(f.dtype);
    const shape = list(f, 'shape') as number[];
    budget.bytes -= 2 * sizeOf(shape) * DTYPES[dtype].bytes;
    if (!(budget.bytes >= 0)) throw new TypeError(`shape: bounds of more than ${MAX_BYTES} bytes`);
    return new Box(numbers(f, 'low'), numbers(f, 'high'), shape, dtype);
  },
  Discrete: (f) => new Discrete(integer(f, 'n'), integer(f, 'start'), dtypeOf(f.dtype)),
  MultiBinary: (f) => new MultiBinary(list(f, 'shape') as number[]),
  MultiDiscrete: (f) => new MultiDiscrete(numbers(f, 'nvec'), numbers(f, 'start'), dtypeOf(f.dtype)),
  Text: (f) => new Text(integer(f, 'max_length'), integer(f, 'min_length'), textOf(f, 'charset')),
  Dict: (f, budget) =>
    new Dict(
      (list(f, 'spaces') as [string | number, unknown][]).map(
        ([key, description]) => [key, read(description, budget)] as const,
      ),
    ),
  Tuple: (f, budget) => new Tuple(list(f, 'spaces').map((inner) => read(inner, budget))),
  OneOf: (f, budget) => new OneOf(list(f, 'spaces').map((inner) => read(inner, budget))),
  Sequence: (f, budget) => new Sequence(read(f.space, budget), f.stack === true),
  Graph: (f, budget) => new Graph(read(f.node_space, budget), f.edge_space == null ? null : read(f.edge_space, budget)),
};

function list(fields: Fields, name: string): unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new TypeError(`${name} is ${JSON.stringify(value)}; expected a list`);
  return value;
}

function textOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  if (value === null || typeof value === 'string') return value;
  throw new TypeError(`${name} is ${JSON.stringify(value)}; expected a string, or null for any characters`);
}

function integer(fields: Fields, name: string): number {
  const value = Number(fields[name]);
  if (!Number.isSafeInteger(value)) throw new TypeError(`${name} is ${fields[name]}; expected an integer within 2⁵³`);
  return value;
}

function numbers(fields: Fields, name: string): NDArray | NestedNumbers {
  const value = fields[name];
  if (value instanceof NDArray || Array.isArray(value)) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  // JSON writes what it has no number for as a string.
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? BigInt(value) : Number(value);
  throw new TypeError(`${name} is ${typeof value}; expected numbers`);
}

function dtypeOf(name: unknown): DType {
  if (typeof name === 'string' && Object.hasOwn(DTYPES, name)) return name as DType;
  throw new TypeError(`dtype is ${JSON.stringify(name)}; expected one of ${Object.keys(DTYPES)}`);
}
