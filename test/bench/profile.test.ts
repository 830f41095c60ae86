import { expect, it } from 'vitest';
import { timeOf } from '../../bench/profile/timeOf.js';

it('a sample counts for the innermost folder of src/ on its stack', () => {
  const frame = (functionName: string, url = '') => ({
    functionName,
    url,
    scriptId: '0',
    lineNumber: 0,
    columnNumber: 0,
  });
  const nodes = [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6, 7] },
    { id: 2, callFrame: frame('train', 'file:///x/src/agent/train.ts'), children: [3] },
    { id: 3, callFrame: frame('learn', 'file:///x/src/critic/leastSquares.ts'), children: [4] },
    { id: 4, callFrame: frame('fill') },
    { id: 5, callFrame: frame('(idle)') },
    { id: 6, callFrame: frame('(garbage collector)') },
    { id: 7, callFrame: frame('processTicks', 'node:internal/process') },
  ];
  const samples = [2, 3, 4, 4, 5, 6, 7];
  const timeDeltas = [1e6, 2e6, 3e6, 4e6, 5e6, 6e6, 7e6];
  const seconds = timeOf({ nodes, samples, timeDeltas, startTime: 0, endTime: 28e6 });
  expect(Object.fromEntries(seconds)).toEqual({ agent: 1, critic: 9, waiting: 5, 'garbage collector': 6, other: 7 });
});
