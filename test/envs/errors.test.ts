import { describe, expect, it } from 'vitest';
import { EnvironmentError, SyncVectorEnv } from '../../src/envs/index.js';
import { Box, NDArray, SpaceValueError } from '../../src/spaces/index.js';
import { plain } from '../bridge/setup.js';
import { Counter } from './counter.js';

/** What a call throws, or its promise rejects with. */
async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not throw');
}

/** Two good environments around one of which a member gives something else, from the second call on if so wished. */
function vectorWith(member: 'reset' | 'step', value: () => unknown, first = 0): SyncVectorEnv {
  let calls = 0;
  class Faulty extends Counter {
    override reset(...args: Parameters<Counter['reset']>): never {
      const good = super.reset(...args);
      return (member === 'reset' && calls++ === first ? value() : good) as never;
    }
    override step(action: number): never {
      const good = super.step(action);
      return (member === 'step' && calls++ === first ? value() : good) as never;
    }
  }
  return new SyncVectorEnv([() => new Counter(100), () => new Faulty(100), () => new Counter(100)]);
}

const good = NDArray.zeros([1], 'float64');
const FAULTS: [what: string, step: unknown, message: RegExp][] = [
  ['a list of the wrong length', [good, 0, false, {}], /step gave a list of 4 entries.*a list \[observation, reward/s],
  ['no list', null, /step gave null/],
  ['an observation that is no array', [[1], 0, false, false, {}], /no NDArray but a list of 1 entries/],
  [
    'an observation of another shape',
    [NDArray.zeros([2], 'float64'), 0, false, false, {}],
    /shape \[2\] instead of \[1\]/,
  ],
  [
    'an observation of another dtype',
    [NDArray.zeros([1], 'float32'), 0, false, false, {}],
    /float32 instead of float64/,
  ],
  ['an observation with NaN', [NDArray.full([1], NaN, 'float64'), 0, false, false, {}], /NaN in entry 0/],
  ['a reward that is NaN', [good, NaN, false, false, {}], /the reward NaN/],
  ['a reward that is no number', [good, '1', false, false, {}], /the reward "1"/],
  ['terminated that is no boolean', [good, 0, 0, false, {}], /terminated: 0.*true or false/s],
  ['truncated that is no boolean', [good, 0, false, undefined, {}], /truncated: undefined/],
  ['an info that is no object', [good, 0, false, false, null], /the info null/],
];

describe('a step that gives', () => {
  it.each(FAULTS)('%s is an error naming environment and member; the vector stays usable', async (_, step, message) => {
    const env = vectorWith('step', () => step);
    await env.reset();
    const error = (await errorOf(() => env.step([1, 1, 1]))) as EnvironmentError;
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^environment 1: /);
    expect([error.index, error.member]).toEqual([1, 'step']);
    expect(plain((await env.step([1, 1, 1]))[0])).toEqual([[2], [2], [2]]);
  });
});

describe('an environment that throws', () => {
  it('in step: its error is the cause, the others have made the step', async () => {
    const cause = new Error('the pole is broken');
    const env = vectorWith('step', () => {
      throw cause;
    });
    await env.reset();
    const error = await errorOf(() => env.step([0, 0, 0]));
    expect(error.message).toBe('environment 1: step threw Error: the pole is broken.');
    expect(error.cause).toBe(cause);
    expect(plain((await env.step([0, 0, 0]))[0])).toEqual([[2], [2], [2]]);
  });

  it('in reset has no episode until it is reset', async () => {
    const env = vectorWith('reset', () => {
      throw new Error('no');
    });
    expect((await errorOf(() => env.reset())).message).toMatch(/^environment 1: reset threw/);
    expect((await errorOf(() => env.step([0, 0, 0]))).message).toMatch(/^environment 1: has no episode under way/);
    await env.reset({ mask: [false, true, false] });
    expect(plain((await env.step([0, 0, 0]))[0])).toEqual([[1], [1], [1]]);
  });

  it('a promise that is rejected is the same', async () => {
    const env = vectorWith('step', () => Promise.reject(new Error('later')));
    await env.reset();
    expect((await errorOf(() => env.step([0, 0, 0]))).message).toMatch('environment 1: step threw Error: later');
    expect(plain((await env.step([0, 0, 0]))[0])).toEqual([[2], [2], [2]]);
  });

  it('in an autoreset is reset by the next step', async () => {
    let isBroken = true;
    class Breaks extends Counter {
      override reset(): ReturnType<Counter['reset']> {
        if (this.resets.length === 1 && isBroken) throw new Error('no');
        return super.reset();
      }
    }
    const env = new SyncVectorEnv(() => new Breaks(1), 1);
    await env.reset();
    await env.step([0]);
    expect((await errorOf(() => env.step([0]))).message).toMatch('environment 0: reset threw');
    isBroken = false;
    expect(plain((await env.step([0]))[0])).toEqual([[0]]);
  });

  it('in same_step does not keep another environment from being reset', async () => {
    class Breaks extends Counter {
      override step(): never {
        throw new Error('no');
      }
    }
    const env = new SyncVectorEnv([() => new Counter(1), () => new Breaks(9)], 2, { autoreset: 'same_step' });
    await env.reset();
    for (let t = 0; t < 2; t++) expect((await errorOf(() => env.step([0, 0]))).message).toMatch('environment 1: step');
    expect((env.envs[0] as Counter).resets.length).toBe(3);
  });

  it('in close does not keep the others from being closed', async () => {
    class Sticks extends Counter {
      override close(): void {
        throw new Error('stuck');
      }
    }
    const env = new SyncVectorEnv([() => new Sticks(), () => new Counter()]);
    expect((await errorOf(() => env.close())).message).toMatch('environment 0: close threw Error: stuck');
    expect((env.envs[1] as Counter).closed).toBe(1);
  });
});

describe('what is made', () => {
  it.each([
    ['step', { ...members(), step: undefined }, 'environment 0: step is undefined.'],
    ['reset', { ...members(), reset: 1 }, 'environment 0: reset is 1.'],
    [
      'observationSpace',
      { ...members(), observationSpace: undefined },
      'environment 0: observationSpace is undefined.',
    ],
    ['actionSpace', { ...members(), actionSpace: {} }, 'environment 0: actionSpace is an object of class Object.'],
    ['make', undefined, 'environment 0: make gave undefined.'],
    ['make', Promise.resolve(), 'environment 0: make gave a promise.'],
  ])('without %s is refused', async (member, made, message) => {
    const error = (await errorOf(() => new SyncVectorEnv(() => made as never, 2))) as EnvironmentError;
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toContain(message);
    expect([error.index, error.member]).toEqual([0, member]);
  });

  it('with other spaces than environment 0 is refused, and what was made is closed', async () => {
    class Other extends Counter {
      override readonly observationSpace = new Box(0, 1, [1], 'float64');
    }
    const first = new Counter();
    const error = (await errorOf(() => new SyncVectorEnv([() => first, () => new Other()]))) as EnvironmentError;
    expect(error.message).toMatch(/^environment 1: observationSpace is Box\(0, 1, .*Expected: that of environment 0/s);
    expect(first.closed).toBe(1);
  });
});

describe('arguments', () => {
  const make = () => new Counter();
  it.each([0, -1, 1.5, NaN, '2', undefined])('%s is no number of environments', async (n) => {
    const error = await errorOf(() => new SyncVectorEnv(make, n as never));
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toMatch(/number of environments is .*\nExpected: an integer from 1 on/);
  });

  it.each([
    ['another number than the list has', () => new SyncVectorEnv([make], 2), /1 functions for 2 environments/],
    ['an empty list', () => new SyncVectorEnv([]), /number of environments is 0/],
    [
      'an environment instead of a function',
      () => new SyncVectorEnv(make() as never, 1),
      /make is an object of class Co/,
    ],
    ['another mode', () => new SyncVectorEnv(make, 1, { autoreset: 'never' as never }), /autoreset is "never"/],
    ['a time limit of 0', () => new SyncVectorEnv(make, 1, { maxEpisodeSteps: 0 }), /maxEpisodeSteps is 0/],
    ['a seed below 0', () => new SyncVectorEnv(make, 2).reset({ seed: -1 }), /seed is -1/],
    ['a seed with no room for i', () => new SyncVectorEnv(make, 2).reset({ seed: 2 ** 53 - 1 }), /seed is 9007/],
    ['too few seeds', () => new SyncVectorEnv(make, 2).reset({ seed: [1] }), /seed is a list of 1 entries/],
    ['a text among seeds', () => new SyncVectorEnv(make, 1).reset({ seed: ['1'] as never }), /seed is "1"/],
    ['a mask of another length', () => new SyncVectorEnv(make, 2).reset({ mask: [true] }), /mask is a list of 1 ent/],
    ['a mask before the first reset', () => new SyncVectorEnv(make, 2).reset({ mask: [true, false] }), /environment 1/],
  ])('%s is an EnvironmentError', async (_, call, message) => {
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error.message).toMatch(message);
  });

  it('a step before the first reset names the remedy', async () => {
    const error = await errorOf(() => new SyncVectorEnv(make, 2).step([0, 0]));
    expect(error.message).toBe('environment 0: has no episode under way.\nWhat to do: call reset() first');
  });

  it('an action out of its space names the environment, and none has made a step', async () => {
    const env = new SyncVectorEnv(make, 3);
    await env.reset();
    const error = (await errorOf(() => env.step([0, 1, 2]))) as SpaceValueError;
    expect(error).toBeInstanceOf(SpaceValueError);
    expect(error.index).toBe(2);
    expect(error.message).toMatch(/^the action for environment 2: 2 is no integer from 0 to 1/);
    expect((await errorOf(() => env.step([0, 1]))).message).toMatch(/^the action: shape \[2\], expected \[3\]/);
    expect(plain((await env.step([0, 0, 0]))[0])).toEqual([[1], [1], [1]]);
  });

  it('a step or a reset after close is refused', async () => {
    const env = new SyncVectorEnv(make, 1);
    await env.close();
    expect((await errorOf(() => env.step([0]))).message).toMatch('step of environments that are closed');
    expect((await errorOf(() => env.reset())).message).toMatch('reset of environments that are closed');
  });
});

function members(): object {
  const { observationSpace, actionSpace } = new Counter();
  return { observationSpace, actionSpace, reset: () => {}, step: () => {} };
}
