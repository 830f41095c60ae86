import { fileURLToPath } from 'node:url';
import { Env, VectorEnv, type VectorEnvOptions } from '../../src/bridge/index.js';
import { type Figures, rateFigures, tripFigures, trips } from './figures.js';

/** What requests travel over: ZeroMQ alone, or the lane where there is one. */
export const TRANSPORTS = ['zeromq', 'auto'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const CART_POLE = 'CartPole-v1';
export const IMAGE_BYTES = 84 * 84 * 4;

/** Environment steps a second with all groups in flight, the actions chosen beforehand. */
export async function stepsPerSecond(id: string, make: VectorEnvOptions, seconds: number): Promise<Figures> {
  const env = await VectorEnv.make(id, { info: false, ...make });
  await env.reset({ seed: 0 });
  const loops = await Promise.all(
    env.groups.map((group) => {
      const actions = Int32Array.from({ length: group.numEnvs }, (_, i) => i % 2);
      return trips(seconds, () => group.step(actions));
    }),
  );
  await env.close();
  return rateFigures(loops, env.groups[0].numEnvs);
}

/** The round trip of one step of one CartPole. */
export async function oneStep(transport: Transport, seconds: number): Promise<Figures> {
  const env = await Env.make(CART_POLE, { info: false, transport });
  await env.reset({ seed: 0 });
  let action = 0;
  let over = false;
  const times = await trips(seconds, async () => {
    if (over) {
      await env.reset();
      over = false;
    } else {
      action = 1 - action;
      const [, , terminated, truncated] = await env.step(action);
      over = terminated || truncated;
    }
  });
  await env.close();
  return tripFigures(times);
}

/** Bytes of images a second: 64 environments whose observations of 84×84×4 bytes cost nothing to make. */
export async function images(transport: Transport, seconds: number): Promise<Figures> {
  const make: VectorEnvOptions = {
    numEnvs: 64,
    imports: ['bridge_reference'],
    env: { PYTHONPATH: fileURLToPath(new URL('..', import.meta.url)) },
    backend: 'vector_entry_point',
    transport,
  };
  const steps = await stepsPerSecond('mirrorflow-bench/Images-v0', make, seconds);
  return { ...steps, value: steps.value * IMAGE_BYTES };
}
