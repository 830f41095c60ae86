import { describe, expect, it } from 'vitest';
import { type ContinuousOptions, continuousProblem, MdpError } from '../../src/theory/index.js';
import { tilted } from './tilted.js';

describe('what quadrature cannot integrate', () => {
  const narrow =
    (width: number) =>
    ([next]: readonly number[], [s]: readonly number[]) =>
      Math.exp(-(((next - 0.25 - 0.5 * s) / width) ** 2) / 2) / (width * Math.sqrt(2 * Math.PI));
  it.each<[string, Partial<ContinuousOptions>, RegExp]>([
    [
      'a density with a jump',
      { transition: ([x], [s]) => (Math.abs(x - 0.25 - 0.5 * s) < 0.1 ? 5 : 0) },
      /tilted: transition: at s = \[.*\], a = \[.*\] the density of s' has mass .* by 128 nodes a coordinate; expected 1 to 1e-8\. It is narrower .* or has a jump: make it wider/,
    ],
    [
      'a narrow density',
      { transition: narrow(0.001) },
      /the density of s' has mass .*; expected 1 to 1e-8\. It is narrower than the nodes are apart/,
    ],
    [
      'a density of another mass',
      { transition: () => 0.5 },
      /transition: at s = \[0\], a = \[-1\] the density of s' has mass 0\.4999\d*; expected 1 to 1e-8\. Divide it by its integral, or give `survival`/,
    ],
    [
      'a negative density',
      { transition: ([x]) => 2 * x - 0.5 },
      /the density of s' = \[.*\] at s = \[.*\], a = \[.*\] is -0\.\d+; expected a finite number of 0 or more/,
    ],
    [
      'a density that is no number',
      { transition: (_x, _s, [a]) => (a > 0.9 ? Number.NaN : 1) },
      /a = \[0\.96.*\] is NaN; expected a finite number/,
    ],
    [
      'a cost with a jump',
      { cost: ([s]) => (s < 0.4 ? 1 : 0) },
      /Q.* at s = \[.*\], a = \[.*\] is .* by 64 nodes a coordinate and .* by 128; expected 1e-8 of accuracy .* jump, a kink .*raise tau, or ask for less/,
    ],
    [
      'a cost that is not finite',
      { cost: ([s]) => Math.log(s - 0.5) },
      /cost: at s = \[.*\], a = \[.*\] it is NaN; expected a finite number/,
    ],
    ['features with a jump', { features: ([s]) => [1, s < 0.4 ? 1 : 0] }, /∫φ_iφ_j dβ/],
    [
      'features of different lengths',
      { features: ([s]) => (s < 0.5 ? [1, s] : [1]) },
      /features: at s = .* they are \[1\]; expected 2 finite numbers, as elsewhere/,
    ],
    ['a policy that is too narrow', { tau: 1e-4 }, /optimal policy is narrow at this temperature/],
    [
      'a law of s₀ of another mass',
      { rho: () => 3 },
      /rho: the density of s₀ has mass [\d.]*; expected 1 to 1e-8\. Divide it by its integral/,
    ],
    [
      'a density of μ of another mass',
      { actions: { low: [0], high: [1], density: () => 2 } },
      /actions: the density of μ has mass [\d.]*; expected 1/,
    ],
    [
      'a probability of going on that is none',
      { survival: () => 1.5 },
      /survival: at .* it is 1\.5; expected a probability/,
    ],
    [
      'a box without width',
      { states: { low: [1], high: [1] } },
      /states: low is 1 and high 1 in coordinate 0; expected low < high/,
    ],
    [
      'a box of three coordinates',
      { actions: { low: [0, 0, 0], high: [1, 1, 1] } },
      /actions: low is \[0,0,0\]; expected one or two finite numbers/,
    ],
    [
      'a region without its keys',
      { actions: { low: [0] } as never },
      /actions: has the keys low; expected low and high .* or mean and deviation/,
    ],
    ['states without a density', { transition: undefined }, /states and transition: one of them is left out/],
    ['a temperature of 0', { tau: 0 }, /tau is 0; expected a positive number/],
    ['a discount of 1', { gamma: 1 }, /gamma: is 1; expected 0 ≤ gamma < 1/],
    ['an accuracy below rounding', { tolerance: 1e-17 }, /tolerance is 1e-17; expected a number from 1e-13 to 0\.1/],
  ])('refuses %s', (_, change, message) => {
    const error = thrown(() => continuousProblem({ ...tilted, ...change }));
    expect(error).toBeInstanceOf(MdpError);
    expect(String(error)).toMatch(message);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
