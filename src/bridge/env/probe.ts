import { createRng } from '../../spaces/index.js';
import type { Connection } from '../client/connection.js';
import type { ServerSlot } from '../process/servers.js';
import { closeQuietly, Handle } from './handle.js';
import type { SpaceOptions, VectorConnectOptions } from './options.js';
import { isLost } from './part.js';

/** Milliseconds that a probe steps for, at least, and steps that it makes. */
const PROBE_MS = 20;
const STEPS = 10;
/** Milliseconds or steps after which it ends whatever there is of the other. */
const MAX_PROBE_MS = 100;
const MAX_STEPS = 200;

/**
 * Measures one environment, which is made for it and closed again. It makes no difference to those that are made after it.
 * @param slot its server; a new one if the environment ends it
 * @returns milliseconds of a step with a sampled action, less those of a request that asks for nothing; null where the environment fails, so that
 *   its error is that of the environments that are wanted
 */
export async function measureStep(
  slot: ServerSlot,
  id: string,
  options: Omit<VectorConnectOptions, 'servers' | 'groups'> & SpaceOptions,
): Promise<number | null> {
  const server = await slot.get().catch(() => null);
  if (server === null) return null;
  const { backend: _, vectorKwargs: _v, autoreset: _a, ...rest } = options;
  const { connection } = server;
  try {
    const handle = await Handle.make(connection, id, null, rest);
    return await probe(handle, connection).finally(() => closeQuietly([handle]));
  } catch (error) {
    if (isLost(error)) await slot.reopen(server).catch(() => {});
    return null;
  }
}

async function probe(handle: Handle, connection: Connection): Promise<number> {
  const rng = createRng(0);
  const steps: number[] = [];
  const pings: number[] = [];
  await handle.reset({ seed: 0 });
  const begin = performance.now();
  for (let spent = 0; !isEnough(steps.length, spent); spent = performance.now() - begin) {
    const action = handle.actionSpace.sample(rng);
    const stepped = performance.now();
    const { terminated, truncated } = await handle.step(action);
    const pinged = performance.now();
    // By turns, so that both see the same of what else the machine does.
    await connection.request('ping', {}, 'ping');
    steps.push(pinged - stepped);
    pings.push(performance.now() - pinged);
    if (terminated || truncated) await handle.reset({});
  }
  return Math.max(0, quartile(steps) - quartile(pings));
}

function isEnough(steps: number, ms: number): boolean {
  return (ms >= PROBE_MS && steps >= STEPS) || ms >= MAX_PROBE_MS || steps >= MAX_STEPS;
}

/** The lower quartile: what else the machine does makes some requests slower, and none faster. */
function quartile(x: number[]): number {
  return x.sort((a, b) => a - b)[x.length >> 2];
}
