/** An evaluation during training; the clock stands still while it goes on. */
export interface EvaluationLine {
  type: 'evaluation';
  /** Transitions trained on until then. */
  steps: number;
  /** Seconds of training until then. */
  seconds: number;
  /** Seconds of processor time of all that trains, the environments included. */
  processor: number;
  mean: number;
  std: number;
}

export interface EndLine {
  type: 'end';
  steps: number;
  seconds: number;
  processor: number;
  versions: Record<string, string>;
}

/** One training run of one algorithm with one seed. */
export interface RunRecord {
  env: string;
  algorithm: string;
  seed: number;
  /** All that the run was given. */
  settings: unknown;
  evaluations: Omit<EvaluationLine, 'type'>[];
  steps: number;
  seconds: number;
  processor: number;
  versions: Record<string, string>;
  /** Load average of the machine (one minute) when the run ended. */
  load: number;
}

/**
 * Reads a line that a training program printed.
 * @throws Error that names the program and the line where it is not one of the two kinds
 */
export function parseLine(line: string, program: string): EvaluationLine | EndLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = null;
  }
  const { type, steps, seconds, processor, mean, std, versions } = (value ?? {}) as Record<string, unknown>;
  const numbers = type === 'evaluation' ? [steps, seconds, processor, mean, std] : [steps, seconds, processor];
  const known = type === 'evaluation' || (type === 'end' && typeof versions === 'object' && versions !== null);
  if (!known || !numbers.every(Number.isFinite)) {
    throw new Error(
      `${program} printed ${JSON.stringify(line)}; expected JSON of an evaluation {type, steps, seconds, processor, mean, std} or an end {type, steps, seconds, processor, versions}.`,
    );
  }
  return value as EvaluationLine | EndLine;
}

/** What training took until some moment. */
export type Effort = Pick<EvaluationLine, 'steps' | 'seconds' | 'processor'>;

/** What training took until the first evaluation at or above the threshold; infinite where there is none. */
export function toThreshold(record: RunRecord, threshold: number): Effort {
  const never = Number.POSITIVE_INFINITY;
  const reached = record.evaluations.find((e) => e.mean >= threshold);
  return reached ?? { steps: never, seconds: never, processor: never };
}

/** The mean return at a number of steps: that of the latest evaluation until then, so the last one holds on after training has stopped. */
export function returnAt(record: RunRecord, steps: number): number {
  return record.evaluations.findLast((e) => e.steps <= steps)?.mean ?? Number.NaN;
}
