import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../src/bridge/process/python.js';

/** Runs a Python file beside the tests, with JSON in and JSON out. */
export function runPython(url: URL, input: unknown): unknown {
  const output = execFileSync(findPython(), [fileURLToPath(url)], {
    input: JSON.stringify(input),
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(output.toString());
}
