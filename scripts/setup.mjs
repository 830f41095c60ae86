// Sets up what is missing: npm packages, the build in dist/, the Python environment in .venv. Needs nothing but Node.
// Each part has a stamp of what it was made from, so that setting up again costs next to nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const windows = process.platform === 'win32';

/** Ends with one line of what is missing and one of what to do. */
export function fail(what, remedy) {
  process.stderr.write(`mirrorflow: ${what}\n  To fix it: ${remedy}\n`);
  process.exit(1);
}

export function setUp({ python = true } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 12)) {
    fail(
      `Node ${process.versions.node} is too old; expected 20.12 or newer`,
      'install a current Node from your package manager',
    );
  }
  setUpPackages();
  setUpBuild();
  if (python) setUpPython();
}

function setUpPackages() {
  once('node_modules/.mirrorflow-stamp', ['package-lock.json'], 'Installing the npm packages (a minute or so)', () => {
    run(
      windows ? 'npm.cmd' : 'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      'npm ci failed',
      'see its message above; check that the npm registry can be reached',
    );
  });
}

function setUpBuild() {
  once(
    'dist/.mirrorflow-stamp',
    ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    'Building dist/ (seconds)',
    () => {
      rmSync(join(root, 'dist'), { recursive: true, force: true });
      run(
        process.execPath,
        ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
        'the TypeScript build failed',
        'see the compiler messages above',
      );
    },
  );
}

function setUpPython() {
  const given = process.env.MIRRORFLOW_PYTHON;
  if (given) return; // the user's own environment; `npm start -- doctor` tells what it lacks
  setUpVenv('.venv', 'python_bridge/requirements.lock', ['python_bridge', 'envs/mirrorflow_envs']);
}

/** Benchmarks with packages that nothing else needs: the folder of their environment and its lock file. */
const benchPythons = {
  learning: ['.bench-venv', 'bench/requirements.lock'], // Stable-Baselines3 and PyTorch: half a gigabyte
  bsuite: ['.bsuite-venv', 'bench/bsuite/requirements.lock'],
  minari: ['.minari-venv', 'bench/minari/requirements.lock'],
};

/** The environment of a benchmark that has one of its own. */
export function setUpBenchPython(name) {
  if (Object.hasOwn(benchPythons, name)) setUpVenv(...benchPythons[name], ['python_bridge']);
}

/** A virtual environment with the packages of a lock file and our own from their folders. */
function setUpVenv(folder, lock, own) {
  const projects = own.map((name) => `${name}/pyproject.toml`);
  once(`${folder}/.mirrorflow-stamp`, [lock, ...projects], `Setting up Python in ${folder} (a minute or so)`, () => {
    const bin = join(root, folder, windows ? 'Scripts' : 'bin', windows ? 'python.exe' : 'python');
    if (!existsSync(bin)) {
      const base = findPython();
      const made = spawnSync(base, ['-m', 'venv', folder], { cwd: root, encoding: 'utf8' });
      if (made.status !== 0) {
        rmSync(join(root, folder), { recursive: true, force: true });
        fail(
          `${base} -m venv failed: ${`${made.stdout}${made.stderr}`.trim()}`,
          'install the venv module (Debian, Ubuntu: apt-get install python3-venv)',
        );
      }
    }
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const remedy =
      'see the message above; check that PyPI can be reached, or set MIRRORFLOW_PYTHON to a Python that has the packages';
    run(bin, [...pip, '-r', lock], 'pip could not install the Python packages', remedy);
    for (const name of own) {
      if (existsSync(join(root, name, 'pyproject.toml')))
        run(bin, [...pip, '--no-deps', '-e', name], `pip could not install ${name}`, remedy);
    }
  });
}

function findPython() {
  const tried = [];
  for (const name of ['python3', 'python']) {
    const found = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
    if (found.status !== 0) continue;
    const [major, minor] = found.stdout.trim().split('.').map(Number);
    if (major === 3 && minor >= 10) return name;
    tried.push(`${name} is ${found.stdout.trim()}`);
  }
  return fail(
    `no Python 3.10 or newer was found${tried.length ? ` (${tried.join(', ')})` : ''}`,
    'install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3 python3-venv), or set MIRRORFLOW_PYTHON to one',
  );
}

/** Does `make` unless the stamp says it was done from the same inputs. */
function once(stamp, inputs, title, make) {
  const path = join(root, stamp);
  const key = fingerprint(inputs);
  if (existsSync(path) && readFileSync(path, 'utf8') === key) return;
  process.stderr.write(`${title} …\n`);
  make();
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, key);
}

/** Changes when a file among the inputs (folders are walked) changes its name, size or time. */
function fingerprint(inputs) {
  const hash = createHash('sha256').update(process.version);
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) visit(join(path, name));
    else hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  };
  inputs.forEach(visit);
  return hash.digest('hex');
}

function run(command, args, what, remedy) {
  // What the tools print (warnings, mostly) is shown only where they fail.
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    shell: windows && command.endsWith('.cmd'),
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(result.error ? `${what}: ${result.error.message}` : what, remedy);
}
