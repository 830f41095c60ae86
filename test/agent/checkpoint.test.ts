import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Checkpoint,
  CheckpointError,
  readCheckpoint,
  readPreset,
  runFolderOf,
  writeCheckpoint,
} from '../../src/agent/index.js';
import { Discrete } from '../../src/spaces/index.js';
import { folder } from '../support/folder.js';

const checkpoint: Checkpoint = {
  config: readPreset('FrozenLake-v1'),
  observationSpace: new Discrete(16).toJSON(),
  actionSpace: new Discrete(4).toJSON(),
  version: '0.1.0',
  steps: 7,
  state: {
    w: Float64Array.of(Math.PI, -0, 5e-324, Number.NaN),
    masks: [[3, Uint8Array.of(1, 0)]],
    nodes: Int32Array.of(-1, 2 ** 31 - 1),
  },
};

test('what is written is read back to the bit, arrays with their types', () => {
  const path = join(folder(), 'deep', 'checkpoint.mf');
  writeCheckpoint(path, checkpoint);
  const read = readCheckpoint(path);
  expect(read.config).toEqual(checkpoint.config);
  const { w, masks, nodes } = read.state as { w: Float64Array; masks: [number, Uint8Array][]; nodes: Int32Array };
  expect(w).toBeInstanceOf(Float64Array);
  expect([...w].every((x, i) => Object.is(x, (checkpoint.state.w as Float64Array)[i]))).toBe(true);
  expect(masks[0]![1]).toEqual(Uint8Array.of(1, 0));
  expect(nodes).toEqual(Int32Array.of(-1, 2 ** 31 - 1));
});

test('writing again replaces the file and leaves no other behind', () => {
  const dir = folder();
  const path = join(dir, 'checkpoint.mf');
  writeCheckpoint(path, checkpoint);
  writeCheckpoint(path, { ...checkpoint, steps: 8 });
  expect(readCheckpoint(path).steps).toBe(8);
  expect(readdirSync(dir)).toEqual(['checkpoint.mf']);
});

test('the folder of a run stands for the checkpoint in it', () => {
  const dir = folder();
  expect(() => readCheckpoint(dir)).toThrow(/cannot read the checkpoint .*checkpoint\.mf: ENOENT/);
  writeCheckpoint(join(dir, 'checkpoint.mf'), checkpoint);
  expect(readCheckpoint(dir).steps).toBe(7);
  // What a command makes goes beside the checkpoint, not beside the folder.
  expect(runFolderOf(dir)).toBe(dir);
  expect(runFolderOf(join(dir, 'checkpoint.mf'))).toBe(dir);
});

test('a file that is missing, foreign, cut or changed is refused by name', () => {
  const path = join(folder(), 'checkpoint.mf');
  expect(() => readCheckpoint(path)).toThrow(CheckpointError);
  writeFileSync(path, 'something else');
  expect(() => readCheckpoint(path)).toThrow(/is not a checkpoint/);
  writeCheckpoint(path, checkpoint);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 3));
  expect(() => readCheckpoint(path)).toThrow(/is damaged/);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  expect(() => readCheckpoint(path)).toThrow(/is damaged/);
});
