import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CheckpointError, readCheckpoint, readPreset, train } from '../../src/agent/index.js';
import { finish, says, start } from '../support/cli.js';
import { folder } from '../support/folder.js';

const config = {
  ...readPreset('CartPole-v1'),
  totalSteps: 1024,
  evaluation: { ...readPreset('CartPole-v1').evaluation, every: 256, episodes: 1, threshold: 501 },
};

/** Puts a file where the folder of the checkpoint was, so that nothing can be written there, and the folder back. */
function obstacle() {
  const dir = join(folder(), 'run');
  mkdirSync(dir);
  return {
    dir,
    block: () => {
      renameSync(dir, `${dir}-aside`);
      writeFileSync(dir, '');
    },
    clear: () => {
      rmSync(dir);
      renameSync(`${dir}-aside`, dir);
    },
  };
}

test('a checkpoint that cannot be written for a while is told once, tried again, and written when it can be', async () => {
  const { dir, block, clear } = obstacle();
  const notes: string[] = [];
  const checkpoint = join(dir, 'checkpoint.mf');
  let evaluations = 0;
  const { reason } = await train(config, {
    checkpoint,
    onEvaluation: () => {
      evaluations++;
      if (evaluations === 1) block();
      if (evaluations === 2) clear();
    },
    onWarning: (message) => notes.push(message),
  });
  expect(reason).toBe('totalSteps');
  expect(notes).toEqual([
    expect.stringMatching(
      /no checkpoint was saved: the checkpoint .*checkpoint\.mf cannot be written: .* It is tried again; the run goes on\./,
    ),
    `${checkpoint} is written again.`,
  ]);
  expect(readCheckpoint(dir).steps).toBeGreaterThan(900);
});

test('a checkpoint that cannot be written at the end is an error', async () => {
  const { dir, block } = obstacle();
  const ended = train(config, { checkpoint: join(dir, 'checkpoint.mf'), onStart: block });
  await expect(ended).rejects.toThrow(CheckpointError);
  await expect(ended).rejects.toThrow(/no checkpoint was saved at the end of the run: .*checkpoint\.mf/);
});

test('hundreds of silent connections to the dashboard of a process with few files do not end its run', async () => {
  const out = folder();
  const child = start(['train', 'CliffWalking-v1', '--dashboard', '--out', out], { first: 'ulimit -n 200' });
  const ended = finish(child);
  let text = '';
  child.stderr!.on('data', (data) => (text += data));
  await says(child, /dashboard: http:\S+\n/);
  const { port } = new URL(text.match(/http:\S+/)![0]);
  const sockets: Socket[] = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  const { code, stderr } = await ended;
  expect(stderr).not.toContain('too many open files');
  expect(stderr).toMatch(/threshold -13 reached/);
  expect(code).toBe(0);
  expect(readCheckpoint(out).steps).toBeGreaterThan(0);
});
