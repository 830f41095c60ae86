import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, parseConfig } from '../../src/agent/index.js';
import { csv } from '../../src/report/csv.js';
import { type RunFolder, readRunFolder } from '../../src/report/runFolder.js';
import { evaluationCurve, runsReport } from '../../src/report/runsReport.js';
import { groupRuns, seedCurve } from '../../src/report/seeds.js';
import { folder } from '../support/folder.js';

function run(seed: number, returns: [steps: number, mean: number][], changes: Partial<ConfigInput> = {}): RunFolder {
  const config = parseConfig({
    env: { id: 'CartPole-v1' },
    seed,
    totalSteps: 1000,
    gamma: 0.9,
    tau: 0.1,
    features: { type: 'oneHot' },
    critic: { type: 'td', stepSize: 0.1 },
    actor: { mirrorStep: 1 },
    evaluation: { threshold: 100 },
    ...changes,
  });
  const entries = returns.map(([steps, mean]) => {
    return { type: 'evaluation' as const, steps, mean, std: 1, seconds: 1, episodes: 10 };
  });
  return { folder: `runs/${seed}`, config, entries };
}

const evaluations = (e: RunFolder['entries'][number]) => (e.type === 'evaluation' ? e.mean : null);

describe('curves over seeds', () => {
  it('run through the mean of the runs, on lines between what they logged, with all of two runs as the band', () => {
    const [group] = groupRuns([run(0, [[0, 0], [100, 10]]), run(1, [[0, 4], [50, 4], [100, 30]])]); // biome-ignore format: a row a run
    const points = seedCurve(group!, evaluations, 'mean');
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [0, 2],
      [50, 4.5],
      [100, 20],
    ]);
    // A quarter of the resamples of two values are one value twice: the 2.5 % and 97.5 % quantiles are the values themselves.
    expect(points.map(({ low, high }) => [low, high])).toEqual([
      [0, 4],
      [4, 5],
      [10, 30],
    ]);
  });

  it('count a run that reached its threshold with its last value, and one that was interrupted no longer', () => {
    const runs = [run(0, [[0, 0], [10, 100]]), run(1, [[0, 0], [10, 50]]), run(2, [[0, 0], [20, 60]])]; // biome-ignore format: a row a run
    const points = seedCurve(groupRuns(runs)[0], evaluations, 'mean');
    expect(points.find(({ x }) => x === 20)!.y).toBe(80);
  });

  it('cut a quarter at each end for the interquartile mean', () => {
    const runs = [1, 2, 3, 90].map((mean, seed) => run(seed, [[10, mean]]));
    expect(seedCurve(groupRuns(runs)[0], evaluations, 'iqm')[0].y).toBe(2.5);
  });

  it('keep runs of different settings apart, named by what differs', () => {
    const groups = groupRuns([run(0, []), run(1, []), run(0, [], { tau: 0.5 })]);
    expect(groups.map(({ name }) => name)).toEqual(['tau 0.1, 2 seeds', 'tau 0.5, seed 0']);
  });

  it('are drawn one a group, with the threshold', async () => {
    const runs = [run(0, [[0, 1], [9, 2]]), run(1, [[0, 1], [9, 5]]), run(0, [[0, 1], [9, 2]], { tau: 0.5 })]; // biome-ignore format: a row a run
    const svg = await evaluationCurve(runs, 'mean');
    for (const text of ['tau 0.1, 2 seeds', 'tau 0.5, seed 0', 'threshold 100']) expect(svg).toContain(text);
    expect(svg).not.toMatch(/NaN/);
    const page = await runsReport(runs, 'iqm');
    expect(page).toContain('interquartile mean');
    expect(page.match(/<svg/g)).toHaveLength(3);
  });
});

describe('csv', () => {
  it('quotes what needs it and leaves what is not a finite number empty', () => {
    expect(
      csv([
        { a: 1, b: 'x,"y"' },
        { a: Number.NaN, b: null, c: true },
      ]),
    ).toBe('a,b,c\r\n1,"x,""y""",\r\n,,true\r\n');
    expect(csv([])).toBe('\r\n');
  });
});

describe('what is no run', () => {
  it('is named, with what was expected', () => {
    const dir = folder();
    expect(() => readRunFolder(join(dir, 'x'))).toThrow(/x does not exist; expected the folder of a run/);
    expect(() => readRunFolder(fileURLToPath(import.meta.url))).toThrow(/runs\.test\.ts is no folder/);
    writeFileSync(join(dir, 'checkpoint.mf'), '');
    expect(() => readRunFolder(dir)).toThrow(/has no metrics\.jsonl/);
    writeFileSync(join(dir, 'metrics.jsonl'), '{"type":"metrics","steps":1}\noops\n');
    expect(() => readRunFolder(dir)).toThrow(/metrics\.jsonl, line 2: oops is no entry of a log/);
    writeFileSync(join(dir, 'metrics.jsonl'), '{"type":"metrics","steps":1}\n');
    expect(() => readRunFolder(dir)).toThrow(/checkpoint\.mf is not a checkpoint/);
  });
});
