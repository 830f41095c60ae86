import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EligibilityTrace } from '../../src/critic/trace.js';
import { discreteActions, fourier, LinearFeatures, makeRows, tileCoding } from '../../src/features/index.js';

const actions = 3;
const maps = {
  tileCoding: tileCoding({ tilings: 4, tiles: 3, low: [0], high: [1] }),
  fourier: fourier({ order: 4, low: [0], high: [1] }),
};

const visits = fc.array(fc.record({ s: fc.double({ min: 0, max: 1, noNaN: true }), a: fc.nat(actions - 1) }), {
  minLength: 1,
  maxLength: 40,
});

describe.each(Object.entries(maps))('%s', (_, map) => {
  const features = new LinearFeatures(map, discreteActions(actions));

  test.each(['accumulating', 'replacing'] as const)(
    'the %s trace is what its recursion on the whole vector gives',
    (kind) => {
      fc.assert(
        fc.property(visits, (path) => {
          const trace = new EligibilityTrace(features, kind);
          const z = new Float64Array(features.size);
          const rows = makeRows(map, 1);
          for (const { s, a } of path) {
            map.encode([s], 0, rows.values, rows.indices, 0);
            trace.decay(0.8);
            trace.add({ states: rows, actions: Float64Array.of(a) }, 0);
            z.forEach((x, i) => {
              z[i] = 0.8 * x;
            });
            for (let k = 0; k < actions; k++) {
              for (let n = 0; n < map.active; n++) {
                const i = k * map.size + (map.dense ? n : rows.indices[n]);
                if (kind === 'replacing') z[i] = k === a ? rows.values[n] : 0;
                else if (k === a) z[i] += rows.values[n];
              }
            }
          }
          trace.toVector().forEach((x, i) => {
            expect(Math.abs(x - z[i])).toBeLessThan(1e-5);
          });
        }),
      );
    },
  );

  test('a trace restored from its snapshot goes on to the bit', () => {
    const one = new EligibilityTrace(features, 'accumulating');
    const rows = makeRows(map, 1);
    for (let n = 0; n < 5; n++) {
      map.encode([n / 5], 0, rows.values, rows.indices, 0);
      one.decay(0.7);
      one.add({ states: rows, actions: Float64Array.of(n % actions) }, 0);
    }
    const other = new EligibilityTrace(features, 'accumulating');
    other.restore(one.snapshot());
    const theta = [new Float64Array(features.size), new Float64Array(features.size)];
    [one, other].forEach((trace, i) => {
      trace.decay(0.7);
      trace.add({ states: rows, actions: Float64Array.of(1) }, 0);
      trace.apply(theta[i], 0.3);
    });
    expect(theta[0]).toEqual(theta[1]);
    one.clear();
    expect(one.toVector().every((x) => x === 0)).toBe(true);
  });
});
