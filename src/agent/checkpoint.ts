import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Packr } from 'msgpackr';
import type { Description } from '../spaces/index.js';
import type { Config } from './config.js';

const MAGIC = 'mirrorflow checkpoint 1\n';
const packr = new Packr({ structuredClone: true, moreTypes: true, useRecords: false });

/** All of a training run that is needed to go on with it. */
export interface Checkpoint {
  config: Config;
  observationSpace: Description;
  actionSpace: Description;
  /** The package version that wrote it. */
  version: string;
  /** Transitions learned from. */
  steps: number;
  /** State of the agent, the rollout, the random numbers and the counters; opaque. */
  state: Record<string, unknown>;
}

/** A file is no checkpoint, was cut, or was changed. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** Writes a checkpoint beside `path` and then renames it, so that `path` is always a whole one, the old or the new. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  mkdirSync(dirname(path), { recursive: true });
  const body = packr.pack(checkpoint);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    for (const part of [Buffer.from(MAGIC), digest(body), body]) writeSync(file, part);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Reads what `writeCheckpoint` wrote. @throws CheckpointError naming the file and what is wrong with it */
export function readCheckpoint(path: string): Checkpoint {
  let data: Buffer;
  try {
    data = readFileSync(path);
  } catch (error) {
    throw new CheckpointError(`cannot read the checkpoint ${path}: ${(error as Error).message}`);
  }
  const start = MAGIC.length + 32;
  if (data.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) {
    throw new CheckpointError(
      `${path} is not a checkpoint of this version; expected a file that mirrorflow train wrote`,
    );
  }
  const body = data.subarray(start);
  if (!digest(body).equals(data.subarray(MAGIC.length, start))) {
    throw new CheckpointError(`${path} is damaged: its checksum does not match its ${body.length} bytes`);
  }
  return packr.unpack(body) as Checkpoint;
}

function digest(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}
