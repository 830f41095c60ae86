import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Packr } from 'msgpackr';
import type { Config } from '../config/config.js';
import type { Description } from '../spaces/index.js';
import { describeSystemError, isSystemError } from '../systemError.js';
import { faultOf } from './checkpointSchema.js';

const MAGIC = 'mirrorflow checkpoint 1\n';
const packr = new Packr({ structuredClone: true, moreTypes: true, useRecords: false });

/** Between checkpoints passes at least as many times what the last one took: one with a window of images has hundreds of megabytes. */
export const SAVE_REST = 20;

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

/** A file is no checkpoint, was cut or was changed, or cannot be written. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** Writes a checkpoint; `path` is always a whole one, the old or the new. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeCheckpointBytes(path, encodeCheckpoint(checkpoint));
}

/** The bytes of a checkpoint's file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const body = packr.pack(checkpoint);
  return Buffer.concat([Buffer.from(MAGIC), digest(body), body]);
}

/**
 * Writes the bytes of a checkpoint beside `path` and then renames the file, so that `path` is always a whole one, the old or the new.
 * @throws CheckpointError; nothing is left behind
 */
export function writeCheckpointBytes(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    const reason = isSystemError(error) ? describeSystemError(error) : (error as Error).message;
    throw new CheckpointError(`the checkpoint ${path} cannot be written: ${reason}`, { cause: error });
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where the folder is no folder, or cannot be written to, nothing was made either.
  }
}

/** The folder of a run, given its checkpoint or the folder itself: where what is made of it goes. */
export function runFolderOf(path: string): string {
  return dirname(checkpointFile(path));
}

/** The file of a checkpoint: the path itself, or where it is the folder of a run the one in there. */
function checkpointFile(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'checkpoint.mf') : path;
}

/**
 * Reads what `writeCheckpoint` wrote.
 * @param from the file, or the folder of its run
 * @throws CheckpointError naming the file and what is wrong with it
 */
export function readCheckpoint(from: string): Checkpoint {
  const path = checkpointFile(from);
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
  const contents = unpack(body);
  const fault = faultOf(contents);
  if (fault !== null) {
    throw new CheckpointError(
      `${path} has the seal of a checkpoint, but not its contents: ${fault}. Take another file.`,
    );
  }
  return contents as Checkpoint;
}

function unpack(body: Buffer): unknown {
  try {
    return packr.unpack(body);
  } catch {
    return undefined;
  }
}

function digest(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}
