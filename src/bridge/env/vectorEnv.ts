import type {
  AutoresetMode,
  Info,
  StepResult,
  VectorEnvironment,
  VectorResetOptions as VectorReset,
} from '../../envs/environment.js';
import { type BatchForm, NDArray, type Space } from '../../spaces/index.js';
import type { CallOptions, Hello } from '../client/request.js';
import { connectServer, type ServerSlot } from '../process/servers.js';
import { type OpenServer, startServer, startServerAgain } from '../process/supervisor.js';
import { checkEntries, checkId, checkOptions, checkSeed } from './checkOptions.js';
import { closeQuietly, inSpace } from './handle.js';
import { joinLists, joinResets, joinSteps } from './join.js';
import { divide } from './layout.js';
import type { BatchedOf, SpaceOptions, SpacesGiven, Spec, VectorConnectOptions, VectorEnvOptions } from './options.js';
import { Part } from './part.js';
import { checkAlike, settled } from './parts.js';
import { type ChosenSpread, spreadOut, type VectorOptions } from './spreadOut.js';

/**
 * What `VectorEnv.reset` takes. The environment with number i in the whole vector gets seed + i, also in a group; so it does not matter how the
 * environments are spread.
 */
export interface VectorResetOptions extends VectorReset, CallOptions {}

/**
 * A vector of Gymnasium environments on one or several servers.
 * @typeParam O batched observations: unknown unless `make` was given the observation space
 * @typeParam A batched actions: unknown unless `make` was given the action space
 * @typeParam F the forms of a batch of actions that `step` takes; a parameter, so that a `VectorEnv` of any types is a `VectorEnv`
 */
export class VectorEnv<O = unknown, A = unknown, F = BatchForm<A>> implements VectorEnvironment<O, A> {
  readonly numEnvs: number;
  readonly autoreset: AutoresetMode;
  /** Contiguous parts that can be stepped independently; this object alone if no groups were asked for. */
  readonly groups: readonly VectorEnv<O, A, F>[];
  /** How the whole vector is spread, and by what that was chosen. */
  readonly spread: ChosenSpread;
  private readonly parts: readonly Part[];
  private readonly slots: readonly ServerSlot[];
  private readonly from: number;
  private closing: Promise<void> | undefined;

  /**
   * Makes environments on server processes of their own.
   * @param id an environment id, or `module:id`
   * @param options among them the spaces that one environment must have (docs/spaces.md, "Types from spaces")
   * @throws RangeError for numbers of environments, servers and groups that do not fit; ServerStartError; ServerError
   *   (UnknownEnvironment, MissingPackage, …); RequestTimeoutError; SpaceMismatchError
   */
  static make<O extends Space = Space<unknown>, A extends Space = Space<unknown>>(
    id: string,
    options: VectorEnvOptions & SpacesGiven<O, A>,
  ): Promise<VectorEnv<BatchedOf<O>, BatchedOf<A>>>;
  static async make(id: string, options: VectorEnvOptions & SpaceOptions): Promise<VectorEnv> {
    checkId(id);
    checkOptions('VectorEnv.make', options);
    return VectorEnv.on(() => (options.restart ? startServerAgain : startServer)(options), id, options);
  }

  /** Makes environments on a server that runs elsewhere. @throws as `make`, but for ServerStartError */
  static connect<O extends Space = Space<unknown>, A extends Space = Space<unknown>>(
    endpoint: string,
    id: string,
    options: VectorConnectOptions & SpacesGiven<O, A>,
  ): Promise<VectorEnv<BatchedOf<O>, BatchedOf<A>>>;
  static async connect(endpoint: string, id: string, options: VectorConnectOptions & SpaceOptions): Promise<VectorEnv> {
    checkId(id);
    checkOptions('VectorEnv.connect', options);
    return VectorEnv.on(() => connectServer({ ...options, endpoint }), id, options);
  }

  private static async on(open: () => Promise<OpenServer>, id: string, options: VectorOptions): Promise<VectorEnv> {
    const { autoreset = 'next_step' } = options;
    const { spread, slots } = await spreadOut(open, id, options);
    const { groups } = spread;
    const layout = divide(options.numEnvs, spread.servers, groups);
    const made = layout.map(({ from, size, server }) =>
      Part.make({ id, from, size, slot: slots[server] }, { ...options, autoreset }),
    );
    try {
      const parts = await settled(made);
      checkAlike(id, parts);
      const ofGroup = (g: number) => parts.filter((_, i) => layout[i].group === g);
      const grouped =
        groups === 1
          ? []
          : Array.from({ length: groups }, (_, g) => new VectorEnv(ofGroup(g), [], [], autoreset, spread));
      return new VectorEnv(parts, slots, grouped, autoreset, spread);
    } catch (error) {
      const results = await Promise.allSettled(made);
      await closeQuietly(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.handle] : [])));
      await Promise.all(slots.map((slot) => slot.close()));
      throw error;
    }
  }

  private constructor(
    parts: readonly Part[],
    slots: readonly ServerSlot[],
    groups: readonly VectorEnv<O, A, F>[],
    autoreset: AutoresetMode,
    spread: ChosenSpread,
  ) {
    this.spread = spread;
    this.parts = parts;
    this.slots = slots;
    this.groups = groups.length ? groups : [this];
    this.autoreset = autoreset;
    this.from = parts[0].from;
    this.numEnvs = parts.reduce((sum, part) => sum + part.size, 0);
  }

  /** The observation space of one environment. */
  get singleObservationSpace(): Space {
    return this.parts[0].handle.observationSpace;
  }

  /** The action space of one environment. */
  get singleActionSpace(): Space {
    return this.parts[0].handle.actionSpace;
  }

  /** The space of batched observations. */
  get observationSpace(): Space<O> {
    return this.singleObservationSpace.batch(this.numEnvs);
  }

  /** The space of batched actions. */
  get actionSpace(): Space {
    return this.singleActionSpace.batch(this.numEnvs);
  }

  /** How the environment was registered; null where it was not. */
  get spec(): Spec | null {
    return this.parts[0].handle.spec;
  }

  /** Gymnasium's metadata: render modes, frames a second. */
  get metadata(): Readonly<Record<string, unknown>> {
    return this.parts[0].handle.metadata;
  }

  /** What `render` gives of each environment; null: nothing. */
  get renderMode(): string | null {
    return this.parts[0].handle.renderMode;
  }

  /** What requests travel over: `lane` where those to all servers do. */
  get transport(): 'lane' | 'zeromq' {
    return this.parts.every(({ transport }) => transport === 'lane') ? 'lane' : 'zeromq';
  }

  /** What each server says of itself: process id, versions, limits. */
  get serverInfos(): readonly Hello[] {
    return [...new Set(this.parts.map((part) => part.serverInfo))];
  }

  /** The i-th group. @throws RangeError if there is none */
  group(i: number): VectorEnv<O, A, F> {
    const group = this.groups[i];
    if (!group) throw new RangeError(`group ${i} of ${this.groups.length}`);
    return group;
  }

  /** Begins episodes. @returns [batched observations, info] */
  async reset({ seed, options, mask, ...call }: VectorResetOptions = {}): Promise<[obs: O, info: Info]> {
    if (mask !== undefined) checkEntries('mask', mask, this.numEnvs);
    if (typeof seed === 'object' && seed) checkEntries('seed', seed, this.numEnvs);
    else checkSeed(seed, this.from + this.numEnvs - 1);
    checkOptions('reset', call);
    const results = await settled(
      this.parts.map((part) => {
        const [a, b] = this.rangeOf(part);
        const ownMask = mask && new NDArray(Uint8Array.from(mask.slice(a, b), Number), [part.size], 'bool');
        const ownSeed = typeof seed === 'number' ? seed + part.from : seed?.slice(a, b);
        return part.reset({ seed: ownSeed, options, mask: ownMask }, call);
      }),
    );
    if (results.length === 1) return results[0] as [O, Info];
    return joinResets(results, this.singleObservationSpace, this.sizes()) as [O, Info];
  }

  /**
   * One step of every environment.
   * @param actions a batch of the action space: an array, a typed array or lists with one entry an environment
   * @returns [batched observations, rewards, terminated (0 or 1), truncated (0 or 1), info], one entry an environment. If
   *   a server was replaced (option `restart`), info.restarted (Uint8Array) marks its environments: what this step gives
   *   for them is no transition
   * @throws SpaceError naming the environment whose action is not in its space; ServerError EnvironmentFault if an
   *   environment raised; ServerDiedError; RequestTimeoutError
   */
  async step(actions: A | F, call?: CallOptions): Promise<StepResult<O>> {
    const space = this.singleActionSpace;
    const batch = inSpace('the action', this.from, () => space.coerceBatch(actions, this.numEnvs));
    if (this.parts.length === 1) return this.parts[0].step(batch, call) as Promise<StepResult<O>>;
    const results = await settled(
      this.parts.map((part) => {
        const [a, b] = this.rangeOf(part);
        return part.step(space.batchSlice(batch, a, b), call);
      }),
    );
    return joinSteps(results, this.singleObservationSpace, this.sizes()) as StepResult<O>;
  }

  /** The pictures or texts, one an environment. */
  async render(call?: CallOptions): Promise<unknown[]> {
    const frames = await settled(this.parts.map((part) => part.handle.render(call)));
    return frames.flatMap((list) => (list as unknown[]) ?? []);
  }

  /** An attribute of every environment. */
  async getAttr(name: string, call?: CallOptions): Promise<unknown[]> {
    return joinLists(await settled(this.parts.map((part) => part.handle.getAttr(name, call))), this.sizes());
  }

  /** Sets an attribute: a list of one value an environment, or one value for all. */
  async setAttr(name: string, value: unknown, call?: CallOptions): Promise<void> {
    const isList = Array.isArray(value) && value.length === this.numEnvs;
    await settled(
      this.parts.map((part) => part.handle.setAttr(name, isList ? value.slice(...this.rangeOf(part)) : value, call)),
    );
  }

  /** Calls a method of every environment. @returns what each gave */
  async call(name: string, args?: readonly unknown[], kwargs?: object, call?: CallOptions): Promise<unknown[]> {
    const values = await settled(this.parts.map((part) => part.handle.call(name, args, kwargs, call)));
    return joinLists(values, this.sizes());
  }

  /** Closes the environments and ends their servers (those of a group only with the whole). May be called more than once. */
  close(): Promise<void> {
    this.closing ??= closeQuietly(this.parts.map((part) => part.handle))
      .then(() => Promise.all(this.slots.map((slot) => slot.close())))
      .then(() => {});
    return this.closing;
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A part's environments, by their numbers in this object. */
  private rangeOf(part: Part): [from: number, to: number] {
    return [part.from - this.from, part.from - this.from + part.size];
  }

  private sizes(): number[] {
    return this.parts.map((part) => part.size);
  }
}
