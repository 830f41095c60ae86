// `npm test`: sets up what is missing, runs the TypeScript and the Python tests, and ends with their number.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const only = process.argv.slice(2);
const out = join(root, '.ci/out');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const python = process.env.MIRRORFLOW_PYTHON ?? join(root, '.venv/bin/python');
let passed = 0;
let failed = 0;
/** The names of the tests that failed, told again at the end, where a log that is cut still has them. */
const names = [];

const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=.ci/out/vitest.json',
    ...only,
  ],
  { cwd: root, stdio: 'inherit' },
);
const report = join(out, 'vitest.json');
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  passed += numPassedTests;
  failed += numFailedTests;
  for (const { name, status, message, assertionResults } of testResults.filter((file) => file.status === 'failed')) {
    const file = relative(root, name);
    if (assertionResults.length === 0) {
      // A file that could not be loaded has no tests to count; it is a failure all the same.
      failed += 1;
      names.push([`${file} (${status})`, message]);
    }
    for (const test of assertionResults.filter((result) => result.status === 'failed')) {
      names.push([`${file}: ${test.fullName}`, test.failureMessages.join('\n')]);
    }
  }
}
if (vitest.status !== 0 && failed === 0) failed = 1;

if (only.length === 0) {
  const pytest = spawnSync(python, ['-m', 'pytest', '-q', '--junitxml=.ci/out/pytest.xml', 'python_bridge/tests'], {
    cwd: root,
    stdio: 'inherit',
  });
  const xml = existsSync(join(out, 'pytest.xml')) ? readFileSync(join(out, 'pytest.xml'), 'utf8') : '';
  const count = (name) => Number(new RegExp(`<testsuite[^>]* ${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const bad = count('failures') + count('errors');
  passed += count('tests') - bad - count('skipped');
  failed += pytest.status !== 0 && bad === 0 ? 1 : bad;
  const cases = /<testcase classname="([^"]*)" name="([^"]*)"[^>]*?><(?:failure|error) message="([^"]*)"/g;
  for (const [, file, name, message] of xml.matchAll(cases)) names.push([`${file}: ${name}`, message]);
}
for (const [name, message] of names) process.stdout.write(`FAILED ${name}\n  ${first(message)}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);

/** The first line of a message, cut to a length that can be read. */
function first(message) {
  return (message ?? '').split(/\n|&#10;/)[0].slice(0, 300);
}
