import type { Info, StepResult } from '../../envs/environment.js';
import { NDArray } from '../../spaces/index.js';
import type { CallOptions } from '../client/request.js';
import { BridgeError, RequestTimeoutError, ServerDiedError } from '../errors.js';
import type { ServerSlot } from '../process/servers.js';
import type { OpenServer } from '../process/supervisor.js';
import { Handle } from './handle.js';
import type { SpaceOptions, VectorConnectOptions } from './options.js';

/** So often in a row a server is replaced without having answered a step in between. */
const MAX_RESTARTS = 3;

type PartOptions = Omit<VectorConnectOptions, 'servers' | 'groups'> & SpaceOptions;

/** Which environments a part has, and where they are. */
interface Place {
  readonly id: string;
  /** The first environment's number in the whole vector. */
  readonly from: number;
  readonly size: number;
  readonly slot: ServerSlot;
}

/** Environments that were made on a server. */
interface Made {
  readonly server: OpenServer;
  readonly handle: Handle;
}

/** A contiguous part of a vector of environments: those that are one handle on one server. */
export class Part {
  /** The first environment's number, and how many there are. */
  readonly from: number;
  readonly size: number;
  handle: Handle;
  private readonly place: Place;
  private readonly options: PartOptions;
  private server: OpenServer;
  private lastObs: unknown;
  private lastOptions: unknown;
  /** Whether the environments are new since a restart and wait for their first reset. */
  private isFresh = false;
  private restarts = 0;
  private restarting: Promise<void> | undefined;

  static async make(place: Place, options: PartOptions): Promise<Part> {
    return new Part(place, options, await makeHandle(place, options, await place.slot.get()));
  }

  private constructor(place: Place, options: PartOptions, { server, handle }: Made) {
    this.from = place.from;
    this.size = place.size;
    this.place = place;
    this.options = options;
    this.server = server;
    this.handle = handle;
  }

  get transport() {
    return this.server.connection.transport;
  }

  get serverInfo() {
    return this.server.connection.server!;
  }

  async reset(
    fields: { seed?: unknown; options?: unknown; mask?: NDArray | undefined },
    call?: CallOptions,
  ): Promise<[obs: unknown, info: Info]> {
    // None of this part's environments are meant: the server would refuse to reset nothing.
    if (fields.mask && !(fields.mask.data as Uint8Array).includes(1)) return [this.lastObs, {}];
    this.lastOptions = fields.options;
    // Environments that are new since a restart must all be reset.
    if (this.isFresh) fields = { ...fields, mask: undefined };
    const { handle } = this;
    let result: [unknown, Info];
    try {
      result = await handle.reset(fields, call);
    } catch (error) {
      await this.recover(handle, error);
      // New environments: all of them must be reset.
      result = await this.handle.reset({ ...fields, mask: undefined }, call);
    }
    this.isFresh = false;
    this.lastObs = result[0];
    return result;
  }

  /** @param action a batch of the action space, already checked */
  async step(action: unknown, call?: CallOptions): Promise<StepResult<unknown>> {
    if (this.isFresh && this.options.autoreset !== 'disabled') return this.resetAsStep(call);
    const { handle } = this;
    try {
      const { obs, reward, terminated, truncated, info } = await handle.step(action, call);
      this.lastObs = obs;
      this.restarts = 0;
      return [
        obs,
        this.perEnv(reward, Float64Array, 'reward'),
        this.perEnv(terminated, Uint8Array, 'terminated'),
        this.perEnv(truncated, Uint8Array, 'truncated'),
        info as Info,
      ];
    } catch (error) {
      await this.recover(handle, error);
      if (this.lastObs === undefined) throw error; // a step before the first reset
      return this.truncatedStep();
    }
  }

  /** What a step gives for each environment. @throws BridgeError BadMessage if the server sent something else */
  private perEnv<T>(x: unknown, of: new (...args: never[]) => T, name: string): T {
    const data: unknown = x instanceof NDArray && x.size === this.size ? x.data : undefined;
    if (data instanceof of) return data;
    throw new BridgeError(
      'BadMessage',
      `${this.serverInfo.server.name} answered step of ${this.place.id} without ${name}`,
    );
  }

  /** Replaces the server if that can help and is wanted. @throws the error otherwise */
  async recover(failed: Handle, error: unknown): Promise<void> {
    if (!this.options.restart || !isLost(error)) throw error;
    if (this.handle === failed) {
      this.restarting ??= this.restart(error as Error).finally(() => {
        this.restarting = undefined;
      });
      await this.restarting;
    }
  }

  private async restart(error: Error): Promise<void> {
    if (++this.restarts > MAX_RESTARTS) throw error;
    const reopened = await this.place.slot.reopen(this.server);
    const { server, handle } = await makeHandle(this.place, this.options, reopened);
    this.server = server;
    this.handle = handle;
    this.isFresh = true;
    this.options.onRestart?.({ from: this.from, numEnvs: this.size, error });
  }

  /** The step that was lost: the episodes end, truncated, where they were last seen. */
  private async truncatedStep(): Promise<StepResult<unknown>> {
    const restarted = ones(this.size);
    const truncated = ones(this.size);
    const lastObs = this.lastObs;
    if (this.options.autoreset !== 'same_step') {
      return [lastObs, new Float64Array(this.size), new Uint8Array(this.size), truncated, { restarted }];
    }
    // In this mode a step that ends an episode has the next one's first observation already.
    const [obs, info] = await this.reset({ options: this.lastOptions });
    const space = this.handle.observationSpace;
    const final = Array.from({ length: this.size }, (_, i) => space.batchItem(lastObs, i));
    const all = new NDArray(ones(this.size), [this.size], 'bool');
    const infos = { ...info, final_obs: final, _final_obs: all, final_info: {}, _final_info: all, restarted };
    return [obs, new Float64Array(this.size), new Uint8Array(this.size), truncated, infos];
  }

  /** The step after a lost one, in the mode next_step: its action is not used, and it gives the first observation. */
  private async resetAsStep(call?: CallOptions): Promise<StepResult<unknown>> {
    const [obs, info] = await this.reset({ options: this.lastOptions }, call);
    return [obs, new Float64Array(this.size), new Uint8Array(this.size), new Uint8Array(this.size), info];
  }
}

/** Makes the environments on a server, or on its replacement where that dies meanwhile and `restart` is wanted. */
async function makeHandle({ id, size, slot }: Place, options: PartOptions, first: OpenServer): Promise<Made> {
  let server = first;
  for (let tries = 1; ; tries++) {
    try {
      return { server, handle: await Handle.make(server.connection, id, size, options) };
    } catch (error) {
      if (!options.restart || !isLost(error) || tries > MAX_RESTARTS) throw error;
      server = await slot.reopen(server);
    }
  }
}

/** Whether the server, or what it held of ours, is gone. */
export function isLost(error: unknown): boolean {
  if (error instanceof ServerDiedError || error instanceof RequestTimeoutError) return true;
  const { code } = error as { code?: unknown };
  return code === 'ConnectionLost' || code === 'UnknownHandle' || code === 'NotGreeted';
}

function ones(n: number): Uint8Array {
  return new Uint8Array(n).fill(1);
}
