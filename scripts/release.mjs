// `npm run release -- VERSION [--dry-run]`: sets the version everywhere, builds the npm and the Python packages into release/, tries
// them in empty folders, commits and tags. It never pushes. With --dry-run the commit and the tag are left out and the files restored.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, root, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const dryRun = args.includes('--dry-run');
const [version, ...more] = args.filter((arg) => arg !== '--dry-run');
const out = join(root, 'release');
/** The files that name the version, and what goes before and after it there. package.json and its lock are npm's to change. */
const named = [
  ['python_bridge/mirrorflow_bridge/__init__.py', /^(__version__ = ")[^"]*(")$/m],
  ['envs/mirrorflow_envs/pyproject.toml', /^(version = ")[^"]*(")$/m],
  ['CITATION.cff', /^(version: )\S+($)/m],
];
const changed = ['package.json', 'package-lock.json', 'CHANGELOG.md', ...named.map(([file]) => file)];

check();
setUp();
const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-release-'));
let done = false;
try {
  setVersion();
  const [tarball, wheel] = build();
  tryTarball(tarball);
  tryWheel(wheel);
  if (!dryRun) {
    git('add', ...changed);
    git('commit', '--quiet', '--message', `Version ${version}`);
    git('tag', '--annotate', `v${version}`, '--message', `Version ${version}`);
  }
  done = !dryRun;
  for (const name of readdirSync(out).sort()) process.stdout.write(`release/${name}\n`);
  process.stdout.write(done ? `Committed and tagged v${version}.\n` : 'Nothing was committed (--dry-run).\n');
} catch (error) {
  process.stderr.write(`mirrorflow: the release failed, and its changes were taken back: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (!done) git('checkout', 'HEAD', '--', ...changed);
  rmSync(folder, { recursive: true, force: true });
}
/** Ends where the arguments or the repository are not fit for a release. */
function check() {
  const form = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
  const current = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  const usage = 'npm run release -- 1.2.3, or npm run release -- 1.2.3 --dry-run';
  if (version === undefined || more.length > 0) fail('expected one version and nothing else', usage);
  if (!form.test(version)) fail(`'${version}' is no version; expected three numbers, such as 1.2.3`, usage);
  if (!isAbove(version, current)) {
    fail(`${version} is not above the present version, ${current}`, 'give a higher one');
  }
  const dirty = git('status', '--porcelain').trim();
  if (dirty !== '') fail(`the working tree has changes:\n${dirty}`, 'commit them or put them away (git stash)');
  if (git('tag', '--list', `v${version}`).trim() !== '') fail(`there is a tag v${version}`, 'give another version');
}

function isAbove(a, b) {
  const [x, y] = [a, b].map((text) => text.split('.').map(Number));
  const at = x.findIndex((number, i) => number !== y[i]);
  return at >= 0 && x[at] > y[at];
}

function setVersion() {
  run('npm', ['version', version, '--no-git-tag-version']);
  for (const [file, pattern] of named) replace(file, pattern, `$1${version}$2`);
  const date = new Date().toISOString().slice(0, 10);
  replace('CHANGELOG.md', /^## Unreleased$/m, `## Unreleased\n\n## ${version} — ${date}`);
}

function replace(file, pattern, text) {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  if (!pattern.test(before)) throw new Error(`${file} has no line like ${pattern}: put it back`);
  writeFileSync(path, before.replace(pattern, text));
}

/** @returns the npm package and the wheel */
function build() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  run('npm', ['pack', '--pack-destination', out]);
  const python = makeVenv('build');
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'build']);
  run(python, ['-m', 'build', '--outdir', out, 'python_bridge']);
  const built = readdirSync(out);
  return ['.tgz', '.whl'].map((ending) => {
    const name = built.find((file) => file.endsWith(ending) && file.includes(`-${version}`));
    if (name === undefined) throw new Error(`no *-${version}*${ending} was built, but ${built.join(', ')}`);
    return join(out, name);
  });
}

/** Checks how the types of the npm package resolve, installs it in an empty folder, imports it and runs its command. */
function tryTarball(tarball) {
  // Not among the devDependencies: with the TypeScript that it brings it has 38 MB.
  run('npx', ['--yes', '--package', '@arethetypeswrong/cli@0.18.5', 'attw', '--profile', 'esm-only', tarball], folder);
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball], app);
  run(process.execPath, ['--input-type=module', '--eval', "await import('mirrorflow')"], app);
  expect('the npm package', run('npx', ['--no-install', 'mirrorflow', '--version'], app));
}

/** Installs the wheel with its dependencies in an empty environment and runs its command. */
function tryWheel(wheel) {
  const python = makeVenv('try');
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wheel], folder);
  run(python, ['-m', 'mirrorflow_bridge', '--help'], folder);
  expect('the wheel', run(python, ['-m', 'mirrorflow_bridge', '--version'], folder));
}

function expect(what, told) {
  if (told.trim() !== version) throw new Error(`${what} says that it is version ${told.trim()}; expected ${version}`);
}

function makeVenv(name) {
  const base = process.env.MIRRORFLOW_PYTHON ?? join(root, '.venv/bin/python');
  run(base, ['-m', 'venv', join(folder, name)]);
  return join(folder, name, 'bin/python');
}

function git(...command) {
  return run('git', command);
}

/** @returns what the command printed. Throws, so that files are restored, where it fails */
function run(command, args, cwd = root) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}
