import { z } from 'zod';
import { type Config, parseConfig } from '../config/config.js';
import type { EpisodeState } from '../sampling/episodes.js';
import type { ReplayLogState } from '../sampling/replayLog.js';
import type { RolloutState } from '../sampling/rollout.js';
import { type Description, fromJSON } from '../spaces/index.js';
import type { AgentState } from './actorCritic.js';
import { CheckpointError } from './checkpointError.js';
import type { Evaluation } from './metrics.js';

/** The format of checkpoints that this version writes; it reads older ones, too. Files of version 0.1.0 have no number, and are format 1. */
export const CHECKPOINT_FORMAT = 2;

/** All of a training run that is needed to go on with it. */
export interface Checkpoint {
  /** `CHECKPOINT_FORMAT` of the version that wrote it. */
  format: number;
  config: Config;
  observationSpace: Description;
  actionSpace: Description;
  /** The package version that wrote it. */
  version: string;
  /** Transitions learned from. */
  steps: number;
  state: {
    agent: AgentState;
    /** Where the environments stand; none where somebody else steps them. */
    rollout?: RolloutState;
    /** State of the random numbers that actions are drawn by. */
    rng: number[];
    /** The last evaluation. */
    evaluation: Evaluation | null;
    /** Seconds of training so far. */
    seconds: number;
  };
}

const count = z.number().int().min(0);
const floats = z.instanceof(Float64Array);
const flags = z.instanceof(Uint8Array);
const numbers = z.custom<ArrayLike<number>>(
  (x) => (Array.isArray(x) || x instanceof Float64Array) && Array.from(x).every((n) => typeof n === 'number'),
  'expected numbers',
);
const map = z.record(z.string(), z.unknown());

// What learns checks its own part, by the configuration and the spaces, when it is restored.
const agent = z.object({
  w: floats,
  updates: count,
  time: z.number(),
  lambda: z.number(),
  critic: map,
  average: floats.nullable(),
  scaling: z.object({ low: numbers, high: numbers }).nullable(),
  temperature: map.nullable(),
});

const episodes: z.ZodType<EpisodeState> = z.object({
  finished: count,
  recent: z.array(z.number()),
  returns: floats,
  lengths: z.instanceof(Int32Array),
});

const log: z.ZodType<ReplayLogState> = z.object({
  segment: count,
  length: count,
  actions: z.union([z.instanceof(Int32Array), z.instanceof(Float32Array), z.instanceof(Float64Array)]),
  resets: z.array(z.tuple([count, flags])),
});

const rollout: z.ZodType<RolloutState> = z.object({
  transitions: count,
  current: floats,
  resetting: flags,
  stopped: flags,
  first: flags,
  kl: z.object({ sum: z.number(), max: z.number(), count }),
  log,
  episodes,
});

const evaluation: z.ZodType<Evaluation> = z.object({
  steps: count,
  seconds: z.number(),
  episodes: count,
  mean: z.number(),
  std: z.number(),
});

const checkpoint = z.object({
  format: count.default(1),
  config: map,
  observationSpace: map,
  actionSpace: map,
  version: z.string(),
  steps: count,
  state: z.looseObject({
    agent,
    rollout: rollout.optional(),
    rng: z.array(z.number().int()).length(4),
    seconds: z.number().min(0),
    evaluation: evaluation.nullable(),
  }),
});

/**
 * Checks the contents of a checkpoint's file.
 * @param source the file, for errors
 * @throws CheckpointError naming the first thing that is wrong
 */
export function parseCheckpoint(contents: unknown, source: string): Checkpoint {
  checkFormat(contents, source);
  const result = checkpoint.safeParse(contents);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    throw unlike(source, `${path.join('.') || 'the whole'}: ${message}`);
  }
  const { config, observationSpace, actionSpace } = result.data;
  try {
    parseConfig(config, 'its configuration');
    for (const space of [observationSpace, actionSpace]) fromJSON(space as Description);
  } catch (error) {
    throw unlike(source, (error as Error).message);
  }
  return { ...(contents as Checkpoint), format: CHECKPOINT_FORMAT };
}

function checkFormat(contents: unknown, source: string): void {
  const { format, version } = (contents ?? {}) as Partial<Checkpoint>;
  if (typeof format === 'number' && format > CHECKPOINT_FORMAT) throw newer(source, format, version);
}

/** The error for a file of a newer version than this one. */
export function newer(source: string, format: unknown, version: unknown = 'a newer version'): CheckpointError {
  return new CheckpointError(
    `${source} is a checkpoint of format ${format}, which mirrorflow ${version} wrote; this version reads formats 1 to ${CHECKPOINT_FORMAT}. ` +
      'Update mirrorflow: npm install mirrorflow@latest',
  );
}

function unlike(source: string, what: string): CheckpointError {
  return new CheckpointError(
    `${source} has the seal of a checkpoint, but not its contents: ${what}. Take another file.`,
  );
}
