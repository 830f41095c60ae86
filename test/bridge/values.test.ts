import { beforeAll, expect, it } from 'vitest';
import { Env, VectorEnv } from '../../src/bridge/index.js';
import { createRng, type DType, NDArray } from '../../src/spaces/index.js';
import { serveOwn } from './setup.js';

let endpoint: string;
beforeAll(() => {
  const server = serveOwn('any_space');
  endpoint = server.endpoint;
  return server.stop;
});

const INTEGERS: DType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'];
const FLOATS: DType[] = ['float16', 'float32', 'float64'];
const full = (dtype: DType) => {
  const bits = Number(dtype.replace(/\D+/, ''));
  // Gymnasium cannot sample from the whole of 64 bits.
  if (bits === 64) return dtype === 'int64' ? [-(2n ** 61n), 2n ** 61n] : [2n ** 53n + 1n, 2n ** 61n + 1n];
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
};
const box = (low: unknown, high: unknown, dtype: DType, shape: number[] = [2]) => ({
  type: 'Box',
  low,
  high,
  shape,
  dtype,
});
const ints = (values: number[]) => NDArray.from(values, 'int64');

/** Descriptions (docs/protocol.md): Gymnasium makes its own space of each, and says what is in it. */
const LEAVES = [
  ...INTEGERS.map((dtype) => ({ type: 'Discrete', n: 3, start: 2, dtype })),
  ...INTEGERS.filter((dtype) => !dtype.startsWith('u')).map((dtype) => ({ type: 'Discrete', n: 3, start: -2, dtype })),
  ...INTEGERS.map((dtype) => ({ type: 'MultiDiscrete', nvec: ints([3, 100]), start: ints([2, 0]), dtype })),
  { type: 'MultiDiscrete', nvec: ints([3, 200]), start: ints([0, 0]), dtype: 'uint8' },
  { type: 'MultiDiscrete', nvec: ints([2 ** 31, 5]), start: ints([2 ** 31, 0]), dtype: 'uint32' },
  ...INTEGERS.map((dtype) => box(...(full(dtype) as [unknown, unknown]), dtype)),
  ...FLOATS.flatMap((dtype) => [box(-0.1, 0.3, dtype), box(-Infinity, Infinity, dtype), box(-0.1, Infinity, dtype)]),
  box(0, 1, 'bool'),
  ...[[], [0], [2, 0, 3]].map((shape) =>
    box(NDArray.full(shape, -1, 'float32'), NDArray.full(shape, 1, 'float32'), 'float32', shape),
  ),
  { type: 'MultiBinary', shape: [2, 3] },
];
const small = { type: 'MultiDiscrete', nvec: ints([3, 200]), start: ints([0, 0]), dtype: 'uint8' };
const one = { type: 'Discrete', n: 3, start: 1, dtype: 'uint8' };
const NESTED = [
  {
    type: 'Dict',
    spaces: [
      ['__proto__', small],
      ['b', { type: 'Tuple', spaces: [one, box(0, 1, 'float16')] }],
    ],
  },
  { type: 'Sequence', space: small, stack: false },
  { type: 'Sequence', space: one, stack: true },
  { type: 'OneOf', spaces: [small, one] },
  { type: 'Graph', node_space: one, edge_space: one },
];

const text = (description: object) => JSON.stringify(description, (_, x) => (typeof x === 'bigint' ? String(x) : x));
const cases = [...LEAVES, ...NESTED].map((description) => [text(description), description] as const);

it.each(cases)(
  'samples, observations and batches are in their spaces here and in Gymnasium: %s',
  async (_, description) => {
    const options = { kwargs: { description }, imports: ['any_space'] };
    const id = 'bridge-test/AnySpace-v0';
    const env = await Env.connect(endpoint, id, options);
    const vector = await VectorEnv.connect(endpoint, id, { numEnvs: 2, ...options });
    try {
      const [space, spaces] = [env.actionSpace, vector.actionSpace];
      const rng = createRng(1);
      for (let i = 0; i < 5; i++) {
        const [drawn] = await env.reset({ seed: i });
        expect(env.observationSpace.contains(drawn)).toBe(true);
        const [batch] = await vector.reset({ seed: i });
        expect(vector.observationSpace.contains(batch)).toBe(true);
        // The environment ends if Gymnasium finds the action outside of its space, and observes the action.
        const action = space.sample(rng);
        expect(space.contains(action)).toBe(true);
        const [obs, , isOutside] = await env.step(action);
        expect(isOutside).toBe(false);
        expect(obs).toEqual(action);
        expect(space.contains(obs)).toBe(true);
        const actions = spaces.sample(rng);
        expect(spaces.contains(actions)).toBe(true);
        const [observed, , outside] = await vector.step(actions);
        expect([...outside]).toEqual([0, 0]);
        expect(spaces.contains(observed)).toBe(true);
        for (let k = 0; k < 2; k++) {
          const value = space.batchItem(observed, k);
          expect(space.contains(value)).toBe(true);
          expect(space.valueToJSON(value)).toEqual(space.valueToJSON(space.batchItem(actions, k)));
        }
      }
    } finally {
      await Promise.all([env.close(), vector.close()]);
    }
  },
);
