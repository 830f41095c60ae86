import { describe, expect, it } from 'vitest';
import { allIds, chooseIds, configOf, experiments, parseId, subset } from '../../bench/bsuite/experiments.js';
import { published, rowsOf, scoreChart, scoreTable } from '../../bench/bsuite/report.js';
import { parseConfig } from '../../src/agent/index.js';
import { makeModel } from '../../src/model/model.js';
import { Box, Discrete } from '../../src/spaces/index.js';

const score = (ids: string[], score: number) => ({ score, episodes: 10_000, ids });

describe('the table of experiments', () => {
  it('has the 468 ids of bsuite in the order of its own sweep', () => {
    expect(allIds).toHaveLength(468);
    expect(new Set(allIds).size).toBe(468);
    for (const id of subset) expect(allIds).toContain(id);
    // bsuite's six types (bsuite/experiments/*/sweep.py) are all in the subset.
    const types = new Set(subset.map((id) => experiments[parseId(id).name].type));
    expect([...types].sort()).toEqual(['basic', 'credit_assignment', 'exploration', 'memory', 'noise', 'scale']);
  });

  it('has a configuration for every id that the agent takes for observations of its size', () => {
    for (const id of allIds) {
      const { name, index } = parseId(id);
      const { sizes } = experiments[name];
      const config = parseConfig(configOf(id), id);
      expect([1, experiments[name].ids]).toContain(sizes.length);
      // The ids of most experiments differ in nothing that the features depend on.
      if (sizes.length === 1 && index > 0) continue;
      const size = sizes[sizes.length === 1 ? 0 : index];
      // A digit of 28×28 pixels is averaged to 14×14.
      const shape = name.startsWith('mnist') ? [28, 28] : [1, size];
      const space = new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, shape);
      const { features } = makeModel(config, space, new Discrete(2), null);
      expect(features.size).toBeGreaterThan(0);
    }
  });

  it('knows the sizes that grow with the id', () => {
    // bsuite: deep_sea/i is a grid of N×N, N = 10 + 2i; memory_size/i has the time, the query and the bits; umbrella_distract/i three
    // numbers and the distractors.
    const sizes = (name: string) => experiments[name].sizes;
    expect(sizes('deep_sea').map(Math.sqrt)).toEqual(Array.from({ length: 21 }, (_, i) => 10 + 2 * i));
    expect(sizes('memory_size').slice(-2)).toEqual([32, 42]);
    expect(sizes('umbrella_distract').slice(-1)).toEqual([103]);
  });
});

describe('ids', () => {
  it('are chosen one by one or by experiment', () => {
    expect(chooseIds('deep_sea/3,memory_size')).toEqual([
      'deep_sea/3',
      ...Array.from({ length: 17 }, (_, i) => `memory_size/${i}`),
    ]);
  });

  it('that are unknown are refused with what is expected', () => {
    expect(() => chooseIds('deep_sea/21')).toThrow('deep_sea/21 is no bsuite id; expected deep_sea/0 to deep_sea/20.');
    expect(() => chooseIds('sea/0')).toThrow('sea/0 is no bsuite id; expected NAME/NUMBER with NAME one of bandit,');
    expect(() => configOf('toString')).toThrow('toString is no bsuite id');
  });
});

describe('the report', () => {
  const rows = rowsOf({
    mirrorflow: {
      deep_sea: score(['deep_sea/0'], 1),
      catch: score(['catch/0'], 0.5),
      memory_len: score(['memory_len/3'], 0),
    },
    random: { deep_sea: score(['deep_sea/0'], 0) },
  });

  it('puts published scores over the same ids beside ours, else those over all of theirs', () => {
    const row = (name: string) => rows.find((r) => r.experiment === name)!;
    expect(row('deep_sea').same).toBe(true);
    expect(row('memory_len').same).toBe(false);
    // Their logs have RecurrentPPO reach bsuite's threshold on four of the five lengths that they ran.
    expect(row('memory_len').theirs['Recurrent PPO']).toBe(0.8);
    expect(row('catch').theirs).toEqual({});
    expect(scoreTable(rows)).toContain('| memory | memory_len | 3 | 0.00 | — | 0.20* |');
  });

  it('draws a bar for every score', async () => {
    const svg = await scoreChart(rows);
    const bars = svg.match(/aria-roledescription="bar"/g)!;
    expect(bars).toHaveLength(4 + 2 * Object.keys(published.agents).length);
  });
});
