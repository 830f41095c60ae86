/** A positive function of the flow's time t ≥ 0 or of the number n ≥ 0 of policy updates. */
export type Schedule =
  | { type: 'constant'; value: number }
  | { type: 'exponential'; value: number; rate: number; min?: number | undefined; max?: number | undefined }
  | { type: 'polynomial'; value: number; power: number; min?: number | undefined; max?: number | undefined };

/**
 * η_t and τ_t: constant value; value·e^{rate·t} (Theorem 2: η_t = η₀e^{k₁t}); value·(1+t)^power. Kept at or below `max`, since a
 * discrete step is only stable up to a size, and at or above `min`, since a temperature must stay positive.
 * @param t the flow's time (the mirror steps taken so far, summed), ≥ 0
 */
export function scheduleAt(schedule: Schedule, t: number): number {
  switch (schedule.type) {
    case 'constant':
      return schedule.value;
    case 'exponential':
      return clip(schedule, schedule.value * Math.exp(schedule.rate * t));
    case 'polynomial':
      return clip(schedule, schedule.value * (1 + t) ** schedule.power);
  }
}

function clip(
  { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number | undefined; max?: number | undefined },
  x: number,
) {
  return Math.max(min, Math.min(max, x));
}

/** The times t > 0 at which a schedule has a bend: where it meets its `min` or `max`. */
export function scheduleBends(schedule: Schedule): number[] {
  if (schedule.type === 'constant') return [];
  const { value, min, max } = schedule;
  const meets = (level: number) =>
    schedule.type === 'exponential'
      ? Math.log(level / value) / schedule.rate
      : (level / value) ** (1 / schedule.power) - 1;
  return [min, max]
    .flatMap((level) => (level === undefined ? [] : [meets(level)]))
    .filter((t) => t > 0 && Number.isFinite(t));
}

/** How many critic steps M_n are made for policy update n = 0, 1, 2, …: the two time scales in discrete time. */
export type StepCount =
  | { type: 'constant'; value: number }
  | { type: 'logarithmic'; value: number; scale: number; max?: number }
  | { type: 'linear'; value: number; slope: number; max?: number };

/** M_n: value; value + scale·log(1+n); value + slope·n; rounded up, at least 1, at most `max`. */
export function stepCountAt(count: StepCount, n: number): number {
  if (count.type === 'constant') return Math.max(1, Math.ceil(count.value));
  const more = count.type === 'logarithmic' ? count.scale * Math.log1p(n) : count.slope * n;
  return Math.max(1, Math.ceil(Math.min(count.max ?? Number.POSITIVE_INFINITY, count.value + more)));
}
