import type { AutoresetMode } from '../../envs/environment.js';
import type { BatchOf, Infer, Space } from '../../spaces/index.js';
import type { Transport } from '../client/request.js';
import type { ServerOptions } from '../process/supervisor.js';
import type { CurveKeys } from '../socket/curve.js';

/** What the environment is; the names are Gymnasium's. */
export interface MakeOptions {
  /** Arguments of the environment's constructor. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Wrappers, innermost first: a name of gymnasium.wrappers or `module:Name`, alone or with its arguments. */
  readonly wrappers?: readonly (string | { readonly id: string; readonly kwargs?: object })[] | undefined;
  /** Python modules to import first, for environments that they register. */
  readonly imports?: readonly string[] | undefined;
  readonly maxEpisodeSteps?: number | undefined;
  readonly renderMode?: 'rgb_array' | 'ansi' | undefined;
  /** Which of info to send: all (default), nothing, or these keys. */
  readonly info?: boolean | readonly string[] | undefined;
}

/** What a vector of environments has besides. */
export interface VectorMakeOptions {
  /** What steps the environments on the server. Default `sync`. */
  readonly backend?: 'sync' | 'async' | 'vector_entry_point' | 'envpool' | undefined;
  /** Arguments of the vector environment's constructor. */
  readonly vectorKwargs?: Readonly<Record<string, unknown>> | undefined;
  /** When an environment whose episode ended is reset. Default `next_step`. */
  readonly autoreset?: AutoresetMode | undefined;
}

/**
 * The spaces that the environment must have; where one is given, the type of observations or actions is that of its values. The environment's
 * own is compared with it by `equals`.
 */
export interface SpaceOptions<O extends Space = Space, A extends Space = Space> {
  readonly observationSpace?: O | undefined;
  readonly actionSpace?: A | undefined;
}

/** What `SpaceOptions` is unless its types are inferred: who names a type of space has to give that space. */
export type SpacesGiven<O extends Space, A extends Space> = SpaceOptions<O, A> &
  (unknown extends Infer<O> ? unknown : { readonly observationSpace: O }) &
  (unknown extends Infer<A> ? unknown : { readonly actionSpace: A });

/** The type of a space's values; unknown where it could be any space. */
export type ValueOf<S extends Space> = unknown extends Infer<S> ? unknown : Infer<S>;

/** The type of a space's batches; unknown where it could be any space. */
export type BatchedOf<S extends Space> = unknown extends Infer<S> ? unknown : BatchOf<S>;

/** How requests are made. */
export interface ClientOptions {
  /** Milliseconds until a request is given up (default 60 000; making environments has at least 120 000). */
  readonly timeout?: number | undefined;
  /** Requests on their way at once; further calls wait for their turn. Default 64. */
  readonly maxInFlight?: number | undefined;
  /** `zeromq`: requests travel over ZeroMQ alone; `auto` (default): over the lane where the server offers one, on the same machine. */
  readonly transport?: Transport | undefined;
  /** Gives the making up. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Env.make`. */
export interface EnvOptions extends MakeOptions, ClientOptions, ServerOptions {}

/** Options of `Env.connect`. */
export interface ConnectOptions extends MakeOptions, ClientOptions {
  readonly curve?: CurveKeys | undefined;
}

/** A server was replaced; its environments begin new episodes. */
export interface RestartEvent {
  /** The first of the environments, and the number of them. */
  readonly from: number;
  readonly numEnvs: number;
  /** Why. */
  readonly error: Error;
}

/** @typeParam N how servers and groups are given */
interface VectorParts<N> extends VectorMakeOptions {
  readonly numEnvs: number;
  /** Servers that share the environments, each a process (or a connection). Default 1; `auto`: by what a step costs. */
  readonly servers?: N | undefined;
  /** Groups of environments that can be stepped independently of one another. Default 1; `auto`: by what a step costs. */
  readonly groups?: N | undefined;
  /** Whether a server that died or hangs is replaced. Default false. */
  readonly restart?: boolean | undefined;
  /** Called when a server was replaced. */
  readonly onRestart?: ((event: RestartEvent) => void) | undefined;
}

/** Options of `VectorEnv.make`. */
export interface VectorEnvOptions extends EnvOptions, VectorParts<number | 'auto'> {}

/** Options of `VectorEnv.connect`. */
export interface VectorConnectOptions extends ConnectOptions, VectorParts<number> {}

/** Gymnasium's EnvSpec, as far as it has a form outside Python. */
export interface Spec {
  readonly id: string;
  readonly maxEpisodeSteps: number | null;
  readonly rewardThreshold: number | null;
  readonly nondeterministic: boolean;
  readonly kwargs: Readonly<Record<string, unknown>>;
}
