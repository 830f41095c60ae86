import { Env } from '../../bridge/index.js';
import { ConfigError } from '../../config/configError.js';
import {
  type FiniteFeatures,
  type FiniteMdp,
  fromTransitions,
  type Lqr,
  regulatorFrom,
  scaledFeatures,
  type TensorLike,
} from '../../theory/index.js';
import type { NamedProcess } from '../../theory/input/process.js';
import { builtinNames } from '../../theory/named.js';

/** How an environment is made and read. */
export interface EnvReading {
  gamma?: number | undefined;
  /** Standard deviation of μ for a regulator; 1 if left out. */
  sigma?: number | undefined;
  import: string[];
  /** Arguments of the environment's constructor. */
  envArg?: [string, unknown][];
  python?: string | undefined;
}

/** What the lab can read of an environment: its `P`, or the matrices of a regulator. */
export type ReadProcess = NamedProcess | { readonly lqr: Lqr };

/** The process of a Gymnasium environment, read over the bridge. @throws ConfigError where it has none */
export async function fetchProcess(id: string, reading: EnvReading): Promise<ReadProcess> {
  if (!/-v\d+$/.test(id)) {
    throw new ConfigError(
      `flow: "${id}" is no environment id (they end in -v0, -v1, …), no file and no built-in process; ` +
        `expected one of ${builtinNames.join(', ')}, a JSON or NPZ file, or an id such as FrozenLake-v1`,
    );
  }
  const env = await Env.make(id, {
    python: reading.python,
    ...(reading.envArg && { kwargs: Object.fromEntries(reading.envArg) }),
    ...(reading.import.length > 0 && { imports: reading.import }),
  });
  try {
    const gamma = reading.gamma ?? 0.99;
    const mdp = await readProcess(env, id, gamma);
    if (mdp !== null) {
      const features = await readFeatures(env, mdp);
      return features === null ? { mdp } : { mdp, features };
    }
    const lqr = await readRegulator(env, id, gamma, reading.sigma);
    if (lqr !== null) return { lqr };
    throw new ConfigError(
      `flow: ${id} has no transition table P and no matrices A, B, Q, R, noise of a regulator, so its flow cannot be computed exactly; ` +
        'expected an environment such as FrozenLake-v1, Taxi-v4, CliffWalking-v1, or a file (docs/theory.md, "Your own problem")',
    );
  } finally {
    await env.close();
  }
}

/**
 * The regulator of an open environment that has A, B, Q, R and noise, the standard deviation of ε, as mirrorflow/LQR-v0 does; s₀ ~ N(0, I).
 * @param sigma standard deviation of μ
 * @returns null where one of them is missing
 */
async function readRegulator(env: Env, name: string, gamma: number, sigma = 1): Promise<Lqr | null> {
  const [A, B, Q, R, noise] = await Promise.all(['A', 'B', 'Q', 'R', 'noise'].map((key) => attributeOf(env, key)));
  if ([A, B, Q, R, noise].some((x) => x === undefined)) return null;
  const given = { A, B, Q, R } as { A: TensorLike; B: TensorLike; Q: TensorLike; R: TensorLike };
  return regulatorFrom({ ...given, noise: Number(noise) ** 2, sigma, gamma }, name);
}

/** The finite process of an open environment; null where it has no `P`. */
export async function readProcess(env: Env, name: string, gamma: number): Promise<FiniteMdp | null> {
  const attribute = (key: string) => attributeOf(env, key);
  const P = await attribute('P');
  if (P === undefined) return null;
  const rho = toArray(await attribute('initial_state_distrib'));
  const [rows, columns] = [await attribute('nrow'), await attribute('ncol')];
  const shape = rows === undefined ? toArray(await attribute('shape')) : [Number(rows), Number(columns)];
  const size = Object.keys(P as object).length;
  const isGrid = shape?.length === 2 && shape[0] * shape[1] === size;
  return fromTransitions({ name, gamma, P, rho, grid: isGrid ? [shape[0], shape[1]] : undefined });
}

/** The features of an open environment that has `features` of shape [S·m, N], as mirrorflow/LinearMDP-v0 does; null where it has none. */
async function readFeatures(env: Env, { states, actions }: FiniteMdp): Promise<FiniteFeatures | null> {
  const table = toArray(await attributeOf(env, 'features'));
  const size = (table?.length ?? 0) / (states * actions);
  return table === undefined || !Number.isInteger(size) || size === 0
    ? null
    : scaledFeatures(`its own, ${size}`, size, Float64Array.from(table));
}

function attributeOf(env: Env, key: string): Promise<unknown> {
  return env.getAttr(key).catch(() => undefined);
}

/** Numbers of an array that came over the bridge, as a list or as an array with `data`. */
function toArray(value: unknown): number[] | undefined {
  if (Array.isArray(value)) return value.map(Number);
  if (typeof value !== 'object' || value === null) return undefined;
  const data = (value as { data?: unknown }).data ?? value;
  return ArrayBuffer.isView(data) ? Array.from(data as unknown as ArrayLike<number>, Number) : undefined;
}
