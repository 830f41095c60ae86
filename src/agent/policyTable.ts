import { ConfigError } from '../config/configError.js';
import { Box, Dict, Discrete, type Space } from '../spaces/index.js';
import type { ActorCritic } from './actorCritic.js';
import type { Agent } from './agent.js';

/**
 * The policy of an agent as a table.
 * @param space the observation space that the agent was made for: a Discrete, or what Gymnasium's `TimeAwareObservation` with `flatten: false`
 *   makes of it, `Dict(obs, time)`
 * @param steps the time limit
 * @param deterministic the mode instead of π itself
 * @returns t ↦ π_t(a|s), shape [S·m]; the same table for every t where the agent does not see the time
 * @throws ConfigError where the observations are others
 */
export function policyTable(
  agent: Agent,
  space: Space,
  steps: number,
  deterministic: boolean,
): (t: number) => Float64Array {
  const timed = space instanceof Dict && space.entries.length === 2;
  const states = timed ? space.spaces.obs : space;
  const time = timed ? space.spaces.time : undefined;
  if (!(states instanceof Discrete && (!timed || (time instanceof Box && time.size === 1)))) {
    throw new ConfigError(
      `the observation space is ${space}; an exact evaluation expected a Discrete, alone or beside the time (TimeAwareObservation with flatten: false)`,
    );
  }
  const normalised = time instanceof Box && Number(time.high.data[0]) === 1 && time.dtype.startsWith('float');
  const observe = (t: number) =>
    space.batchOf(
      Array.from({ length: states.n }, (_, s) =>
        space.coerce(
          time === undefined ? s + states.start : { obs: s + states.start, time: [normalised ? t / steps : t] },
        ),
      ),
    );
  let table: Float64Array | undefined;
  let at = -1;
  return (t) => {
    if (table !== undefined && (time === undefined || at === t)) return table;
    table = tableOf(agent.core, observe(t), states.n, deterministic);
    at = t;
    return table;
  };
}

function tableOf(
  { model, acting }: ActorCritic,
  observations: unknown,
  count: number,
  deterministic: boolean,
): Float64Array {
  const m = model.features.action.size;
  const numbers = new Float64Array(count * acting.inputs);
  model.observations.write(observations, numbers, 0, 0);
  const table = new Float64Array(count * m);
  const chosen = acting.act(numbers, null, acting.room(count), ({ mean }, s) => {
    if (!deterministic) table.set(mean, s * m);
  });
  if (deterministic) {
    for (let s = 0; s < count; s++) table[s * m + chosen.codes[s]] = 1;
  }
  return table;
}
