/** y at the times asked for, and what it cost. */
export interface Trajectory {
  readonly times: Float64Array;
  readonly states: readonly Float64Array[];
  readonly steps: number;
  readonly evaluations: number;
}
