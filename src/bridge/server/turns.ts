/** Milliseconds of work after which the event loop has its turn: other clients, signals, leases, what was learned. */
export const TURN_MS = 2;

/** After a turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
