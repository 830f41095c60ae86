import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../src/agent/index.js';
import { findPython } from '../../src/bridge/index.js';
import { PYTHON_PATH } from '../bridge/setup.js';
import { folder } from '../support/folder.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** `mirrorflow train` with a few short updates. @returns what it printed, its status, and the updates of its checkpoint */
async function train(id: string, ...options: string[]) {
  const out = folder();
  const short = ['--steps', '600', '--set', 'evaluation.episodes=1', '--set', 'evaluation.maxEpisodeSteps=20'];
  const env = { ...process.env, PYTHONPATH: PYTHON_PATH };
  const args = [program, 'train', id, '--out', out, ...short, ...options];
  const end = await promisify(execFile)(process.execPath, args, { env }).catch((error) => error);
  const { stderr, code = 0 } = end as { stderr: string; code?: number };
  const updates = () => (readCheckpoint(`${out}/checkpoint.mf`).state.agent as { updates: number }).updates;
  return { stderr, code, updates };
}

const mission = ['space_pairs:mirrorflow-test/SpacePair-v0', '--set', 'env.kwargs={"observation":"mission"}'] as const;

test('an environment of another package, with a text in a Dict, trains from its id alone', async () => {
  const { stderr, code, updates } = await train(...mission);
  expect(stderr).toMatch(/the text "mission" is not read/);
  expect(code).toBe(0);
  expect(updates()).toBeGreaterThanOrEqual(2);
});

test('a wrapper may be given by its name alone', async () => {
  const { stderr, code } = await train(...mission, '--set', 'env.wrappers=["space_pairs:ImageOnly"]');
  expect(stderr).toMatch(/polynomial of degree 1 of 147 numbers/);
  expect(code).toBe(0);
});

test('a wrong key of env is told before settings are chosen', async () => {
  const { stderr, code } = await train(...mission, '--set', 'env.wrapers=["TimeLimit"]');
  expect(stderr).toMatch(/unknown key "env\.wrapers"/);
  expect(stderr).not.toMatch(/settings chosen|^\s+at /m);
  expect(code).toBe(2);
});

const installed = (module: string) => spawnSync(findPython(), ['-c', `import ${module}`]).status === 0;

const OTHERS = {
  'minigrid:MiniGrid-Empty-5x5-v0': 'minigrid',
  'minigrid:BabyAI-GoToObj-v0': 'minigrid',
  'highway_env:highway-fast-v0': 'highway_env',
  'ale_py:ALE/Pong-v5': 'ale_py',
};
for (const [id, module] of Object.entries(OTHERS)) {
  test(`${id} trains from its id alone`, { timeout: 600_000 }, async ({ skip }) => {
    skip(!installed(module), `the Python package ${module} is not installed`);
    const { code, updates } = await train(id, '--set', 'observations.freezeAt=50');
    expect(code).toBe(0);
    expect(updates()).toBeGreaterThanOrEqual(1);
  });
}
