import { availableParallelism } from 'node:os';
import { ServerSlot } from '../process/servers.js';
import type { OpenServer } from '../process/supervisor.js';
import { divide } from './layout.js';
import type { SpaceOptions, VectorConnectOptions, VectorEnvOptions } from './options.js';
import { measureStep } from './probe.js';
import { chooseSpread, type Spread, type SpreadFacts } from './spread.js';

/** Options of a vector that is made, or connected to. */
export type VectorOptions = (VectorEnvOptions | VectorConnectOptions) & SpaceOptions;

/** How a vector is spread, and by what that was chosen: `cost` is null where nothing was measured. */
export type ChosenSpread = Spread & SpreadFacts;

/**
 * Opens the servers of a vector; where their number or that of the groups is `auto`, the first is opened and one environment measured before.
 * @throws RangeError as `divide`, before anything is started
 */
export async function spreadOut(
  open: () => Promise<OpenServer>,
  id: string,
  options: VectorOptions,
): Promise<{ spread: ChosenSpread; slots: ServerSlot[] }> {
  const { numEnvs, timeout, backend = 'sync' } = options;
  const given = { servers: numberOf(options.servers), groups: numberOf(options.groups) };
  divide(numEnvs, given.servers ?? 1, given.groups ?? 1);
  const cores = availableParallelism();
  const slots = [new ServerSlot(open, timeout)];
  const isOpen = given.servers === undefined || given.groups === undefined;
  // A vector that is no list of environments is spread by its own means.
  const mayDiffer = isOpen && backend === 'sync' && cores > 1 && numEnvs > 1;
  const facts = { cores, numEnvs, cost: mayDiffer ? await measureStep(slots[0], id, options) : null };
  const spread = { ...facts, ...chooseSpread(facts, given) };
  while (slots.length < spread.servers) slots.push(new ServerSlot(open, timeout));
  return { spread, slots };
}

function numberOf(n: number | 'auto' = 1): number | undefined {
  return n === 'auto' ? undefined : n;
}
