import type { z } from 'zod';
import type { Space } from '../spaces/index.js';

/** A configuration is wrong; the message has a line for each wrong key with its value and what is allowed. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** A space in a message: not its bounds one by one, where these are many. */
export function nameOf(space: Space): string {
  const text = String(space);
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME)}…`;
}

const LONGEST_NAME = 300;

/**
 * Makes what a configuration asks for. A number that does not do there is a mistake in the configuration.
 * @param source named in the error
 * @throws ConfigError in place of a RangeError
 */
export function fromConfig<T>(source: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const tooLarge = /allocation failed|Invalid (typed )?array length/.test(error.message);
    const what = tooLarge ? 'the features are too many for the memory; take fewer, or a smaller window' : error.message;
    throw new ConfigError(`${source}: ${what}`, { cause: error });
  }
}

type Issue = z.core.$ZodIssue;

/** One line an issue: `critic.lambda is 2: expected a number ≤ 1`. */
export function describeIssues(error: z.ZodError, input: unknown, source: string): string {
  const lines = error.issues.flatMap((issue) => lineOf(issue, input));
  return `${source}:\n${lines.map((line) => `  ${line}`).join('\n')}\nSee docs/configuration.md for every key.`;
}

function lineOf(issue: Issue, input: unknown): string[] {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const value = valueAt(input, issue.path);
    return issue.keys.map((key) => {
      const name = [where, key].filter(Boolean).join('.');
      const given = JSON.stringify((value as Record<string, unknown>)[key]);
      return `unknown key "${name}" (value ${given}); expected only keys of ${where === '' ? 'a configuration' : `"${where}"`}`;
    });
  }
  const value = valueAt(input, issue.path);
  const given = value === undefined ? 'missing' : JSON.stringify(value);
  return [`"${where}" is ${given}: ${expectation(issue)}`];
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return `expected ${issue.origin === 'string' ? 'a text of length' : 'a number'} ${issue.inclusive ? '≥' : '>'} ${issue.minimum}`;
    case 'too_big':
      return `expected a number ${issue.inclusive ? '≤' : '<'} ${issue.maximum}`;
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'an integer' : `a value of type ${issue.expected}`}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map((v) => JSON.stringify(v)).join(', ')}`;
    case 'invalid_union': {
      const options = 'options' in issue ? (issue.options as unknown[] | undefined) : undefined;
      if (options) return `expected one of ${options.map((v) => JSON.stringify(v)).join(', ')}`;
      return issue.errors.map(([first]) => expectation(first!)).join(', or ');
    }
    default:
      return issue.message;
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, input);
}
