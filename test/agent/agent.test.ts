import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  ActionError,
  Agent,
  Box,
  CheckpointError,
  type ConfigInput,
  createRng,
  Dict,
  Discrete,
  type Environment,
  MultiDiscrete,
  NDArray,
  ObservationError,
  TransitionError,
} from '../../src/index.js';
import { folder } from '../support/folder.js';

const table: ConfigInput = {
  env: { id: 'a table', numEnvs: 1 },
  totalSteps: 100,
  gamma: 0.9,
  tau: 0.5,
  costScale: 1,
  features: { type: 'oneHot' },
  critic: { type: 'td', stepSize: 0.5, lambda: 0 },
  criticSteps: { type: 'constant', value: 1 },
  actor: { mirrorStep: 0.4, type: 'explicit' },
  evaluation: { every: 100, episodes: 1 },
};
const states = new Discrete(3);
const actions = new Discrete(2);
const onTable = (change: Partial<ConfigInput> = {}) =>
  Agent.create({ observationSpace: states, actionSpace: actions, config: { ...table, ...change }, seed: 1 });

describe('a softmax of a table, of which everything is known', () => {
  // π(a|s) ∝ e^{−w(s,a)}, w[a·3 + s].
  const w = [0.3, -1, 2, 1.1, 0, -0.5];
  const agent = onTable();
  agent.w.set(w);
  const p = (s: number) => {
    const [x, y] = [Math.exp(-w[s]), Math.exp(-w[3 + s])];
    return [x / (x + y), y / (x + y)];
  };

  test('distribution has its probabilities, log probabilities, entropy and mode', () => {
    for (const s of [0, 1, 2]) {
      const d = agent.distribution(s);
      const [p0, p1] = p(s);
      expect(d.probabilities![0]).toBeCloseTo(p0, 14);
      expect(d.logProb(1)).toBeCloseTo(Math.log(p1), 13);
      expect(d.logDensity(1)).toBeCloseTo(Math.log(2 * p1), 13);
      expect(d.entropy()).toBeCloseTo(-p0 * Math.log(p0) - p1 * Math.log(p1), 13);
      expect(d.mode()).toBe(p0 > p1 ? 0 : 1);
      expect(d.kl()).toBeCloseTo(Math.log(2) - d.entropy(), 13);
    }
  });

  test('kl is that of two distributions, and a distribution stays what it was', () => {
    const [a, b] = agent.distribution(NDArray.from([0, 2], 'int64'), { batch: true });
    const [p0, p2] = [p(0), p(2)];
    expect(a.kl(b)).toBeCloseTo(p0[0] * Math.log(p0[0] / p2[0]) + p0[1] * Math.log(p0[1] / p2[1]), 13);
    agent.w.fill(0);
    expect(Object.is(agent.value(0), 0)).toBe(true);
    expect(agent.distribution(0).logProb(0)).toBeCloseTo(Math.log(0.5), 14);
    agent.w.set(w);
    expect(a.logProb(0)).toBeCloseTo(Math.log(p0[0]), 13);
  });

  test('value is −V̄/costScale, V̄ = Σ π (Q + τ log dπ/dμ)', () => {
    const q = [1, 2, 3, -1, 0.5, 4];
    agent.theta.set(q);
    const values = [0, 1, 2].map((s) => {
      const probabilities = p(s);
      return -probabilities.reduce((sum, x, a) => sum + x * (q[a * 3 + s] + 0.5 * Math.log(2 * x)), 0);
    });
    expect(agent.value(1)).toBeCloseTo(values[1], 13);
    for (const [s, v] of agent.value([0, 1, 2], { batch: true }).entries()) expect(v).toBeCloseTo(values[s], 13);
  });

  test('act draws with these probabilities (five standard errors), and takes the mode where asked', () => {
    const n = 20_000;
    const drawn = agent.act(new Array(n).fill(0), { batch: true });
    const ones = Array.from(drawn.data as Int32Array).reduce((sum, a) => sum + Number(a), 0) / n;
    const [p0, p1] = p(0);
    expect(Math.abs(ones - p1)).toBeLessThan(5 * Math.sqrt((p0 * p1) / n));
    expect(agent.act(1, { deterministic: true })).toBe(p(1)[0] > p(1)[1] ? 0 : 1);
  });

  test('the same seed draws the same actions', () => {
    const [a, b] = [onTable(), onTable()];
    expect(Array.from({ length: 20 }, () => a.act(0))).toEqual(Array.from({ length: 20 }, () => b.act(0)));
  });
});

describe('learning in a loop of one’s own', () => {
  test('one observe is the TD step and the mirror step by hand, with an action of one’s own or that of act', () => {
    for (const own of [true, false]) {
      const agent = onTable({ criticSteps: { type: 'constant', value: 1 } });
      const action = own ? 1 : agent.act(0);
      const update = agent.observe({ obs: 0, action, reward: -2, nextObs: 1, terminated: false, truncated: false });
      // θ = 0, π = μ: δ = c + γ·0 − 0 = 2; θ(s,a) ← h·δ = 1; w ← w + λ(θ − τ·… (log dπ/dμ = 0)).
      const theta = new Float64Array(6);
      theta[action * 3] = 1;
      expect(update).not.toBeNull();
      expect([...agent.theta]).toEqual([...theta]);
      expect([...agent.w]).toEqual([...theta.map((x) => 0.4 * x)]);
      expect(agent.steps).toBe(1);
      expect(agent.updates).toBe(1);
    }
  });

  test('learn makes one update of a whole trajectory: TD(0) of each transition in turn', () => {
    const agent = onTable();
    const update = agent.learn([
      { obs: 0, action: 0, reward: -1, nextObs: 1, terminated: false, truncated: false },
      { obs: 1, action: 1, reward: -1, nextObs: 0, terminated: false, truncated: false },
      { obs: 0, action: 1, reward: -3, nextObs: 2, terminated: true, truncated: false },
    ]);
    // h = ½, γ = 0.9, V̄ of μ is the mean over actions. θ(0,0) = ½; δ₂ = 1 + 0.9·¼ = 1.225, θ(1,1) = .6125; θ(0,1) = ½·3.
    expect(update!.criticSteps).toBe(1);
    expect(agent.theta[0]).toBeCloseTo(0.5, 14);
    expect(agent.theta[4]).toBeCloseTo(0.6125, 14);
    expect(agent.theta[3]).toBeCloseTo(1.5, 14);
    expect(agent.updates).toBe(1);
  });

  test('observe in a loop learns which action is better', async () => {
    const agent = Agent.create({ observationSpace: states, actionSpace: actions, seed: 2 });
    const rng = createRng(0);
    let obs = 0;
    for (let i = 0; i < 3000; i++) {
      const action = agent.act(obs);
      const nextObs = rng.integer(3);
      agent.observe({ reward: action === obs % 2 ? 1 : 0, nextObs, terminated: i % 10 === 9, truncated: false });
      obs = nextObs;
    }
    expect(agent.updates).toBeGreaterThan(5);
    expect([0, 1, 2].map((s) => agent.act(s, { deterministic: true }))).toEqual([0, 1, 0]);
  });

  test('a batch of environments learns as well, and Boxes have densities relative to length', () => {
    const agent = Agent.create({
      observationSpace: new Box(-1, 1, [2]),
      actionSpace: new Box(-2, 2, [1]),
      seed: 0,
    });
    const obs = [
      [0.5, 0],
      [0, -0.5],
    ];
    for (let i = 0; i < 200; i++) {
      const acted = agent.act(obs, { batch: true });
      expect(acted.shape).toEqual([2, 1]);
      agent.observe({ reward: [0, 1], nextObs: obs, terminated: [0, 1], truncated: [false, false] });
    }
    expect(agent.updates).toBeGreaterThan(0);
    // ∫ e^{logProb} da = 1, by the midpoint rule.
    const d = agent.distribution(obs[0]);
    let total = 0;
    for (let i = 0; i < 4000; i++)
      total += (Math.exp(d.logProb(NDArray.from([-2 + (i + 0.5) / 1000], 'float32'))) * 4) / 4000;
    expect(total).toBeCloseTo(1, 2);
  });
});

describe('what hard users found', () => {
  const one = (i: number) => ({
    obs: [Math.sin(i), Math.cos(i)],
    action: [0.1],
    reward: 1,
    nextObs: [Math.sin(i + 1), Math.cos(i + 1)],
    terminated: false,
    truncated: false,
  });

  test('a batch that is smaller than the one before is learned from as well', () => {
    const agent = Agent.create({ observationSpace: new Box(-1, 1, [2]), actionSpace: new Box(-1, 1, [1]), seed: 0 });
    agent.learn([0, 1, 2, 3].map(one));
    agent.learn([4, 5].map(one));
    agent.learn([6].map(one));
    // Every reward is 1: whatever is known of the value is between 0 and 1/(1 − γ).
    expect(agent.value([0, 0])).toBeGreaterThan(0);
    expect(agent.value([0, 0])).toBeLessThan(100);
    expect([...agent.w].every(Number.isFinite)).toBe(true);
  });

  test('no environments, or values that are no numbers or flags, are refused, and the agent goes on', () => {
    const agent = onTable();
    const step = { obs: 0, action: 1, reward: 0, nextObs: 1, terminated: false, truncated: false };
    const none = { obs: [], action: [], reward: [], nextObs: [], terminated: [], truncated: [] };
    expect(() => agent.observe(none)).toThrow(/observe: reward has no entries/);
    expect(() => agent.observe(null as never)).toThrow(TransitionError);
    expect(() => agent.learn([null] as never)).toThrow(TransitionError);
    const two = { ...step, obs: [0, 1], action: [1, 0], nextObs: [1, 2] };
    const flags = { terminated: [false, false], truncated: [false, false] };
    expect(() => agent.observe({ ...two, ...flags, reward: [null, 0] as never })).toThrow(
      /reward\[0\] is null; expected a finite number/,
    );
    expect(() => agent.observe({ ...two, ...flags, reward: [0, '5'] as never })).toThrow(/reward\[1\] is 5/);
    expect(() => agent.observe({ ...two, ...flags, reward: [1n, 0] as never })).toThrow(TransitionError);
    expect(() =>
      agent.observe({ ...two, reward: [0, 0], terminated: ['true', 0] as never, truncated: [0, 0] }),
    ).toThrow(/terminated\[0\] is true; expected true or false/);
    expect(() => agent.observe({ ...step, terminated: 1 as never })).toThrow(
      /terminated is 1; expected 1, one an environment/,
    );
    expect(agent.observe(step)).not.toBeNull();
    // Another number of environments, where no batch is under way.
    expect(agent.observe({ ...two, ...flags, reward: [0, 0] })).not.toBeNull();
    expect(agent.steps).toBe(3);
  });

  test('a trajectory in the midst of which the range of observations is known is learned from from there on', () => {
    const agent = Agent.create({
      observationSpace: new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [2]),
      actionSpace: actions,
      seed: 0,
    });
    const { freezeAt } = agent.config.observations;
    expect(agent.config.observations.scaling).toBe('running');
    const update = agent.learn(Array.from({ length: freezeAt + 100 }, (_, i) => ({ ...one(i), action: i % 2 })));
    expect(update).not.toBeNull();
    expect(agent.updates).toBe(1);
    expect(agent.learn(Array.from({ length: 50 }, (_, i) => ({ ...one(i), action: i % 2 })))).not.toBeNull();
  });

  test('what online critics learn from a trajectory does not depend on env.numEnvs', () => {
    const values = [1, 2, 3].map((numEnvs) => {
      const agent = onTable({
        env: { id: 'a table', numEnvs },
        critic: { type: 'trueOnlineTd', stepSize: 0.1, lambda: 0.9 },
      });
      const step = (obs: number, nextObs: number) => ({
        obs,
        action: 0,
        reward: obs,
        nextObs,
        terminated: false,
        truncated: false,
      });
      agent.learn([step(1, 2), step(2, 0), step(0, 1), step(1, 2)]);
      agent.learn([step(2, 1), step(1, 0)]);
      return agent.value(1);
    });
    expect(values[1]).toBe(values[0]);
    expect(values[2]).toBe(values[0]);
  });

  test('log densities outside a Gaussian μ are −∞; actions that no int32 holds are refused at the start', () => {
    const agent = Agent.create({
      observationSpace: new Box(-1, 1, [1]),
      actionSpace: new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [1]),
      seed: 0,
    });
    expect(agent.distribution([0]).logProb(NDArray.from([0], 'float32'))).toBeGreaterThan(-20);
    expect(agent.distribution([0]).logProb(NDArray.from([1e6], 'float32'))).toBe(Number.NEGATIVE_INFINITY);
    expect(() => Agent.create({ observationSpace: states, actionSpace: new Discrete(3, 2 ** 31) })).toThrow(
      /beyond ±2³¹/,
    );
  });
});

describe('what is of another form is refused by name, and the agent stays usable', () => {
  const agent = Agent.create({ observationSpace: new Box(-1, 1, [2]), actionSpace: actions, seed: 0 });

  test.each<[string, unknown, RegExp]>([
    [
      'shape',
      new NDArray(new Float32Array(3), [3], 'float32'),
      /act: obs has shape \[3\]; expected dtype float32 and shape \[2\]/,
    ],
    [
      'dtype',
      new NDArray(new Float64Array(2), [2], 'float64'),
      /act: obs has dtype float64; expected dtype float32 .* Convert it/,
    ],
    ['a list of the wrong length', [1, 2, 3], /act: obs/],
    ['text', 'left', /act: obs.*expected a value of the observation space Box/],
    ['nothing', undefined, /act: obs/],
    ['NaN', [0, Number.NaN], /act: obs: .*observation\[1\] = NaN; expected finite numbers/],
  ])('%s', (_, obs, words) => {
    expect(() => agent.act(obs)).toThrow(ObservationError);
    expect(() => agent.act(obs)).toThrow(words);
    expect([0, 1]).toContain(agent.act([0, 0.5]));
  });

  test('a batch where one was asked for, and the other way round', () => {
    expect(() => agent.value([[0, 0]], { batch: false })).toThrow(/is a batch; expected one observation/);
    expect(() => agent.value([0, 0], { batch: true })).toThrow(/is one observation; expected a batch/);
  });

  test('parts of a Dict by their names', () => {
    const nested = Agent.create({
      observationSpace: new Dict({ place: new Box(-1, 1, [2]), door: new Discrete(3) }),
      actionSpace: new MultiDiscrete([2, 2]),
      seed: 0,
    });
    expect(nested.act({ place: [0, 0], door: 1 }).shape).toEqual([2]);
    expect(nested.act({ place: [[0, 0]], door: [1] }, { batch: true }).shape).toEqual([1, 2]);
    expect(() => nested.act({ place: [0, 0] })).toThrow(/has the parts place; expected (place, door|door, place)/);
    expect(() => nested.act({ place: [0, 0], door: 3 })).toThrow(/obs\[door\]: 3 is no integer from 0 to 2/);
    expect(() => nested.act({ place: [[0, 0]], door: 1 })).toThrow(
      /expected parts of one observation, or batches of one length/,
    );
  });

  test('an action out of its space, a reward that is NaN, too few flags, no act before', () => {
    const step = { obs: [0, 0], action: 0, reward: 0, nextObs: [0, 0], terminated: false, truncated: false };
    expect(() => agent.observe({ ...step, action: 2 })).toThrow(ActionError);
    expect(() => agent.observe({ ...step, action: 2 })).toThrow(
      /observe: action: 2 is no integer from 0 to 1; expected a value of the action space/,
    );
    expect(() => agent.observe({ ...step, reward: Number.NaN })).toThrow(
      /observe: reward\[0\] is NaN; expected a finite number/,
    );
    expect(() => agent.observe({ ...step, reward: [0, 1] })).toThrow(TransitionError);
    expect(() => agent.observe({ ...step, nextObs: [0] })).toThrow(/observe: nextObs/);
    expect(() => agent.observe({ ...step, terminated: 'no' as never })).toThrow(/observe: terminated/);
    const fresh = Agent.create({ observationSpace: states, actionSpace: actions, seed: 0 });
    expect(() => fresh.observe({ reward: 0, nextObs: 0, terminated: false, truncated: false })).toThrow(
      /no act before it/,
    );
    const before = agent.steps;
    agent.observe(step);
    expect(agent.steps).toBe(before + 1);
    expect(() => agent.learn([])).toThrow(TransitionError);
  });

  test('an environment with other spaces', async () => {
    const other: Environment = {
      observationSpace: states,
      actionSpace: actions,
      reset: () => [0, {}],
      step: () => [0, 0, true, false, {}],
    };
    await expect(agent.evaluate(other)).rejects.toThrow(
      /the environment has observations in Discrete\(3\); expected Box/,
    );
  });
});

test('evaluate plays whole episodes of an environment in TypeScript', async () => {
  // Pays its state plus one for action 1, and ends after three steps: the mode of an untrained agent is action 0.
  let t = 0;
  const env: Environment<number, number> = {
    observationSpace: states,
    actionSpace: actions,
    reset: () => {
      t = 0;
      return [0, {}];
    },
    step: (action) => [t % 3, action * 10 + t++, t === 3, false, {}],
  };
  const agent = onTable();
  agent.w.set([1, 1, 1, 0, 0, 0]);
  const { returns, lengths, mean } = await agent.evaluate(env, { episodes: 4 });
  expect(returns).toEqual([33, 33, 33, 33]);
  expect(lengths).toEqual([3, 3, 3, 3]);
  expect(mean).toBe(33);
});

describe('save and load', () => {
  test('the agent of a file acts, values and learns on as the one that was saved', async () => {
    const path = join(folder(), 'agent.mf');
    const agent = Agent.create({ observationSpace: new Box(-1, 1, [2]), actionSpace: actions, seed: 5 });
    const rng = createRng(1);
    const step = () => ({
      obs: [rng.next(), rng.next()],
      action: rng.integer(2),
      reward: rng.next(),
      nextObs: [rng.next(), rng.next()],
      terminated: rng.integer(5) === 0,
      truncated: false,
    });
    for (let i = 0; i < 600; i++) agent.observe(step());
    await agent.save(path);
    for (const source of [path, new Uint8Array(readFileSync(path))]) {
      const read = await Agent.load(source);
      expect([...read.w]).toEqual([...agent.w]);
      expect(read.value([0.1, 0.2])).toBe(agent.value([0.1, 0.2]));
      expect(read.steps).toBe(600);
      expect(read.updates).toBe(agent.updates);
    }
    const read = await Agent.load(path, { actionSpace: actions });
    expectTypeOf(read.act([0, 0])).toEqualTypeOf<number>();
    await expect(Agent.load(path, { observationSpace: states })).rejects.toThrow(
      /the agent of the checkpoint has observations in Box.*; expected Discrete\(3\)/,
    );
    const batch = Array.from({ length: 300 }, step);
    agent.learn(batch);
    read.learn(batch);
    expect([...read.w]).toEqual([...agent.w]);
    expect(Array.from({ length: 10 }, () => read.act([0, 0]))).toEqual(
      Array.from({ length: 10 }, () => agent.act([0, 0])),
    );
  });

  test('what is no checkpoint, is cut, or comes from a newer version is refused by name', async () => {
    const path = join(folder(), 'agent.mf');
    await onTable().save(path);
    const bytes = readFileSync(path);
    await expect(Agent.load(new Uint8Array([1, 2, 3]))).rejects.toThrow(CheckpointError);
    await expect(Agent.load(new Uint8Array([1, 2, 3]))).rejects.toThrow(
      /the bytes given is not a checkpoint; expected a file that/,
    );
    await expect(Agent.load(bytes.subarray(0, bytes.length - 5))).rejects.toThrow(/is damaged/);
    await expect(Agent.load(`${path}.none`)).rejects.toThrow(/cannot read the checkpoint .*agent\.mf\.none/);
    const newer = Buffer.from(bytes);
    newer.write('mirrorflow checkpoint 3', 'latin1');
    writeFileSync(path, newer);
    await expect(Agent.load(path)).rejects.toThrow(
      /is a checkpoint of format 3, .*this version reads formats 1 to 2. Update mirrorflow/,
    );
  });
});

test('settings are refused where two are named, or an action space has no policies', () => {
  expect(() =>
    Agent.create({ observationSpace: states, actionSpace: actions, config: table, preset: 'CartPole-v1' }),
  ).toThrow(/config and preset are both given/);
  expect(() => Agent.create({ observationSpace: states, actionSpace: new Dict({ a: actions }) })).toThrow(
    /action space Dict/,
  );
});
