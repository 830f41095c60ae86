import {
  Dict,
  Discrete,
  Graph,
  MultiDiscrete,
  NDArray,
  OneOf,
  Sequence,
  type Space,
  Tuple,
} from '../../spaces/index.js';

/** Puts a value of a space into another form. */
export type Convert = (value: unknown) => unknown;

/**
 * Puts an action (or a batch of them) into the form in which it travels: an object's keys are text, but a Dict's may be integers
 * in Python; such a Dict travels as a Map, which keeps them. Decided once for a space, so that an action of any other costs nothing.
 */
export function toWire(space: Space): Convert {
  return hasIntegerKeys(space) ? (action) => withIntegerKeys(space, action) : (action) => action;
}

/**
 * Puts an observation (or a batch of them) into the form that it has here: integers of Discrete and MultiDiscrete travel as 32 or
 * 64 bits whatever the space's dtype. Decided once for a space, as above.
 * @param isBatch whether the values are batches
 */
export function fromWire(space: Space, isBatch: boolean): Convert {
  return hasOtherIntegers(space) ? (value) => withDtypes(space, value, isBatch) : (value) => value;
}

function hasIntegerKeys(space: Space): boolean {
  if (space instanceof Tuple) return space.spaces.some(hasIntegerKeys);
  return (
    space instanceof Dict && space.entries.some(([key, inner]) => typeof key === 'number' || hasIntegerKeys(inner))
  );
}

function withIntegerKeys(space: Space, value: unknown): unknown {
  if (space instanceof Tuple)
    return (space.spaces as readonly Space[]).map((inner, i) => withIntegerKeys(inner, (value as unknown[])[i]));
  if (!(space instanceof Dict)) return value;
  const record = value as Record<string | number, unknown>;
  return new Map(space.entries.map(([key, inner]) => [key, withIntegerKeys(inner, record[key])]));
}

function hasOtherIntegers(space: Space): boolean {
  if (space instanceof Discrete || space instanceof MultiDiscrete) {
    return space.valueDtype !== 'int32' && space.valueDtype !== 'int64';
  }
  if (space instanceof Dict) return space.entries.some(([, inner]) => hasOtherIntegers(inner));
  if (space instanceof Tuple || space instanceof OneOf) return space.spaces.some(hasOtherIntegers);
  if (space instanceof Sequence) return hasOtherIntegers(space.featureSpace);
  if (!(space instanceof Graph)) return false;
  return hasOtherIntegers(space.nodeSpace) || (space.edgeSpace !== null && hasOtherIntegers(space.edgeSpace));
}

function withDtypes(space: Space, value: unknown, isBatch: boolean): unknown {
  if (space instanceof Discrete || space instanceof MultiDiscrete) {
    return value instanceof NDArray ? withDtype(value, space) : value;
  }
  if (space instanceof Dict) {
    const record = value as Record<string, unknown>;
    const entries = space.entries.map(([key, inner]) => [key, withDtypes(inner, record[key], isBatch)]);
    return Object.fromEntries(entries);
  }
  if (space instanceof Tuple) {
    return (space.spaces as readonly Space[]).map((inner, i) => withDtypes(inner, (value as unknown[])[i], isBatch));
  }
  // Of the other spaces a batch is a list of values.
  if (isBatch && Array.isArray(value)) return value.map((item) => withDtypes(space, item, false));
  if (space instanceof OneOf) {
    const [index, inner] = value as [number, unknown];
    return [index, withDtypes(space.spaces[index], inner, false)];
  }
  if (space instanceof Sequence) {
    if (space.stack) return withDtypes(space.featureSpace, value, true);
    return (value as unknown[]).map((item) => withDtypes(space.featureSpace, item, false));
  }
  if (!(space instanceof Graph)) return value;
  const { nodes, edges, edge_links } = value as { nodes: unknown; edges: unknown; edge_links: unknown };
  return {
    nodes: withDtypes(space.nodeSpace, nodes, true),
    edges: space.edgeSpace && edges !== null ? withDtypes(space.edgeSpace, edges, true) : edges,
    edge_links,
  };
}

/** An array in its space's dtype; as it came where an environment gave what that cannot hold. */
function withDtype(array: NDArray, { valueDtype }: Discrete | MultiDiscrete): NDArray {
  try {
    return NDArray.from(array, valueDtype);
  } catch {
    return array;
  }
}
