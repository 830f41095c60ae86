export type { AutoresetMode, Info, StepResult } from '../envs/environment.js';
export { Connection } from './client/connection.js';
export type { CallOptions, ConnectionOptions, Hello, Transport } from './client/request.js';
export { Env } from './env/env.js';
export type {
  ClientOptions,
  ConnectOptions,
  EnvOptions,
  MakeOptions,
  RestartEvent,
  SpaceOptions,
  Spec,
  VectorConnectOptions,
  VectorEnvOptions,
} from './env/options.js';
export type { Spread, SpreadFacts } from './env/spread.js';
export type { ChosenSpread } from './env/spreadOut.js';
export { VectorEnv, type VectorResetOptions } from './env/vectorEnv.js';
export {
  BridgeError,
  type ErrorDetails,
  type ExitStatus,
  ProtocolMismatchError,
  RequestTimeoutError,
  ServerDiedError,
  ServerError,
  ServerStartError,
  SpaceError,
  SpaceMismatchError,
} from './errors.js';
export { decode } from './message/decode.js';
export { encode } from './message/encode.js';
export { LIMITS, type Limits, PROTOCOL_VERSION } from './message/limits.js';
export { type Header, Repr } from './message/message.js';
export { findPython } from './process/python.js';
export { type OpenServer, type ServerOptions, startServer } from './process/supervisor.js';
export type { CurveKeys } from './socket/curve.js';
