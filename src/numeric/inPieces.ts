import type { Trajectory } from './trajectory.js';

/**
 * Integrates dy/dt = f between the times at which f has a bend: a step across one would have an error that no estimate of smooth functions sees.
 * @param solve the method, given increasing times and y at the first
 * @param bends times at which f is continuous only; those outside the path are ignored
 */
export function inPieces(
  solve: (times: Float64Array, y0: Float64Array) => Trajectory,
  times: Float64Array,
  y0: Float64Array,
  bends: readonly number[],
): Trajectory {
  const end = times[times.length - 1];
  const cuts = [...bends.filter((t) => t > times[0] && t < end).sort((a, b) => a - b), end];
  const states: Float64Array[] = [y0.slice()];
  let from = times[0];
  let y: Float64Array = y0;
  let steps = 0;
  let evaluations = 0;
  for (const to of cuts) {
    if (to === from) continue;
    const asked = times.filter((t) => t > from && t <= to);
    const atCut = asked.at(-1) === to;
    const piece = solve(Float64Array.from([from, ...asked, ...(atCut ? [] : [to])]), y);
    states.push(...piece.states.slice(1, 1 + asked.length));
    y = piece.states[piece.states.length - 1];
    from = to;
    steps += piece.steps;
    evaluations += piece.evaluations;
  }
  return { times, states, steps, evaluations };
}
