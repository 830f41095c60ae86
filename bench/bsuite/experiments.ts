import { readFileSync } from 'node:fs';
import type { ConfigInput } from '../../src/agent/index.js';

/** Features as experiments.json has them: `low` and `high` may be one number for all dimensions. */
type Features = { low?: number | number[]; high?: number | number[]; dimensions?: number[] } & Record<string, unknown>;

interface Experiment {
  /** bsuite's first tag of it. */
  type: string;
  /** bsuite ids: NAME/0, NAME/1, … */
  ids: number;
  /** Numbers of an observation: one for all ids, or one an id. */
  sizes: number[];
  config: { features: Features } & Record<string, unknown>;
}

interface Table {
  /** The ids of a run without --all. */
  subset: string[];
  /** What all configurations share. */
  base: Record<string, unknown>;
  experiments: Record<string, Experiment>;
}

export const { subset, base, experiments } = JSON.parse(
  readFileSync(new URL('./experiments.json', import.meta.url), 'utf8'),
) as Table;

/** The ids of an experiment, in order. */
export function idsOf(name: string): string[] {
  return Array.from({ length: experiments[name].ids }, (_, i) => `${name}/${i}`);
}

/** All 468 ids of bsuite 0.3.6. */
export const allIds: readonly string[] = Object.keys(experiments).flatMap(idsOf);

/** The experiment's name and the number of a bsuite id. */
export function parseId(id: string): { name: string; index: number } {
  if (!allIds.includes(id)) {
    const name = id.split('/')[0];
    const expected = Object.hasOwn(experiments, name)
      ? `${name}/0 to ${name}/${experiments[name].ids - 1}`
      : `NAME/NUMBER with NAME one of ${Object.keys(experiments).join(', ')}`;
    throw new Error(`${id} is no bsuite id; expected ${expected}.`);
  }
  const [name, index] = id.split('/') as [string, string];
  return { name, index: Number(index) };
}

/** The ids that are meant by ids and names of experiments with commas between them. @throws Error names what is unknown */
export function chooseIds(text: string): string[] {
  return text.split(',').flatMap((part) => {
    if (Object.hasOwn(experiments, part)) return idsOf(part);
    parseId(part);
    return [part];
  });
}

/** Our configuration for a bsuite id. bsuite makes the environment, so `env` is but a name, and `totalSteps` no bound. */
export function configOf(id: string): ConfigInput {
  const { name, index } = parseId(id);
  const { sizes, config } = experiments[name];
  const size = sizes.length === 1 ? sizes[0] : sizes[index];
  const { low, high, ...features } = config.features;
  const dimensions = features.dimensions?.length ?? size;
  const all = (bound: number | number[] | undefined) =>
    typeof bound === 'number' ? new Array<number>(dimensions).fill(bound) : bound;
  return {
    env: { id: `bsuite:${id}`, numEnvs: 1 },
    totalSteps: 1e9,
    ...base,
    ...config,
    features: { ...features, low: all(low), high: all(high) },
  } as ConfigInput;
}
