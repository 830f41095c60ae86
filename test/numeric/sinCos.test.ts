import { describe, expect, it } from 'vitest';
import { cos, sin } from '../../src/numeric/sinCos.js';
import { runPython } from '../spaces/runPython.js';

const doubles = (hex: string) => new Float64Array(new Uint8Array(Buffer.from(hex, 'hex')).buffer);

describe.each([
  ['CartPole’s angles', -0.42, 0.42, 100_000],
  ['the table’s whole range', -0.855, 0.855, 100_000],
  ['small angles', -1e-3, 1e-3, 20_000],
  ['angles that are all but none', -1e-7, 1e-7, 20_000],
])('%s', (_, low, high, count) => {
  const answer = runPython(new URL('python/numpy_answers.py', import.meta.url), {
    seed: 1,
    low,
    high,
    count,
  }) as string[];
  const [xs, sines, cosines, numpySines, numpyCosines] = answer.map(doubles) as Float64Array[];
  const differing = (f: (x: number) => number, expected: Float64Array | undefined) =>
    [...(xs as Float64Array)].filter((x, i) => !Object.is(f(x), expected?.at(i)));

  it('have the sine of Python’s math and of NumPy, to the bit', () => {
    expect(differing(sin, sines)).toEqual([]);
    expect(differing(sin, numpySines)).toEqual([]);
  });

  it('have the cosine of Python’s math and of NumPy, to the bit', () => {
    expect(differing(cos, cosines)).toEqual([]);
    expect(differing(cos, numpyCosines)).toEqual([]);
  });
});

it('greater angles have V8’s values; 0 keeps its sign', () => {
  expect([sin(2), cos(-2), cos(0)]).toEqual([Math.sin(2), Math.cos(2), 1]);
  expect(sin(-0)).toBe(-0);
  expect([sin(NaN), cos(Infinity)]).toEqual([NaN, NaN]);
});
