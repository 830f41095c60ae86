import type { VectorEnvOptions } from '../../src/bridge/index.js';
import { medianTrip, ServedAgent } from './agent.js';
import type { Figures } from './figures.js';
import { CART_POLE, IMAGE_BYTES, images, oneStep, stepsPerSecond, type Transport } from './ours.js';
import { inProcess, rawEcho } from './references.js';

/** One row of the table for each transport: the bridge beside a reference. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly unit: 'steps/s' | 'bytes/s' | 'µs';
  /** What the ratio is to be: at least this, or at most this for a round trip (µs). */
  readonly goal?: number;
  /** The two sides, each for so many seconds. */
  readonly ours: (transport: Transport, seconds: number) => Promise<Figures>;
  readonly reference: (seconds: number) => Promise<Figures>;
  /** What the row needs besides, started before its first round; `close` ends it. */
  readonly open?: () => Promise<unknown>;
  readonly close?: () => Promise<unknown>;
}

/** A row of CartPoles beside Gymnasium's own vector environment. */
function cartPoles(make: VectorEnvOptions, what: string, mode: string, against: string, goal?: number): Row {
  const { numEnvs } = make;
  return {
    what: `CartPole, ${what}`,
    against: `${against} in process`,
    unit: 'steps/s',
    goal,
    ours: (transport, seconds) => stepsPerSecond(CART_POLE, { ...make, transport }, seconds),
    reference: (seconds) => inProcess(mode, CART_POLE, numEnvs, seconds),
  };
}

/** 1024 CartPoles as Gymnasium has them in one array of NumPy. */
function native(groups: number, what: string, goal?: number): Row {
  const make: VectorEnvOptions = { numEnvs: 1024, groups, backend: 'vector_entry_point' };
  return cartPoles(make, `native vector, 1024, ${what}`, 'vector_entry_point', 'the same', goal);
}

/** `RemoteAgent.predict` in Python beside a bare DEALER and an echo in Node. */
function predict(): Row {
  let served: ServedAgent;
  return {
    what: 'RemoteAgent.predict, round trip',
    against: 'raw ZeroMQ echo',
    unit: 'µs',
    goal: 0.75,
    ours: async (transport, seconds) => medianTrip(await served.predict(seconds, transport)),
    reference: async (seconds) => medianTrip(await served.raw(seconds)),
    open: async () => {
      served = await ServedAgent.start();
    },
    close: () => served.end(),
  };
}

export const rows: readonly Row[] = [
  {
    what: 'CartPole, one environment, round trip',
    against: 'raw ZeroMQ echo',
    unit: 'µs',
    goal: 0.75,
    ours: oneStep,
    reference: (seconds) => rawEcho(60, 0, seconds),
  },
  cartPoles({ numEnvs: 8 }, '8 environments', 'sync', 'SyncVectorEnv(8)', 0.6),
  cartPoles({ numEnvs: 8 }, '8 environments', 'async', 'AsyncVectorEnv(8)', 4),
  cartPoles({ numEnvs: 64 }, '64 environments, one group', 'sync', 'SyncVectorEnv(64)', 0.85),
  cartPoles({ numEnvs: 64, groups: 2 }, '64 environments, two groups', 'sync', 'SyncVectorEnv(64)', 0.95),
  cartPoles({ numEnvs: 64, groups: 2, servers: 2 }, '64 environments, two servers', 'sync', 'SyncVectorEnv(64)'),
  native(1, 'one group'),
  native(2, 'two groups', 0.7),
  {
    what: 'images 84×84×4, 64 environments',
    against: 'raw ZeroMQ',
    unit: 'bytes/s',
    goal: 0.9,
    ours: images,
    reference: (seconds) => rawEcho(60, 64 * IMAGE_BYTES, seconds),
  },
  predict(),
];

/** The rows whose name, or that of what they stand beside, has `text`. @throws Error naming the rows where none has */
export function chooseRows(text: string): readonly Row[] {
  const chosen = rows.filter(({ what, against }) => `${what}, ${against}`.toLowerCase().includes(text.toLowerCase()));
  if (chosen.length > 0) return chosen;
  throw new Error(`--only is ${text}; expected a part of one of: ${rows.map(({ what }) => what).join('; ')}.`);
}
