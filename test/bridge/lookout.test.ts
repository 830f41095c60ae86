import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Lookout } from '../../src/bridge/lane/lookout.js';

/** How often a lookout asked whether a reply is awaited, in five milliseconds from a request on. */
async function looks(lookout: Lookout, counter: { n: number }): Promise<number> {
  const before = counter.n;
  lookout.begin();
  await setTimeout(5);
  return counter.n - before;
}

test.skipIf(availableParallelism() < 2)('a lookout ends by itself, also where no reply comes', async () => {
  const counter = { n: 0 };
  const lookout = new Lookout(() => ++counter.n > 0);
  expect(await looks(lookout, counter)).toBeGreaterThan(0);
  const { n } = counter;
  await setTimeout(5);
  expect(counter.n).toBe(n);
});

test('where replies take long, none is looked for; where they come soon again, they are', async () => {
  const counter = { n: 0 };
  const lookout = new Lookout(() => ++counter.n > 0);
  for (let i = 0; i < 20; i++) {
    lookout.begin();
    await setTimeout(2);
    lookout.end();
  }
  expect(await looks(lookout, counter)).toBe(0);
  for (let i = 0; i < 200; i++) {
    lookout.begin();
    lookout.end();
  }
  if (availableParallelism() > 1) {
    await setTimeout(1_100); // the longest rest after a disturbance
    expect(await looks(lookout, counter)).toBeGreaterThan(0);
  }
});
