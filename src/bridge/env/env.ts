import type { Environment, Info } from '../../envs/environment.js';
import type { Form, Space } from '../../spaces/index.js';
import type { CallOptions, Hello } from '../client/request.js';
import { connectServer } from '../process/servers.js';
import { type OpenServer, startServer } from '../process/supervisor.js';
import { checkId, checkOptions, checkSeed } from './checkOptions.js';
import { closeQuietly, Handle, inSpace } from './handle.js';
import type { ConnectOptions, EnvOptions, SpaceOptions, SpacesGiven, Spec, ValueOf } from './options.js';

/**
 * One Gymnasium environment on a server.
 * @typeParam O observations: unknown unless `make` was given the observation space
 * @typeParam A actions: unknown unless `make` was given the action space
 * @typeParam F the forms of an action that `step` takes; a parameter, so that an `Env` of any types is an `Env`
 */
export class Env<O = unknown, A = unknown, F = Form<A>> implements Environment<O, A> {
  private readonly server: OpenServer;
  private readonly handle: Handle;
  private closing: Promise<void> | undefined;

  /** As below, without options. */
  static make(id: string): Promise<Env>;
  /**
   * Makes an environment on a server process of its own.
   * @param id an environment id, or `module:id`
   * @param options among them the spaces that the environment must have (docs/spaces.md, "Types from spaces")
   * @throws ServerStartError, ServerError (UnknownEnvironment, MissingPackage, …), RequestTimeoutError, SpaceMismatchError
   */
  static make<O extends Space = Space<unknown>, A extends Space = Space<unknown>>(
    id: string,
    options: EnvOptions & SpacesGiven<O, A>,
  ): Promise<Env<ValueOf<O>, ValueOf<A>>>;
  static async make(id: string, options: EnvOptions & SpaceOptions = {}): Promise<Env> {
    checkId(id);
    checkOptions('Env.make', options);
    return Env.on(await startServer(options), id, options);
  }

  /** As below, without options. */
  static connect(endpoint: string, id: string): Promise<Env>;
  /** Makes an environment on a server that runs elsewhere. @throws as `make`, but for ServerStartError */
  static connect<O extends Space = Space<unknown>, A extends Space = Space<unknown>>(
    endpoint: string,
    id: string,
    options: ConnectOptions & SpacesGiven<O, A>,
  ): Promise<Env<ValueOf<O>, ValueOf<A>>>;
  static async connect(endpoint: string, id: string, options: ConnectOptions & SpaceOptions = {}): Promise<Env> {
    checkId(id);
    checkOptions('Env.connect', options);
    return Env.on(await connectServer({ ...options, endpoint }), id, options);
  }

  private static async on(server: OpenServer, id: string, options: ConnectOptions & SpaceOptions): Promise<Env> {
    try {
      return new Env(server, await Handle.make(server.connection, id, null, options));
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  private constructor(server: OpenServer, handle: Handle) {
    this.server = server;
    this.handle = handle;
  }

  /** The space of observations. */
  get observationSpace(): Space<O> {
    return this.handle.observationSpace;
  }

  /** The space of actions. */
  get actionSpace(): Space<A> {
    return this.handle.actionSpace;
  }

  /** How the environment was registered; null where it was not. */
  get spec(): Spec | null {
    return this.handle.spec;
  }

  /** Gymnasium's metadata: render modes, frames a second. */
  get metadata(): Readonly<Record<string, unknown>> {
    return this.handle.metadata;
  }

  /** What `render` gives; null: nothing. */
  get renderMode(): string | null {
    return this.handle.renderMode;
  }

  /** What requests travel over. */
  get transport(): 'lane' | 'zeromq' {
    return this.server.connection.transport;
  }

  /** The server's process id, its versions and limits. */
  get serverInfo(): Hello {
    return this.server.connection.server!;
  }

  /** Begins an episode. @returns [observation, info] */
  async reset(
    options: { seed?: number | null; options?: Record<string, unknown> } & CallOptions = {},
  ): Promise<[obs: O, info: Info]> {
    const { seed, options: resetOptions, ...call } = options;
    checkSeed(seed);
    checkOptions('reset', call);
    return this.handle.reset({ seed, options: resetOptions }, call) as Promise<[O, Info]>;
  }

  /**
   * One step.
   * @param action a value of the action space (numbers, lists and typed arrays are taken, too)
   * @returns [observation, reward, terminated, truncated, info]
   * @throws SpaceError if the action is not in its space; ServerError EnvironmentFault if the environment raised
   */
  async step(
    action: A | F,
    call?: CallOptions,
  ): Promise<[obs: O, reward: number, terminated: boolean, truncated: boolean, info: Info]> {
    const { actionSpace, id } = this.handle;
    const value = inSpace(`the action for ${id}`, 0, () => actionSpace.coerce(action));
    const reply = await this.handle.step(value, call);
    return [
      reply.obs as O,
      reply.reward as number,
      reply.terminated as boolean,
      reply.truncated as boolean,
      reply.info as Info,
    ];
  }

  /** The picture (uint8 array [height, width, 3]), the text, or null; by `renderMode`. */
  render(call?: CallOptions): Promise<unknown> {
    return this.handle.render(call);
  }

  /** An attribute of the environment. */
  getAttr(name: string, call?: CallOptions): Promise<unknown> {
    return this.handle.getAttr(name, call);
  }

  /** Sets an attribute, on the innermost wrapper or environment that has it. */
  setAttr(name: string, value: unknown, call?: CallOptions): Promise<void> {
    return this.handle.setAttr(name, value, call);
  }

  /** Calls a method of the environment. */
  call(name: string, args?: readonly unknown[], kwargs?: object, call?: CallOptions): Promise<unknown> {
    return this.handle.call(name, args, kwargs, call);
  }

  /** Closes the environment and ends its server. May be called more than once. */
  close(): Promise<void> {
    this.closing ??= closeQuietly([this.handle]).then(() => this.server.close());
    return this.closing;
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
