import { expect, it } from 'vitest';
import { cells, summarize } from '../../bench/bridge/compare.js';
import { rateFigures, tripFigures, trips } from '../../bench/bridge/figures.js';
import { chooseRows, rows } from '../../bench/bridge/rows.js';

const figures = (value: number) => ({ value, p50: 10 * value, p99: 20 * value });
const row = { what: 'w', against: 'a', unit: 'steps/s', goal: 2 } as const;

it('a ratio is the median of those of the rounds, the figures of a side are medians of its rounds', () => {
  const compared = summarize(row, 'auto', [3, 8, 4].map(figures), [1, 2, 2].map(figures));
  expect(compared.ratios).toEqual([3, 4, 2]);
  expect(compared).toMatchObject({ ratio: 3, isMet: true, bridge: figures(4), reference: figures(2) });
});

it('a goal is a least rate, or a longest round trip', () => {
  const met = (unit: 'steps/s' | 'µs', goal?: number) =>
    summarize({ ...row, unit, goal }, 'zeromq', [figures(3)], [figures(1)]).isMet;
  expect([met('steps/s', 2), met('steps/s', 4), met('µs', 2), met('µs', 4), met('µs')]).toEqual([
    true,
    false,
    false,
    true,
    null,
  ]);
  expect(cells(summarize(row, 'zeromq', [figures(1)], [figures(1)]))).toContain('≥ 2 NOT MET');
});

it('loops that run at once add up; a round trip is the median of them all', () => {
  // 4 trips of 2 µs and 2 of 4 µs, with 3 environments each: 1.5 + 0.75 steps a microsecond.
  const loops = [
    [2, 2, 2, 2],
    [4, 4],
  ];
  expect(rateFigures(loops, 3)).toMatchObject({ value: 2.25e6, p50: 2 });
  expect(tripFigures([1, 2, 9])).toMatchObject({ value: 2, p50: 2 });
});

it('trips are made one after another, and those that only warm up do not count', async () => {
  let pending = 0;
  let made = 0;
  const times = await trips(0.01, async () => {
    expect(++pending).toBe(1);
    await new Promise(setImmediate);
    made++;
    pending--;
  });
  expect(times.length).toBeGreaterThan(0);
  expect(made).toBe(times.length + 50);
});

it('rows are chosen by a part of their name', () => {
  expect(chooseRows('')).toEqual(rows);
  expect(chooseRows('NATIVE').map(({ what }) => what)).toEqual([
    'CartPole, native vector, 1024, one group',
    'CartPole, native vector, 1024, two groups',
  ]);
  expect(chooseRows('asyncvectorenv')).toHaveLength(1);
  expect(() => chooseRows('atari')).toThrow('--only is atari; expected a part of one of: CartPole, one environment');
});
