import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  ActorCritic,
  type Checkpoint,
  CheckpointError,
  readCheckpoint,
  readPreset,
  runFolderOf,
  writeCheckpoint,
} from '../../src/agent/index.js';
import { Discrete } from '../../src/spaces/index.js';
import { folder } from '../support/folder.js';

/** What a critic might keep: numbers of every kind. */
const odd = {
  w: Float64Array.of(Math.PI, -0, 5e-324, Number.NaN),
  masks: [[3, Uint8Array.of(1, 0)]] as [number, Uint8Array][],
  nodes: Int32Array.of(-1, 2 ** 31 - 1),
};
const checkpoint: Checkpoint = {
  config: readPreset('FrozenLake-v1'),
  observationSpace: new Discrete(16).toJSON(),
  actionSpace: new Discrete(4).toJSON(),
  format: 2,
  version: '0.2.0',
  steps: 7,
  state: {
    agent: {
      ...{ w: new Float64Array(64), updates: 3, time: 0.5, lambda: 0.1, critic: odd },
      ...{ average: null, scaling: null, temperature: null },
    },
    ...{ rng: [1, 2, 3, 4], seconds: 1.5, evaluation: null },
  },
};

test('what is written is read back to the bit, arrays with their types', () => {
  const path = join(folder(), 'deep', 'checkpoint.mf');
  writeCheckpoint(path, checkpoint);
  const read = readCheckpoint(path);
  expect(read.config).toEqual(checkpoint.config);
  const { w, masks, nodes } = read.state.agent.critic as typeof odd;
  expect(w).toBeInstanceOf(Float64Array);
  expect([...w].every((x, i) => Object.is(x, odd.w[i]))).toBe(true);
  expect(masks[0][1]).toEqual(Uint8Array.of(1, 0));
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
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(path, bytes);
  expect(() => readCheckpoint(path)).toThrow(/is damaged/);
});

/** A checkpoint with one field, named by its path, replaced. */
function changed(path: string, value: unknown): Checkpoint {
  const copy = structuredClone(checkpoint) as unknown as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  const target = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
  target[last] = value;
  return copy as unknown as Checkpoint;
}

test.each<[string, unknown, RegExp]>([
  ['steps', 'x', /steps: /],
  ['steps', -1, /steps: /],
  ['version', 1, /version: /],
  ['config', null, /config: /],
  ['config.gamma', 2, /gamma/],
  ['observationSpace', { type: 'Nothing' }, /no space is described/],
  ['state', undefined, /state: /],
  ['state.agent', undefined, /state\.agent: /],
  ['state.agent.w', [1, 2], /state\.agent\.w: /],
  ['state.agent.updates', 0.5, /state\.agent\.updates: /],
  ['state.agent.critic', null, /state\.agent\.critic: /],
  ['state.agent.scaling', { low: [0] }, /state\.agent\.scaling\.high: /],
  ['state.rng', [1, 2], /state\.rng: /],
  ['state.seconds', 'x', /state\.seconds: /],
])('a sealed file whose %s is %s is refused by file and field', (field, value, words) => {
  const path = join(folder(), 'checkpoint.mf');
  writeCheckpoint(path, changed(field, value));
  expect(() => readCheckpoint(path)).toThrow(CheckpointError);
  expect(() => readCheckpoint(path)).toThrow(path);
  expect(() => readCheckpoint(path)).toThrow(words);
});

test('the state of an agent of another size is refused, not taken over in part', () => {
  const agent = new ActorCritic(checkpoint.config, new Discrete(16), new Discrete(4));
  const state = agent.snapshot();
  expect(() => agent.restore({ ...state, w: new Float64Array(63) })).toThrow(/agent\.w is not as/);
  expect(() => agent.restore({ ...state, critic: { ...state.critic, theta: new Float64Array(63) } })).toThrow(
    /agent\.critic\.theta is not as/,
  );
  expect(() => agent.restore({ ...state, critic: {} })).toThrow(CheckpointError);
  agent.restore(state);
});

test('what cannot be written is one sentence that names the file, and leaves nothing behind', () => {
  const dir = folder();
  writeFileSync(join(dir, 'file'), '');
  expect(() => writeCheckpoint(join(dir, 'file', 'checkpoint.mf'), checkpoint)).toThrow(
    /^the checkpoint .*file\/checkpoint\.mf cannot be written: /,
  );
  // A folder stands in the way of the rename.
  mkdirSync(join(dir, 'checkpoint.mf'));
  expect(() => writeCheckpoint(join(dir, 'checkpoint.mf'), checkpoint)).toThrow(CheckpointError);
  expect(readdirSync(dir).sort()).toEqual(['checkpoint.mf', 'file']);
});
