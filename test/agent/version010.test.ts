import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Agent, readCheckpoint, train } from '../../src/index.js';

const file = fileURLToPath(new URL('../fixtures/checkpoints/version-0.1.0.mf', import.meta.url));
/** What version 0.1.0 itself made of the file. */
const expected = JSON.parse(readFileSync(file.replace('.mf', '.json'), 'utf8'));

test('a checkpoint of version 0.1.0 acts as it did there', async () => {
  const agent = await Agent.load(file);
  expected.observations.forEach((obs: number[], i: number) => {
    expect([...agent.distribution(obs).probabilities!]).toEqual(expected.probabilities[i]);
  });
});

test('a run of version 0.1.0 goes on to the same w, to the bit', async () => {
  const saved = readCheckpoint(file);
  const { agent, steps } = await train({ ...saved.config, totalSteps: 400 }, { resume: saved });
  expect(steps).toBe(expected.steps);
  expect([...agent.w]).toEqual(expected.w);
});
