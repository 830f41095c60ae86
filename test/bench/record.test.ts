import { describe, expect, it } from 'vitest';
import { parseLine, type RunRecord, returnAt, toThreshold } from '../../bench/learning/record.js';
import { failures, summaryTable } from '../../bench/learning/summary.js';
import type { Task } from '../../bench/learning/tasks.js';

const task: Task = {
  env: 'E',
  threshold: 10,
  every: 100,
  reference: 'PPO',
  algorithms: { PPO: { steps: 400, envs: 1, settings: {} } },
};

function run(algorithm: string, seed: number, means: number[]): RunRecord {
  const evaluations = means.map((mean, i) => ({
    steps: 100 * (i + 1),
    seconds: i + 1,
    processor: 2 * (i + 1),
    mean,
    std: 1,
  }));
  const { steps, seconds, processor } = evaluations.at(-1)!;
  return { env: 'E', algorithm, seed, settings: {}, evaluations, steps, seconds, processor, versions: {}, load: 0 };
}

describe('a line of a training program', () => {
  it('is an evaluation or the end', () => {
    const line = '{"type":"evaluation","steps":8,"seconds":0.5,"processor":0.4,"mean":-3,"std":1}';
    expect(parseLine(line, 'p')).toEqual({
      type: 'evaluation',
      steps: 8,
      seconds: 0.5,
      processor: 0.4,
      mean: -3,
      std: 1,
    });
    expect(parseLine('{"type":"end","steps":8,"seconds":1,"processor":1,"versions":{"torch":"2"}}', 'p').type).toBe(
      'end',
    );
  });

  it.each([
    'Traceback',
    'null',
    '{"type":"evaluation","steps":8,"seconds":0.5,"processor":0.4,"mean":null,"std":1}',
    '{"type":"end","steps":8,"seconds":1,"processor":1}',
    '{"type":"epoch","steps":8,"seconds":1,"processor":1}',
  ])('that is neither is refused with the name of the program: %s', (line) => {
    expect(() => parseLine(line, 'DQN on E with seed 3')).toThrow(/^DQN on E with seed 3 printed .*expected JSON/);
  });
});

describe('a run', () => {
  it('reaches the threshold at its first evaluation at or above it', () => {
    expect(toThreshold(run('PPO', 0, [3, 10, 5, 12]), 10)).toMatchObject({ steps: 200, seconds: 2, processor: 4 });
    expect(toThreshold(run('PPO', 0, [3, 9]), 10).steps).toBe(Number.POSITIVE_INFINITY);
  });

  it('holds its last return after training has stopped', () => {
    const r = run('PPO', 0, [3, 10]);
    expect([50, 100, 199, 200, 1000].map((steps) => returnAt(r, steps))).toEqual([Number.NaN, 3, 3, 10, 10]);
  });
});

it('the table tells who reached it, and how much sooner; the others are listed', () => {
  const records = [
    run('mirrorflow', 0, [10]),
    run('mirrorflow', 1, [11]),
    run('PPO', 0, [1, 10]),
    run('PPO', 1, [1, 2, 3, 4]),
  ];
  const [, , ours, theirs] = summaryTable([task], records).split('\n');
  expect(ours).toContain('| E (10) | mirrorflow | 2 of 2 | 100 [100, 100] (100) | 1 [1, 1] (1) | 2 [2, 2] (2) |');
  expect(theirs).toContain(
    '| E (10) | PPO | 1 of 2 | never [200, never] (never) | never [2, never] (never) | never [4, never] (never) |',
  );
  expect(failures([task], records)).toEqual(['E, PPO, seed 1: 4.0 at the end (400 steps, 4 s), 4.0 at best']);
});
