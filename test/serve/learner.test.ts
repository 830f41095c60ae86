import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentSession } from '../../src/serve/session.js';

// The learner's thread is a file of dist/, and so must all be that it is used with.
const built = (path: string) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const [{ Served }, { AgentSession: Session }, { parseConfig }, { NDArray }] = await Promise.all(
  ['serve/served.js', 'serve/session.js', 'agent/index.js', 'spaces/index.js'].map(built),
);

const CONFIG = parseConfig({
  env: { id: 'own', numEnvs: 1 },
  totalSteps: 1,
  gamma: 0.9,
  tau: 0.1,
  features: { type: 'polynomial', degree: 1 },
  critic: { type: 'leastSquares', window: 2 },
  actor: { mirrorStep: 1 },
  sampler: { type: 'onPolicy', steps: 1 },
});
const OBS = new NDArray(new Float32Array(2), [1, 2], 'float32');
const OUTCOME = {
  obs: OBS,
  reward: new NDArray(new Float64Array(1), [1], 'float64'),
  terminated: new NDArray(new Uint8Array(1), [1], 'bool'),
  truncated: new NDArray(new Uint8Array(1), [1], 'bool'),
};

/** A client that teaches, and the thread that learns from it. */
function teacher(): { session: AgentSession; worker: Worker } {
  const served = new Served(CONFIG, null, null);
  const session: AgentSession = new Session(served);
  session.carryOut('hello', {
    client: {},
    observation_space: { type: 'Box', low: -1, high: 1, shape: [2], dtype: 'float32' },
    action_space: { type: 'Discrete', n: 2, start: 0, dtype: 'int64' },
  });
  session.carryOut('learn', { on: true });
  const { learning } = served.agent;
  onTestFinished(() => learning.close());
  return { session, worker: (learning as unknown as { worker: Worker }).worker };
}

describe("the end of the learner's thread", () => {
  it('is told at once to whoever waits, and then to every teacher', async () => {
    const { session, worker } = teacher();
    session.carryOut('act', { obs: OBS, num_envs: 1, learn: true });
    void worker.terminate();
    const waiting = session.carryOut('observe', { ...OUTCOME, wait: true }) as Promise<unknown>;
    await expect(waiting).rejects.toThrow("the learner's thread has ended");
    // Acting goes on.
    session.carryOut('act', { obs: OBS, num_envs: 1, learn: true });
    expect(() => session.carryOut('observe', OUTCOME)).toThrow("the learner's thread has ended");
    await expect(session.carryOut('save', {})).rejects.toThrow("the learner's thread has ended");
  });
});
