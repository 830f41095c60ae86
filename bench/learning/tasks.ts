import { readFileSync } from 'node:fs';
import { seedOf } from '../../src/agent/environments.js';
import { presetIds, readPreset } from '../../src/agent/index.js';

/** Our algorithm's name among the others. */
export const OURS = 'mirrorflow';
/** Episodes of an evaluation. */
const EPISODES = 100;

/** An algorithm of Stable-Baselines3 with the settings of its zoo (DLR-RM/rl-baselines3-zoo, hyperparams/, commit 22e3ff2). */
export interface Reference {
  /** Training steps at most; schedules run over them. */
  steps: number;
  envs: number;
  /** Observations and rewards are normalised by their running moments. */
  normalize?: boolean;
  /** Arguments of the algorithm. */
  settings: Record<string, unknown>;
}

/** An environment, the mean return to reach, the steps between evaluations, and who else learns it. */
export interface Task {
  env: string;
  threshold: number;
  every: number;
  /** The algorithm that ours is compared with. */
  reference: string;
  algorithms: Record<string, Reference>;
}

export const tasks = JSON.parse(readFileSync(new URL('./tasks.json', import.meta.url), 'utf8')) as Task[];

/** Ours, where there is a preset, and the others. */
export function algorithmsOf(task: Task): string[] {
  return [...(presetIds().includes(task.env) ? [OURS] : []), ...Object.keys(task.algorithms)];
}

/** The configuration of our side: the preset, evaluated as the other side is. */
export function ourSettings({ env, every, threshold }: Task, seed: number) {
  const preset = readPreset(env);
  const evaluation = { ...preset.evaluation, every, threshold, episodes: EPISODES, deterministic: true };
  return { ...preset, seed, evaluation };
}

/** What bench/learning/sb3.py is given: evaluations begin with the same seeds as ours. */
export function referenceSettings({ env, every, threshold, algorithms }: Task, algorithm: string, seed: number) {
  const evaluationSeed = seedOf(seed, 'evaluation', 0);
  return { env, algorithm, seed, evaluationSeed, every, threshold, episodes: EPISODES, ...algorithms[algorithm] };
}
