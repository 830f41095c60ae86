import type { Environment, Info } from '../../envs/environment.js';
import type { Space } from '../../spaces/index.js';
import type { CallOptions, Hello } from '../client/request.js';
import { BridgeError } from '../errors.js';
import { connectServer } from '../process/servers.js';
import { type OpenServer, startServer } from '../process/supervisor.js';
import { checkId, checkOptions, checkSeed } from './checkOptions.js';
import { Handle, inSpace } from './handle.js';
import type { ConnectOptions, EnvOptions, Spec } from './options.js';

/** One Gymnasium environment on a server. `O` is the type of its observations. */
export class Env<O = unknown> implements Environment<O> {
  private readonly server: OpenServer;
  private readonly handle: Handle;
  private closing: Promise<void> | undefined;

  /**
   * Makes an environment on a server process of its own.
   * @param id an environment id, or `module:id`
   * @throws ServerStartError, ServerError (UnknownEnvironment, MissingPackage, …), RequestTimeoutError
   */
  static async make<O = unknown>(id: string, options: EnvOptions = {}): Promise<Env<O>> {
    checkId(id);
    checkOptions('Env.make', options);
    return Env.on(await startServer(options), id, options);
  }

  /** Makes an environment on a server that runs elsewhere. @throws as `make`, but for ServerStartError */
  static async connect<O = unknown>(endpoint: string, id: string, options: ConnectOptions = {}): Promise<Env<O>> {
    checkId(id);
    checkOptions('Env.connect', options);
    return Env.on(await connectServer({ ...options, endpoint }), id, options);
  }

  private static async on<O>(server: OpenServer, id: string, options: ConnectOptions): Promise<Env<O>> {
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
  get actionSpace(): Space {
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
    action: unknown,
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

/** Milliseconds that closing environments may take; then their server is ended whatever it does. */
const CLOSE_TIMEOUT_MS = 1_000;

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
