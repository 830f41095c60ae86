import { join } from 'node:path';
import type { Evaluation, Metrics } from '../agent/metrics.js';
import { AppendFile } from './appendFile.js';
import { tfRecord } from './tfRecord.js';

/**
 * The tags of what is logged, in the words of Stable-Baselines3 where it has one. A metric without an entry is `train/` and its name in
 * snake case.
 */
const tags: Readonly<Record<string, string>> = {
  seconds: 'time/time_elapsed',
  updates: 'train/n_updates',
  episodes: 'rollout/episodes',
  meanReturn: 'rollout/ep_rew_mean',
  kl: 'policy/kl',
  klMax: 'policy/kl_max',
  entropy: 'policy/entropy',
};

/** TensorBoard's event file of a run: one scalar a metric and policy update, readable while the run goes on (docs/tools.md). */
export class TensorBoardLog {
  readonly path: string;
  private readonly file: AppendFile;
  private before: Metrics | null = null;

  /**
   * @param folder where the file goes; it must exist
   * @param resumeAt null for a new run; otherwise the steps of the checkpoint: TensorBoard drops what was logged later, since it happens again
   * @param onNote told of failures to write, which are tried again
   */
  constructor(folder: string, resumeAt: number | null, onNote?: (message: string) => void) {
    const now = Date.now() / 1000;
    // TensorBoard reads the files of a folder in the order of their names.
    const order = now.toFixed(3).padStart(14, '0');
    this.path = join(folder, `events.out.tfevents.${order}.mirrorflow.${process.pid}`);
    this.file = new AppendFile(this.path, 'wx', onNote);
    this.write(event(now, 0, bytesField(3, Buffer.from('brain.Event:2'))));
    if (resumeAt !== null) this.write(event(now, resumeAt + 1, bytesField(7, varintField(1, SESSION_START))));
    this.file.flush();
  }

  metrics(metrics: Metrics): void {
    const { steps, ...values } = metrics;
    const scalars = Object.entries(values).map(([key, value]) => [tagOf(key), value] as const);
    const fps =
      this.before === null ? Number.NaN : (steps - this.before.steps) / (metrics.seconds - this.before.seconds);
    this.before = metrics;
    this.scalars(steps, [...scalars, ['time/fps', fps]]);
    if (this.file.backlog % 64 === 0) this.file.flush();
  }

  evaluation({ steps, mean, std }: Evaluation): void {
    this.scalars(steps, [
      ['eval/mean_reward', mean],
      ['eval/std_reward', std],
    ]);
    this.file.flush();
  }

  /** @throws Error naming the file where it lacks something at the end */
  close(): void {
    this.file.close();
  }

  /** What is not finite, such as the mean return before the first episode, is left out. */
  private scalars(step: number, scalars: readonly (readonly [string, unknown])[]): void {
    const known = scalars.filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
    const values = known.map(([tag, x]) =>
      bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, x)])),
    );
    this.write(event(Date.now() / 1000, step, bytesField(5, Buffer.concat(values))));
  }

  private write(data: Buffer): void {
    this.file.add(tfRecord(data));
  }
}

function tagOf(key: string): string {
  return tags[key] ?? `train/${key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** SessionLog.START: TensorBoard drops the events of earlier files from the event's step on. */
const SESSION_START = 1;

/** tensorflow.Event: wall_time = 1 (double), step = 2 (int64), then file_version = 3, summary = 5 or session_log = 7. */
function event(wallTime: number, step: number, what: Buffer): Buffer {
  const time = Buffer.alloc(9);
  time[0] = (1 << 3) | 1;
  time.writeDoubleLE(wallTime, 1);
  return Buffer.concat([time, varintField(2, step), what]);
}

/** A length-delimited protobuf field. */
function bytesField(field: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(data.length)]), data]);
}

function varintField(field: number, n: number): Buffer {
  return Buffer.from([field << 3, ...varint(n)]);
}

function floatField(field: number, x: number): Buffer {
  const data = Buffer.alloc(5);
  data[0] = (field << 3) | 5;
  data.writeFloatLE(x, 1);
  return data;
}

/** The seven-bit groups of an integer of 0 … 2⁵³−1, the least first. */
function varint(n: number): number[] {
  const groups: number[] = [];
  let rest = n;
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) | 128);
  return [...groups, rest];
}
