import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QuadraticDensity } from '../../src/measure/quadraticDensity.js';

/**
 * By mpmath with 25 digits (quad on breakpoints around the peaks, bisection of the distribution function): b, c, log of the mean of e^{−by − cy²} over
 * [−1,1], E y, E y², and the place below which 0.37 of the mass is.
 */
const values: [number, number, number, number, number, number][] = [
  [0, 0, 0.0, 0.0, 0.3333333333333333, -0.26],
  [1, 0, 0.16143936157119562, -0.3130352854993313, 0.3739294290013374, -0.6144464173724321],
  [0, 3, -0.6844975760144035, -6.682701373506239e-34, 0.15021390433899956, -0.13346931618061555],
  [2, -3, 2.3994623567938187, -0.7686874239816089, 0.7202465461162407, -0.9280774804190319],
  [-7, 1e-6, 4.360941083754133, 0.857144491046137, 0.755101522341722, 0.8579641313120934],
  [5, -5, 6.650092631439023, -0.9249399807285573, 0.8625993805886675, -0.9671716870773537],
  [40, 30, 11.507028665880519, -0.6648202720710938, 0.4580337867851564, -0.7084521514722563],
  [10000.0, 0, 9990.096512447464, -0.9999, 0.99980002, -0.9999537964540404],
  [-10000.0, 0.001, 9990.095512647444, 0.999899999980004, 0.999800019960016, 0.9999005747527835],
  [10000.0, 10000.0, 2495.2740475763767, -0.5, 0.25005, -0.5023465575162492],
  [0, 10000.0, -4.725952423623337, 3.501768482201135e-36, 5e-5, -0.002346557516249216],
  [0, -10000.0, 9990.096562453715, 0.0, 0.9998999949987495, -0.9999326406805464],
  [0.01, -10000.0, 9990.096612447882, -0.00999866669665129, 0.9998999949992495, -0.9999340302624506],
  [10000.0, -10000.0, 19988.997922382252, -0.9999666651850205, 0.9999333325925103, -0.9999845983966689],
  [-10000.0, -5000.0, 14989.403390268468, 0.9999499974996875, 0.9999, 0.9999502855255111],
  [20, 10.001, 8.034084881128587, -0.8215601690724046, 0.6931331808436321, -0.8922587356622169],
  [10000.0, 4999, 4995.91168710945, -0.9920926123444255, 0.984283662898962, -0.9952402797263582],
  [19999, 10000.0, 9993.586551389017, -0.9943398965655968, 0.9887300761363655, -0.9965790095181516],
  [1e-7, -1e-7, 3.333333544444449e-8, -3.333333422222221e-8, 0.3333333422222228, -0.26000005470080134],
  [60, 0.01, 55.20283608693534, -0.9833279612906499, 0.9672118332404369, -0.9922968940031376],
  [-2, 300, -2.9693401416300125, 0.003333333333333333, 0.0016777777777777778, -0.010214522803420912],
];

test.each(values)('b = %d, c = %d: as computed with 25 digits', (b, c, logMass, mean, square, quantile) => {
  const density = new QuadraticDensity();
  density.set(b, c);
  expect(Math.abs(density.logMass - logMass)).toBeLessThan(1e-14 * Math.max(1, Math.abs(logMass)));
  expect(Math.abs(density.mean - mean)).toBeLessThan(3e-15);
  expect(Math.abs(density.square - square)).toBeLessThan(3e-15);
  expect(Math.abs(density.quantile(0.37) - quantile)).toBeLessThan(1e-13);
});

const coefficient = fc.oneof(
  fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
);

test('for all b and c the moments satisfy the two identities of integration by parts', () => {
  fc.assert(
    fc.property(coefficient, coefficient, (b, c) => {
      const density = new QuadraticDensity();
      density.set(b, c);
      const { logMass, mean, square } = density;
      // Densities at the ends: ∫ (e^g)' = −b − 2c E y and ∫ (y e^g)' = 1 − b E y − 2c E y², over the mass.
      const right = Math.exp(-b - c - logMass) / 2;
      const left = Math.exp(b - c - logMass) / 2;
      const tolerance = 1e-11 * (1 + Math.abs(b) + Math.abs(c)) * (1 + right + left);
      expect(Math.abs(right - left + b + 2 * c * mean)).toBeLessThan(tolerance);
      expect(Math.abs(right + left - 1 + b * mean + 2 * c * square)).toBeLessThan(tolerance);
      expect(density.kl).toBeGreaterThanOrEqual(0);
      expect(Math.abs(density.kl - (-b * mean - c * square - logMass))).toBeLessThan(tolerance);
    }),
    { numRuns: 2000 },
  );
});

test('for all b and c quantiles ascend, stay in the interval and part the mass as a sum of the density says', () => {
  fc.assert(
    fc.property(coefficient, coefficient, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (b, c, p) => {
      const density = new QuadraticDensity();
      density.set(b, c);
      const y = density.quantile(p);
      expect(y).toBeGreaterThanOrEqual(-1);
      expect(y).toBeLessThanOrEqual(1);
      expect(density.quantile(p * 0.999)).toBeLessThanOrEqual(y);
      // What the density gives the small interval between two quantiles is its length times the density, if that is nearly constant there.
      const near = density.quantile(p + 1e-6);
      const at = (x: number) => Math.exp(-b * x - c * x * x - density.logMass) / 2;
      const share = ((near - y) * (at(y) + at(near))) / 2;
      expect(Math.abs(share - 1e-6)).toBeLessThan(1e-6 * 1e-3 + 1e-9);
    }),
    { numRuns: 500 },
  );
});
