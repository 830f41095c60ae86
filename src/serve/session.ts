import { BridgeError, type Header } from '../bridge/index.js';
import type { Session } from '../bridge/server/client.js';
import type { AutoresetMode } from '../envs/environment.js';
import { NonFiniteError } from '../sampling/observations.js';
import type { Outcome, Stream } from '../sampling/stream.js';
import type { NDArray } from '../spaces/index.js';
import { bad, checkArguments, checkNames } from './arguments.js';
import type { Valued } from './choosing.js';
import { within } from './limits.js';
import { batchOfOne, checkObservations } from './observations.js';
import type { Served } from './served.js';
import type { ServedAgent } from './servedAgent.js';

/** Batches that may wait for the learner before `observe` is answered with Busy. */
const MAX_BACKLOG = 8;

/** The operations of one client of an agent server (docs/agent-server.md). */
export class AgentSession implements Session {
  private readonly served: Served;
  /** Where this client's transitions go while learning is on. */
  private stream: { id: number; stream: Stream; numEnvs: number } | null = null;

  constructor(served: Served) {
    this.served = served;
  }

  checkNames(op: string, fields: Header): void {
    checkNames(op, fields);
  }

  carryOut(op: string, fields: Header): Header | Promise<Header> {
    checkArguments(op, fields);
    switch (op) {
      case 'hello':
        return this.served.hello(fields);
      case 'act':
        return this.act(fields);
      case 'observe':
        return this.observe(fields);
      case 'learn':
        this.served.agent.checkStream((fields.num_envs as number | null | undefined) ?? 1);
        return this.learn(fields);
      case 'save':
        return this.served.agent.save().then((bytes) => ({ checkpoint: bytes }));
      case 'metrics':
        return this.served.agent.metrics();
      default:
        return {};
    }
  }

  close(): void {
    if (this.stream) this.served.agent.closeStream(this.stream.id);
    this.stream = null;
  }

  private act({ obs, num_envs, deterministic, learn }: Header): Header {
    const { agent } = this.served;
    const n = (num_envs as number | null | undefined) ?? null;
    within('max_num_envs', n ?? 1, 'act: num_envs', 'send the observations in several requests');
    const rows = this.numbers(obs, n);
    if (learn) {
      const stream = this.streamOf('act', n ?? 1);
      if (deterministic) throw bad('act: deterministic and learn exclude one another', 'drawn actions to learn from');
      const chosen = agent.choosing.choose(rows, false);
      stream.act(rows, chosen);
      return this.reply(chosen, n);
    }
    return this.reply(agent.choosing.choose(rows, deterministic === true), n);
  }

  private reply({ actions, densities, values }: Valued, n: number | null): Header {
    const { actionSpace } = this.served.agent;
    const action = actionSpace.coerceBatch(actions, n ?? 1);
    const logProb = densities.map(Math.log);
    if (n !== null) return { action, log_prob: logProb, value: values };
    return { action: actionSpace.batchItem(action, 0), log_prob: logProb[0], value: values[0] };
  }

  private observe(fields: Header): Header | Promise<Header> {
    const { agent } = this.served;
    const reward = fields.reward as NDArray;
    const stream = this.streamOf('observe', reward.size);
    if (!stream.isPending) throw bad('observe without an act before it', 'act with learn: true, then observe');
    const [terminated, truncated] = [fields.terminated as NDArray, fields.truncated as NDArray];
    for (const array of [terminated, truncated]) {
      if (array.size !== reward.size) throw bad(`observe: an array has ${array.size} entries`, `${reward.size}`);
    }
    const outcome = { next: this.numbers(fields.obs, reward.size), rewards: reward.data, terminated: terminated.data };
    const place = Array.from(reward.data as Float64Array).findIndex((x) => !Number.isFinite(x));
    if (place >= 0) throw bad(`observe: reward[${place}] is ${reward.data[place]}`, 'a finite number');
    if (stream.isLast && agent.learning.backlog >= MAX_BACKLOG) {
      throw new BridgeError('Busy', `${MAX_BACKLOG} batches wait for the learner; nothing was recorded`, {
        remedy: 'send this observe again later, or with wait: true from now on',
      });
    }
    const learned = agent.observe(this.stream!.id, stream, { ...outcome, truncated: truncated.data } as Outcome);
    if (learned === null) return agent.counts();
    return fields.wait ? agent.told(this.stream!.id, learned).then(() => agent.counts()) : agent.counts();
  }

  private learn({ on, num_envs, autoreset }: Header): Header {
    const { agent } = this.served;
    this.close();
    if (!on) return agent.counts();
    const numEnvs = (num_envs as number | null | undefined) ?? 1;
    const mode = (autoreset as AutoresetMode | null | undefined) ?? 'disabled';
    this.stream = { ...agent.openStream(numEnvs, mode), numEnvs };
    return { ...agent.counts(), batch: agent.batchSteps(numEnvs) * numEnvs };
  }

  private streamOf(op: string, n: number): Stream {
    if (this.stream === null) {
      throw new BridgeError('BadArgument', `${op}: learning is off for this client`, {
        remedy: 'learn with on: true first',
      });
    }
    if (this.stream.numEnvs !== n) throw bad(`${op}: ${n} environments`, `the ${this.stream.numEnvs} of learn`);
    return this.stream.stream;
  }

  /** A batch of n observations, or one that is none (n null), as numbers; shape [n, inputs]. */
  private numbers(given: unknown, n: number | null): Float64Array {
    const { agent } = this.served as { agent: ServedAgent };
    const { observationSpace: space } = agent;
    checkObservations(space, given, n);
    const batch = n === null ? batchOfOne(space, given) : given;
    const rows = new Float64Array((n ?? 1) * agent.choosing.inputs);
    try {
      agent.observations.write(batch, rows, 0, agent.steps);
    } catch (error) {
      if (error instanceof NonFiniteError) throw bad(error.message);
      throw error;
    }
    return rows;
  }
}
