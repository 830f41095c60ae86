import { InvalidArgumentError } from 'commander';
import { schedule } from '../../config/config.js';
import { describeIssues } from '../../config/configError.js';
import { type Schedule, scheduleAt } from '../../critic/schedule.js';

/** What `--tau` is: a number, or a schedule as JSON. */
export interface Temperature {
  /** τ₀. */
  tau: number;
  tauSchedule?: Schedule;
}

/** @throws InvalidArgumentError that says what is wrong with the text */
export function parseTemperature(text: string): Temperature {
  if (!text.trim().startsWith('{')) {
    const tau = Number(text);
    if (text.trim() === '' || !Number.isFinite(tau)) throw new InvalidArgumentError(EXPECTED);
    return { tau };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}; ${EXPECTED}`);
  }
  const parsed = schedule.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError(describeIssues(parsed.error, value, '--tau'));
  return { tau: scheduleAt(parsed.data, 0), tauSchedule: parsed.data };
}

const EXPECTED =
  'expected a number, or a schedule as JSON such as {"type":"exponential","value":1,"rate":-0.05,"min":0.01}.';
