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
import { fileURLToPath } from 'node:url';
import { Packr } from 'msgpackr';
import type { Space } from '../spaces/index.js';
import { describeSystemError, isSystemError } from '../systemError.js';
import { version } from '../version.js';
import type { ActorCritic } from './actorCritic.js';
import { CHECKPOINT_FORMAT, type Checkpoint, newer, parseCheckpoint } from './checkpoint.js';
import { CheckpointError } from './checkpointError.js';

const MAGIC = 'mirrorflow checkpoint 1\n';
const packr = new Packr({ structuredClone: true, moreTypes: true, useRecords: false });

/** Between checkpoints passes at least as many times what the last one took: one with a window of images has hundreds of megabytes. */
export const SAVE_REST = 20;

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
export function readCheckpoint(from: string | URL): Checkpoint {
  const path = checkpointFile(typeof from === 'string' ? from : fileURLToPath(from));
  let data: Buffer;
  try {
    data = readFileSync(path);
  } catch (error) {
    throw new CheckpointError(`cannot read the checkpoint ${path}: ${(error as Error).message}`);
  }
  return decodeCheckpoint(data, path);
}

/**
 * The checkpoint in the bytes of its file.
 * @param source what the bytes are, for errors
 * @throws CheckpointError naming the source and what is wrong with it
 */
export function decodeCheckpoint(bytes: Uint8Array, source = 'the bytes given'): Checkpoint {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seal = data.subarray(0, MAGIC.length).toString('latin1');
  const other = /^mirrorflow checkpoint (\d+)\n/.exec(seal)?.[1];
  if (other !== undefined && seal !== MAGIC) throw newer(source, other);
  if (seal !== MAGIC) {
    throw new CheckpointError(
      `${source} is not a checkpoint; expected a file that mirrorflow train, serve or Agent.save wrote (checkpoint.mf)`,
    );
  }
  const start = MAGIC.length + 32;
  const body = data.subarray(start);
  if (!digest(body).equals(data.subarray(MAGIC.length, start))) {
    throw new CheckpointError(`${source} is damaged: its checksum does not match its ${body.length} bytes`);
  }
  return parseCheckpoint(unpack(body), source);
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

/** What a checkpoint has besides the agent. */
export interface CheckpointRest {
  steps: number;
  seconds: number;
  /** State of the random numbers. */
  rng: number[];
  evaluation?: Checkpoint['state']['evaluation'];
  rollout?: Checkpoint['state']['rollout'];
}

/** The checkpoint of an agent as it stands. Its arrays are the agent's own: encode or copy them before the agent goes on. */
export function checkpointOf(
  agent: ActorCritic,
  observationSpace: Space,
  actionSpace: Space,
  { steps, rng, seconds, evaluation = null, rollout }: CheckpointRest,
): Checkpoint {
  return {
    format: CHECKPOINT_FORMAT,
    config: agent.config,
    observationSpace: observationSpace.toJSON(),
    actionSpace: actionSpace.toJSON(),
    version,
    steps,
    state: { agent: agent.snapshot(), ...(rollout && { rollout }), rng, evaluation, seconds },
  };
}
