import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folder } from '../support/folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('npm, Python, the environments and the citation have one version', () => {
  const { version } = JSON.parse(read('package.json'));
  const lock = JSON.parse(read('package-lock.json'));
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
  expect(read('python_bridge/mirrorflow_bridge/__init__.py')).toContain(`\n__version__ = "${version}"\n`);
  expect(read('envs/mirrorflow_envs/pyproject.toml')).toContain(`\nversion = "${version}"\n`);
  expect(read('CITATION.cff')).toContain(`\nversion: ${version}\n`);
});

/** Runs the release script in a repository of version 1.4.0 that has nothing but a tag and what the script reads first. */
function release(args: string[], change?: string) {
  const clone = folder();
  mkdirSync(join(clone, 'scripts'));
  for (const file of ['scripts/release.mjs', 'scripts/setup.mjs']) copyFileSync(join(root, file), join(clone, file));
  writeFileSync(join(clone, 'package.json'), '{ "version": "1.4.0" }');
  const git = (...command: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...command], {
      cwd: clone,
      encoding: 'utf8',
    });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'All');
  git('tag', 'v1.5.0');
  if (change !== undefined) writeFileSync(join(clone, change), 'changed');
  const before = git('status', '--porcelain');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/release.mjs', ...args], {
    cwd: clone,
    encoding: 'utf8',
  });
  expect(git('status', '--porcelain')).toBe(before);
  return [status, stderr.split('\n')[0]];
}

test.each([
  [[], 'mirrorflow: expected one version and nothing else'],
  [['1.5'], "mirrorflow: '1.5' is no version; expected three numbers, such as 1.2.3"],
  [['v1.5.1'], "mirrorflow: 'v1.5.1' is no version; expected three numbers, such as 1.2.3"],
  [['1.4.0'], 'mirrorflow: 1.4.0 is not above the present version, 1.4.0'],
  [['1.3.9'], 'mirrorflow: 1.3.9 is not above the present version, 1.4.0'],
  [['1.5.0'], 'mirrorflow: there is a tag v1.5.0'],
])('a release of %j is refused, and nothing is changed', (args, message) => {
  expect(release([...args, '--dry-run'])).toEqual([1, message]);
});

test('a release of a working tree with changes is refused', () => {
  expect(release(['1.4.1', '--dry-run'], 'new.txt')).toEqual([1, 'mirrorflow: the working tree has changes:']);
});
