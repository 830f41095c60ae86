export { Connection } from './connection.js';
export type { CurveKeys } from './curve.js';
export { decode } from './decode.js';
export { encode } from './encode.js';
export { Env } from './env.js';
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
} from './errors.js';
export { LIMITS, type Limits, PROTOCOL_VERSION } from './limits.js';
export { type Header, Repr } from './message.js';
export type {
  AutoresetMode,
  ClientOptions,
  ConnectOptions,
  EnvOptions,
  Info,
  MakeOptions,
  RestartEvent,
  Spec,
  VectorConnectOptions,
  VectorEnvOptions,
} from './options.js';
export type { StepResult } from './part.js';
export { findPython } from './python.js';
export type { CallOptions, ConnectionOptions, Hello } from './request.js';
export { type OpenServer, type ServerOptions, startServer } from './supervisor.js';
export { VectorEnv, type VectorResetOptions } from './vectorEnv.js';
