import { createRng } from '../../spaces/index.js';
import type { Connection } from '../client/connection.js';
import type { ServerSlot } from '../process/servers.js';
import { closeQuietly, Handle } from './handle.js';
import type { SpaceOptions, VectorConnectOptions } from './options.js';
import { isLost } from './part.js';

/** The steps of a probe take so many milliseconds, unless so few or so many steps do. */
const PROBE_MS = 20;
const MIN_STEPS = 3;
const MAX_STEPS = 200;
/** Requests that ask for nothing. */
const PINGS = 20;

/**
 * Measures one environment, which is made for it and closed again. It makes no difference to those that are made after it.
 * @param slot its server; a new one if the environment ends it
 * @returns milliseconds of a step with a sampled action, less those of a request that asks for nothing; null where the environment fails,
 *   so that its error is that of the environments that are wanted
 */
export async function measureStep(
  slot: ServerSlot,
  id: string,
  options: Omit<VectorConnectOptions, 'servers' | 'groups'> & SpaceOptions,
): Promise<number | null> {
  const server = await slot.get().catch(() => null);
  if (server === null) return null;
  const { backend: _, vectorKwargs: _v, autoreset: _a, ...rest } = options;
  try {
    const handle = await Handle.make(server.connection, id, null, rest);
    const step = await stepsOf(handle).finally(() => closeQuietly([handle]));
    return Math.max(0, quartile(step) - quartile(await pings(server.connection)));
  } catch (error) {
    if (isLost(error)) await slot.reopen(server).catch(() => {});
    return null;
  }
}

async function stepsOf(handle: Handle): Promise<number[]> {
  const rng = createRng(0);
  const times: number[] = [];
  await handle.reset({ seed: 0 });
  const begin = performance.now();
  while (times.length < MIN_STEPS || (times.length < MAX_STEPS && performance.now() - begin < PROBE_MS)) {
    const action = handle.actionSpace.sample(rng);
    const sent = performance.now();
    const { terminated, truncated } = await handle.step(action);
    times.push(performance.now() - sent);
    if (terminated || truncated) await handle.reset({});
  }
  return times;
}

async function pings(connection: Connection): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < PINGS; i++) {
    const sent = performance.now();
    await connection.request('ping', {}, 'ping');
    times.push(performance.now() - sent);
  }
  return times;
}

/** The lower quartile: what else the machine does makes some requests slower, and none faster. */
function quartile(x: number[]): number {
  return x.sort((a, b) => a - b)[x.length >> 2];
}
