import { quantile } from '../../src/report/statistics.js';

/** What one side of a row did in one round. */
export interface Figures {
  /** In the row's unit. */
  readonly value: number;
  /** Quantiles of the time of one round trip (or one step in process), µs. */
  readonly p50: number;
  readonly p99: number;
}

const WARM_UP = 50;

/**
 * Round trips for so long, after some that do not count.
 * @returns the time of each, µs
 */
export async function trips(seconds: number, trip: () => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < WARM_UP; i++) await trip();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let last = performance.now(); last < end; ) {
    await trip();
    const now = performance.now();
    times.push((now - last) * 1000);
    last = now;
  }
  return times;
}

/** Figures whose value is the median round trip, µs. */
export function tripFigures(times: readonly number[]): Figures {
  return figures(quantile(times, 0.5), times);
}

/** Figures whose value is what so many loops did at once, each trip giving `each`: together a second. */
export function rateFigures(loops: readonly number[][], each: number): Figures {
  const perMicrosecond = loops.reduce((sum, times) => sum + (each * times.length) / total(times), 0);
  return figures(perMicrosecond * 1e6, loops.flat());
}

function total(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0);
}

function figures(value: number, times: readonly number[]): Figures {
  return { value, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
