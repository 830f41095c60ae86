/** On how many servers a vector of environments is, and in how many groups. */
export interface Spread {
  readonly servers: number;
  readonly groups: number;
}

/** What they are chosen by. */
export interface SpreadFacts {
  /** Processors that this process may use. */
  readonly cores: number;
  readonly numEnvs: number;
  /** Milliseconds of a step of one environment; null: unknown. */
  readonly cost: number | null;
}

/** Milliseconds that a server's part of a vector step must take for a process of its own to pay. */
const WORTH_MS = 1;

/**
 * Chooses what is not given. One group more lets environments step while actions are computed, which needs a second core; one server more steps its
 * environments beside the others', which needs a core, too, and costs memory and the time of a start.
 * @param given numbers that are taken as they are; undefined: to be chosen
 * @returns what `divide` can divide, where the given numbers are
 */
export function chooseSpread(
  { cores, numEnvs, cost }: SpreadFacts,
  given: { readonly servers?: number | undefined; readonly groups?: number | undefined },
): Spread {
  if (given.servers !== undefined && given.groups !== undefined)
    return { servers: given.servers, groups: given.groups };
  const worth = cost === null ? 1 : Math.floor((numEnvs * cost) / WORTH_MS);
  const pays = cost !== null && cores >= 2 && numEnvs >= 2;
  if (given.servers !== undefined) {
    const { servers } = given;
    return { servers, groups: pays && (servers === 1 || servers % 2 === 0) ? 2 : 1 };
  }
  const groups = given.groups ?? (pays ? 2 : 1);
  const servers = Math.max(1, Math.min(worth, cores, numEnvs));
  return { servers: servers < groups ? dividing(groups, servers) : servers - (servers % groups), groups };
}

/** The greatest number up to `most` that divides n. */
function dividing(n: number, most: number): number {
  let divisor = most;
  while (n % divisor !== 0) divisor--;
  return divisor;
}
