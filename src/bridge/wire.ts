import { Dict, type Space, Tuple } from '../spaces/index.js';

/** Puts an action (or a batch of them) of a space into the form in which it travels. */
export type ToWire = (action: unknown) => unknown;

/**
 * An object's keys are text, but a Dict's may be integers in Python; such a Dict travels as a Map, which keeps them.
 * Decided once for a space, so that an action of any other costs nothing.
 */
export function toWire(space: Space): ToWire {
  return hasIntegerKeys(space) ? (action) => withIntegerKeys(space, action) : (action) => action;
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
