import { Env } from '../../bridge/index.js';
import { ConfigError } from '../../config/configError.js';
import { type FiniteMdp, fromTransitions } from '../../theory/index.js';
import { builtinNames } from '../../theory/named.js';

/** The finite process of a Gymnasium environment: its `P`, read over the bridge. @throws ConfigError where it has none */
export async function fetchProcess(
  id: string,
  options: { gamma?: number | undefined; import: string[]; python?: string | undefined },
): Promise<FiniteMdp> {
  if (!/-v\d+$/.test(id)) {
    throw new ConfigError(
      `flow: "${id}" is no environment id (they end in -v0, -v1, …), no file and no built-in process; ` +
        `expected one of ${builtinNames.join(', ')}, a JSON file, or an id such as FrozenLake-v1`,
    );
  }
  const env = await Env.make(id, {
    python: options.python,
    ...(options.import.length > 0 && { imports: options.import }),
  });
  try {
    const process = await readProcess(env, id, options.gamma ?? 0.99);
    if (process !== null) return process;
    throw new ConfigError(
      `flow: ${id} has no transition table P, so its flow cannot be computed exactly; ` +
        'expected an environment such as FrozenLake-v1, Taxi-v4, CliffWalking-v1, or a JSON file',
    );
  } finally {
    await env.close();
  }
}

/** The finite process of an open environment; null where it has no `P`. */
export async function readProcess(env: Env, name: string, gamma: number): Promise<FiniteMdp | null> {
  const attribute = (key: string) => env.getAttr(key).catch(() => undefined);
  const P = await attribute('P');
  if (P === undefined) return null;
  const rho = toArray(await attribute('initial_state_distrib'));
  const [rows, columns] = [await attribute('nrow'), await attribute('ncol')];
  const shape = rows === undefined ? toArray(await attribute('shape')) : [Number(rows), Number(columns)];
  const size = Object.keys(P as object).length;
  const isGrid = shape?.length === 2 && shape[0] * shape[1] === size;
  return fromTransitions({ name, gamma, P, rho, grid: isGrid ? [shape[0], shape[1]] : undefined });
}

/** Numbers of an array that came over the bridge, as a list or as an array with `data`. */
function toArray(value: unknown): number[] | undefined {
  if (Array.isArray(value)) return value.map(Number);
  if (typeof value !== 'object' || value === null) return undefined;
  const data = (value as { data?: unknown }).data ?? value;
  return ArrayBuffer.isView(data) ? Array.from(data as unknown as ArrayLike<number>, Number) : undefined;
}
