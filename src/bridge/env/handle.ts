import type { Info } from '../../envs/environment.js';
import { fromDescription, type NDArray, type Space, SpaceValueError } from '../../spaces/index.js';
import type { Connection } from '../client/connection.js';
import type { CallOptions } from '../client/request.js';
import { BridgeError, SpaceError, SpaceMismatchError } from '../errors.js';
import { type Convert, fromWire, toWire } from './dictKeys.js';
import type { MakeOptions, SpaceOptions, Spec, VectorMakeOptions } from './options.js';

/** Milliseconds that making environments may take. */
const MAKE_TIMEOUT_MS = 120_000;

/** Milliseconds that closing environments may take; then their server is ended whatever it does. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Environments on a server: one, or a vector of them. Thin: one method a request. */
export class Handle {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly spec: Spec | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly renderMode: string | null;
  /** null: one environment, not a vector. */
  readonly numEnvs: number | null;
  /** Gymnasium's autoreset mode; null for one environment. */
  readonly autoreset: string | null;
  readonly id: string;
  private readonly connection: Connection;
  private readonly handle: unknown;
  private readonly what: string;
  private readonly toWire: Convert;
  private readonly fromWire: Convert;

  /** Makes environments. @throws ServerError, RequestTimeoutError, ServerDiedError; SpaceMismatchError where they have other spaces than those given */
  static async make(
    connection: Connection,
    id: string,
    numEnvs: number | null,
    options: MakeOptions & VectorMakeOptions & SpaceOptions & CallOptions,
  ): Promise<Handle> {
    const wrappers = options.wrappers?.map((wrapper) => (typeof wrapper === 'string' ? { id: wrapper } : wrapper));
    const fields = {
      env: id,
      num_envs: numEnvs ?? undefined,
      kwargs: options.kwargs,
      wrappers,
      imports: options.imports,
      max_episode_steps: options.maxEpisodeSteps,
      render_mode: options.renderMode,
      info: options.info,
      backend: options.backend,
      vector_kwargs: options.vectorKwargs,
      autoreset: options.autoreset,
    };
    const timeout = Math.max(options.timeout ?? 0, MAKE_TIMEOUT_MS);
    const reply = await connection.request('make', fields, `make of ${title(id, numEnvs)}`, {
      timeout,
      signal: options.signal,
    });
    const handle = new Handle(connection, id, numEnvs, reply);
    for (const which of ['observationSpace', 'actionSpace'] as const) {
      const given = options[which];
      if (given === undefined || handle[which].equals(given)) continue;
      await closeQuietly([handle]);
      throw new SpaceMismatchError(id, which, handle[which], given);
    }
    return handle;
  }

  private constructor(connection: Connection, id: string, numEnvs: number | null, made: Record<string, unknown>) {
    this.connection = connection;
    this.id = id;
    this.handle = made.handle;
    this.numEnvs = numEnvs;
    this.what = title(id, numEnvs);
    if ((made.num_envs ?? null) !== numEnvs) {
      throw new BridgeError('BadMessage', `make of ${this.what} was answered with another number of environments`);
    }
    this.observationSpace = spaceOf(made.observation_space);
    this.actionSpace = spaceOf(made.action_space);
    this.toWire = toWire(this.actionSpace);
    this.fromWire = fromWire(this.observationSpace, numEnvs !== null);
    this.metadata = (made.metadata ?? {}) as Record<string, unknown>;
    this.renderMode = (made.render_mode as string | null) ?? null;
    this.autoreset = (made.autoreset as string | null) ?? null;
    const spec = made.spec as Record<string, unknown> | null;
    this.spec = spec
      ? {
          id: spec.id as string,
          maxEpisodeSteps: spec.max_episode_steps as number | null,
          rewardThreshold: spec.reward_threshold as number | null,
          nondeterministic: spec.nondeterministic as boolean,
          kwargs: (spec.kwargs ?? {}) as Record<string, unknown>,
        }
      : null;
  }

  async reset(
    fields: { seed?: unknown; options?: unknown; mask?: NDArray | undefined },
    call?: CallOptions,
  ): Promise<[obs: unknown, info: Record<string, unknown>]> {
    const { obs, info } = await this.request('reset', fields, call);
    return [this.fromWire(obs), info as Record<string, unknown>];
  }

  /** @param action a value of the action space (a batch, for a vector), already checked */
  async step(action: unknown, call?: CallOptions): Promise<Record<string, unknown>> {
    return this.stepped(await this.request('step', { action: this.toWire(action) }, call));
  }

  async render(call?: CallOptions): Promise<unknown> {
    return (await this.request('render', {}, call)).frame;
  }

  async getAttr(name: string, call?: CallOptions): Promise<unknown> {
    return (await this.request('get_attr', { name }, call)).value;
  }

  async setAttr(name: string, value: unknown, call?: CallOptions): Promise<void> {
    await this.request('set_attr', { name, value }, call);
  }

  async call(name: string, args?: readonly unknown[], kwargs?: object, call?: CallOptions): Promise<unknown> {
    return (await this.request('call', { name, args, kwargs }, call)).value;
  }

  async close(call?: CallOptions): Promise<void> {
    await this.request('close', {}, call);
  }

  /** A step's reply, its observations in place in the form that they have here: the final ones one entry an environment. */
  private stepped(reply: Record<string, unknown>): Record<string, unknown> {
    reply.obs = this.fromWire(reply.obs);
    const info = reply.info as Info | undefined;
    if (this.autoreset === 'same_step' && info?.final_obs !== undefined) {
      const batch = this.fromWire(info.final_obs);
      let at = 0;
      info.final_obs = Array.from((info._final_obs as NDArray).data as Uint8Array, (isThere) =>
        isThere ? this.observationSpace.batchItem(batch, at++) : null,
      );
    }
    return reply;
  }

  private request(op: string, fields: object, call?: CallOptions): Promise<Record<string, unknown>> {
    return this.connection.request(op, { handle: this.handle, ...fields }, `${op} of ${this.what}`, call);
  }
}

/** Closes environments on their servers; a server that no longer answers is not waited for. What one raises is a process warning. */
export async function closeQuietly(handles: readonly Handle[]): Promise<void> {
  const closed = await Promise.allSettled(handles.map((handle) => handle.close({ timeout: CLOSE_TIMEOUT_MS })));
  for (const result of closed) {
    if (result.status !== 'rejected') continue;
    if (!(result.reason instanceof BridgeError)) throw result.reason;
    // Its process ends nevertheless, so a program goes on; but it is told.
    const { code, message } = result.reason;
    if (code === 'EnvironmentFault') process.emitWarning(message, { type: 'BridgeWarning', code });
  }
}

function spaceOf(description: unknown): Space {
  try {
    return fromDescription(description);
  } catch (cause) {
    throw new BridgeError('BadMessage', (cause as Error).message, { cause });
  }
}

/** Runs a check of values against a space and turns its failure into the bridge's error. */
export function inSpace<T>(what: string, offset: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof SpaceValueError)) throw error;
    const index = error.index === undefined ? undefined : error.index + offset;
    throw new SpaceError(what, error.message, index, error.value, error.space);
  }
}

function title(id: string, numEnvs: number | null): string {
  return numEnvs === null ? id : `${id} (${numEnvs} environment${numEnvs === 1 ? '' : 's'})`;
}
