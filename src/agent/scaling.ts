import type { Config } from '../config/config.js';
import type { Bounds } from '../features/index.js';
import { makeViews, rowsOf } from '../model/views.js';
import { RunningStatistics } from '../sampling/warmUp.js';
import type { Space } from '../spaces/index.js';

/**
 * The first transitions of a new agent whose observations are scaled by their mean and deviation (`observations.scaling` "running"): as in
 * training, π = μ is followed and nothing is learned until the range is frozen.
 */
export class ScalingPhase {
  /** A range that stands for the one to come: w and θ are 0 until then, so that nothing depends on it. */
  readonly placeholder: Bounds;
  private readonly inputs: number;
  private readonly statistics: RunningStatistics;

  constructor(inputs: number) {
    this.inputs = inputs;
    this.statistics = new RunningStatistics(inputs);
    this.placeholder = { low: new Array<number>(inputs).fill(-1), high: new Array<number>(inputs).fill(1) };
  }

  /** Observations as numbers, shape [n, inputs]. */
  see(rows: Float64Array): void {
    for (let at = 0; at < rows.length; at += this.inputs) this.statistics.add(rows, at);
  }

  /** The range of what was seen. */
  bounds(): Bounds {
    const { low, high } = this.statistics.bounds();
    return { low: Array.from(low), high: Array.from(high) };
  }
}

/** The phase that a new agent begins with; null where the space's bounds scale. */
export function scalingPhase(config: Config, observationSpace: Space): ScalingPhase | null {
  if (config.observations.scaling !== 'running') return null;
  return new ScalingPhase(rowsOf(makeViews(config, observationSpace), observationSpace).inputs);
}
