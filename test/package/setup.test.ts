import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folder } from '../support/folder.js';

const setup = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

/** Sets up a clone that has nothing, with an npm that prints a warning and ends with a status. */
function setUp(status: number) {
  const clone = folder();
  for (const name of ['scripts', 'bin', 'src']) mkdirSync(join(clone, name));
  copyFileSync(setup, join(clone, 'scripts/setup.mjs'));
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  const npm = `#!/bin/sh\necho "npm warn: noise"\necho "npm error: noise" >&2\nexit ${status}\n`;
  writeFileSync(join(clone, 'bin/npm'), npm, { mode: 0o755 });
  const code = `import('${join(clone, 'scripts/setup.mjs')}').then(({ setUp }) => setUp({ python: false }))`;
  return spawnSync(process.execPath, ['-e', code], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(clone, 'bin')}:${process.env.PATH}` },
  });
}

test('setting up shows one line a step and nothing of what the installers print where they succeed', () => {
  const { stdout, stderr } = setUp(0);
  expect(stdout).toBe('');
  // There is no compiler in this clone: the step that fails shows its output, and only that step.
  expect(stderr).toMatch(/^Installing the npm packages .*…\nBuilding .*…\n/);
  expect(stderr).not.toContain('noise');
  expect(stderr).toMatch(/Cannot find module .*tsc.*[\s\S]*mirrorflow: the TypeScript build failed\n {2}To fix it: /);
});

test('a step that fails shows what its installer printed, and what to do', () => {
  const { status, stderr } = setUp(1);
  expect(stderr).toMatch(
    /npm warn: noise\nnpm error: noise\nmirrorflow: npm ci failed\n {2}To fix it: see its message/,
  );
  expect(status).toBe(1);
});
