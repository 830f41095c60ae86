import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Env, findPython, SpaceMismatchError, VectorEnv } from '../../src/bridge/index.js';
import type { Environment, VectorEnvironment } from '../../src/envs/environment.js';
import {
  type BatchForm,
  type BatchOf,
  Box,
  createRng,
  Dict,
  Discrete,
  type Form,
  Graph,
  type GraphInstance,
  type Infer,
  MultiBinary,
  type MultiDiscrete,
  NDArray,
  OneOf,
  Sequence,
  type Space,
  Text,
  Tuple,
} from '../../src/spaces/index.js';
import { eventually, freeEndpoint, isAlive, OWN, rejection, serve, temporaryFolder } from './setup.js';

/** CartPole's, from Gymnasium's source: twice the thresholds at which an episode ends. */
const angle = (24 * 2 * Math.PI) / 360;
const cartPole = {
  observationSpace: new Box([-4.8, -Infinity, -angle, -Infinity], [4.8, Infinity, angle, Infinity]),
  actionSpace: new Discrete(2),
};
const nested = new Dict({
  place: new Box(-1, 1, [2]),
  rest: new Dict({ count: new Discrete(100), bits: new MultiBinary(3) }),
  pair: new Tuple([new Discrete(3), new Box(0, 1, [], 'float64')]),
});

describe('the type of a space', () => {
  it('is that of its values', () => {
    expectTypeOf<Infer<Box>>().toEqualTypeOf<NDArray>();
    expectTypeOf<Infer<MultiBinary>>().toEqualTypeOf<NDArray>();
    expectTypeOf<Infer<MultiDiscrete>>().toEqualTypeOf<NDArray>();
    expectTypeOf<Infer<Discrete>>().toEqualTypeOf<number>();
    expectTypeOf<Infer<Text>>().toEqualTypeOf<string>();
    expectTypeOf<Infer<typeof nested>>().toEqualTypeOf<{
      place: NDArray;
      rest: { count: number; bits: NDArray };
      pair: [number, NDArray];
    }>();
    const { place, rest, pair } = nested.sample(createRng(0));
    expect([place, rest.bits, pair[1]].every((x) => x instanceof NDArray)).toBe(true);
    expect([rest.count, pair[0]].map((x) => typeof x)).toEqual(['number', 'number']);
  });

  it('of a Sequence is a list, or a batch where it is stacked', () => {
    const list = new Sequence(new Discrete(3));
    const stacked = new Sequence(new Discrete(3), true);
    expectTypeOf(list.sample(createRng(0))).toEqualTypeOf<number[]>();
    expectTypeOf(stacked.sample(createRng(0))).toEqualTypeOf<NDArray>();
    expect(list.sample(createRng(0))).toBeInstanceOf(Array);
    expect(stacked.sample(createRng(0))).toBeInstanceOf(NDArray);
  });

  it('of a OneOf tells the spaces apart by their number', () => {
    const either = new OneOf([new Discrete(3), new Text(2)]);
    const value = either.sample(createRng(0));
    expectTypeOf(value).toEqualTypeOf<[index: 0, value: number] | [index: 1, value: string]>();
    if (value[0] === 0) expectTypeOf(value[1]).toEqualTypeOf<number>();
    expect(typeof value[1]).toBe(value[0] === 0 ? 'number' : 'string');
  });

  it('of a Graph has batches of nodes and edges', () => {
    const graph = new Graph(new Box(0, 1, [2]), new Discrete(3));
    expectTypeOf(graph.sample(createRng(0))).toEqualTypeOf<GraphInstance<NDArray, NDArray>>();
    expect(graph.sample(createRng(0)).nodes).toBeInstanceOf(NDArray);
  });

  it('of batches is that of what batchOf makes', () => {
    expectTypeOf<BatchOf<Box>>().toEqualTypeOf<NDArray>();
    expectTypeOf<BatchOf<Discrete>>().toEqualTypeOf<NDArray>();
    expectTypeOf<BatchOf<Text>>().toEqualTypeOf<string[]>();
    const space = new Dict({ a: nested, b: new Text(2) });
    const batch = space.batchOf([space.sample(createRng(0)), space.sample(createRng(1))]);
    expectTypeOf(batch).toEqualTypeOf<{
      a: { place: NDArray; rest: { count: NDArray; bits: NDArray }; pair: [NDArray, NDArray] };
      b: string[];
    }>();
    expect(batch.a.pair[0].shape).toEqual([2]);
    expect(batch.b).toHaveLength(2);
  });
});

describe('an environment made with its spaces', () => {
  it('has the types of their values', async () => {
    await using env = await Env.make('CartPole-v1', cartPole);
    expectTypeOf(env).toEqualTypeOf<Env<NDArray, number>>();
    const [obs] = await env.reset({ seed: 3 });
    expectTypeOf(obs).toEqualTypeOf<NDArray>();
    expect(obs.shape).toEqual([4]);
    const [next] = await env.step(env.actionSpace.sample(createRng(0)));
    expect(next.dtype).toBe('float32');
    await env.step(1n);
    await env.step(NDArray.from([1], 'int64'));
    // @ts-expect-error: no string is an action of Discrete
    await expect(env.step('left')).rejects.toThrow('left is no integer from 0 to 1');
  });

  it('and a vector of them those of batches', async () => {
    await using envs = await VectorEnv.make('CartPole-v1', { numEnvs: 4, groups: 2, servers: 2, ...cartPole });
    expectTypeOf(envs).toEqualTypeOf<VectorEnv<NDArray, NDArray>>();
    expectTypeOf(envs.group(0)).toEqualTypeOf<VectorEnv<NDArray, NDArray>>();
    const [obs] = await envs.reset({ seed: 3 });
    expect(obs.shape).toEqual([4, 4]);
    await envs.step([0, 1, 0, 1]);
    await envs.step(Int32Array.of(0, 1, 0, 1));
    const [next] = await envs.step(NDArray.from([0, 1, 0, 1], 'int32'));
    expect(next.shape).toEqual([4, 4]);
    // @ts-expect-error: one action is no batch
    await expect(envs.step(1)).rejects.toThrow('one integer an environment');
  });

  it('observes what the types say, in Dict and Tuple too', async () => {
    const options = { ...OWN, observationSpace: nested };
    await using env = await Env.make('bridge-test/Nested-v0', options);
    expectTypeOf(env).toEqualTypeOf<Env<Infer<typeof nested>, unknown>>();
    const [{ rest, pair }] = await env.reset({ seed: 1 });
    expect([typeof rest.count, typeof pair[0]]).toEqual(['number', 'number']);
    expect([rest.bits.shape, pair[1].shape]).toEqual([[3], []]);
    await using envs = await VectorEnv.make('bridge-test/Nested-v0', { numEnvs: 2, ...options });
    const [batch] = await envs.reset({ seed: 1 });
    expect([batch.rest.count.shape, batch.pair[0].shape, batch.pair[1].shape]).toEqual([[2], [2], [2]]);
  });

  it('takes the forms of actions that coerce takes', async () => {
    const actionSpace = new Dict({ a: new Discrete(3), b: new Box(0, 1, [2]) });
    const options = { ...OWN, kwargs: { kind: 'Dict' }, actionSpace, observationSpace: actionSpace };
    await using env = await Env.make('bridge-test/Echo-v0', options);
    await env.reset({ seed: 0 });
    const [{ a, b }] = await env.step({ a: 2n, b: [0.5, 1] });
    expect(a).toBe(2);
    expect(b.toJSON()).toEqual([0.5, 1]);
    // @ts-expect-error: b is missing
    await expect(env.step({ a: 1 })).rejects.toThrow('expected an object with the keys a, b');
    await using envs = await VectorEnv.make('bridge-test/Echo-v0', { numEnvs: 3, ...options });
    await envs.reset({ seed: 0 });
    const values = [0, 1, 2].map((a) => ({ a, b: Float32Array.of(0, 1) }));
    const [batch] = await envs.step(values);
    expect(batch.a.toJSON()).toEqual([0, 1, 2]);
    const [same] = await envs.step({ a: [0, 1, 2], b: new Float32Array(6) });
    expect(same.a.toJSON()).toEqual([0, 1, 2]);
  });

  it('is one for code that takes any environment', () => {
    expectTypeOf<Env<NDArray, number>>().toExtend<Environment<NDArray, number>>();
    expectTypeOf<Env<NDArray, number>>().toExtend<Env>();
    expectTypeOf<VectorEnv<NDArray, NDArray>>().toExtend<VectorEnvironment<NDArray>>();
    expectTypeOf<VectorEnv<NDArray, NDArray>>().toExtend<VectorEnvironment>();
    expectTypeOf<VectorEnv<NDArray, NDArray>>().toExtend<VectorEnv>();
    expectTypeOf<Form<[0, number] | [1, string]>>().toEqualTypeOf<
      readonly [0, number | bigint | NDArray] | readonly [1, string]
    >();
    expectTypeOf<BatchForm<string[]>>().toEqualTypeOf<readonly string[]>();
  });

  it('without them has the type unknown, which no type parameter changes', async () => {
    // These are only compiled.
    const untyped = async () => {
      expectTypeOf(await Env.make('x')).toEqualTypeOf<Env>();
      expectTypeOf(await Env.make('x', { timeout: 5 })).toEqualTypeOf<Env>();
      expectTypeOf(await Env.connect('tcp://x:1', 'x')).toEqualTypeOf<Env>();
      expectTypeOf(await VectorEnv.make('x', { numEnvs: 2 })).toEqualTypeOf<VectorEnv>();
      expectTypeOf(await VectorEnv.connect('tcp://x:1', 'x', { numEnvs: 2 })).toEqualTypeOf<VectorEnv>();
      expectTypeOf(await Env.make('x', { actionSpace: new Discrete(2) })).toEqualTypeOf<Env<unknown, number>>();
      expectTypeOf(await Env.make('x', { actionSpace: nested as Space })).toEqualTypeOf<Env>();
      const [obs] = await (await Env.make('x')).reset();
      expectTypeOf(obs).toEqualTypeOf<unknown>();
      // @ts-expect-error: a type of observations is none of a space
      await Env.make<NDArray>('x');
      // @ts-expect-error: a type of a space without the space
      await Env.make<Box>('x', {});
      // @ts-expect-error: the same
      await VectorEnv.make<Box>('x', { numEnvs: 2 });
      // @ts-expect-error: an option that there is not
      await Env.make('x', { ...cartPole, numEnvs: 2 });
    };
    expect(untyped).toBeInstanceOf(Function);
  });
});

describe('spaces that the environment does not have', () => {
  it('are refused, and the server is ended', async () => {
    const folder = temporaryFolder();
    const pidFile = `${folder}/pid`;
    const python = `${folder}/python`;
    // The server's process is the one that this script becomes.
    writeFileSync(python, `#!/bin/sh\necho $$ >> '${pidFile}'\nexec '${findPython()}' "$@"\n`);
    chmodSync(python, 0o755);
    const wrong = { python, actionSpace: new Discrete(3) };
    for (const made of [
      () => Env.make('CartPole-v1', wrong),
      () => VectorEnv.make('CartPole-v1', { numEnvs: 2, servers: 2, ...wrong }),
    ]) {
      const error = await rejection<SpaceMismatchError>(made());
      expect(error).toBeInstanceOf(SpaceMismatchError);
      expect(error).toMatchObject({ code: 'SpaceMismatch', which: 'actionSpace', given: wrong.actionSpace });
      expect(error.actual.equals(new Discrete(2))).toBe(true);
      expect(error.message).toContain('make of CartPole-v1: the action space of the environment is Discrete(2).');
      expect(error.message).toContain('Expected: Discrete(3), as the option actionSpace says');
      expect(error.message).toContain('What to do: Give the environment');
    }
    const pids = readFileSync(pidFile, 'utf8').trim().split('\n').map(Number);
    expect(pids).toHaveLength(3);
    await eventually(() => !pids.some(isAlive));
  });

  it('are told with their dtypes where only these differ', async () => {
    const actionSpace = new Discrete(2, 0, 'int32');
    const error = await rejection(
      Env.make('CartPole-v1', { observationSpace: cartPole.observationSpace, actionSpace }),
    );
    expect(error.message).toMatch(/is \{.*"dtype":"int64"\}\.\nExpected: \{.*"dtype":"int32"\}/);
  });

  it('leave no environment on a server that runs elsewhere', async () => {
    const endpoint = await freeEndpoint();
    const server = serve(endpoint, '--allow-module', 'bridge_test_envs', '--allow-env', '*');
    // This environment tells that it is closed by ending the server's process.
    const wrong = { imports: OWN.imports, kwargs: { kind: 'exit-in-close' }, observationSpace: new Box(0, 1, [4]) };
    const error = await rejection(VectorEnv.connect(endpoint, 'bridge-test/Trouble-v0', { numEnvs: 2, ...wrong }));
    expect(error).toMatchObject({ name: 'SpaceMismatchError', which: 'observationSpace' });
    await eventually(() => server.exitCode === 3);
  });

  it('that are no spaces are refused before a server is started', async () => {
    const error = await rejection(Env.make('CartPole-v1', { actionSpace: 2 } as object));
    expect(error).toMatchObject({ code: 'BadArgument', reason: 'Env.make: actionSpace is 2' });
  });
});
