import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findPython } from '../../src/bridge/index.js';
import { folder } from '../support/folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  'README.md',
  'docs/quickstart.md',
  'docs/agent.md',
  'docs/environments.md',
  'docs/bridge.md',
  'docs/agent-server.md',
  'docs/theory.md',
];
const LANGUAGES = { ts: 'main.ts', python: 'main.py' };

/** The code blocks of a page that are whole programs: they begin with an import. The others are parts, or need a server elsewhere. */
const programs = PAGES.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(ts|python)\n(import .*?)^```/gms)].map(
    ([, language, code], i) => [`${page}, program ${i + 1} (${language})`, language as 'ts' | 'python', code!] as const,
  ),
);

test('the pages have the programs that are run here', () => {
  const counts = PAGES.map((page) => programs.filter(([name]) => name.startsWith(page)).length);
  expect(counts.every((n) => n > 0)).toBe(true);
});

test.each(programs)('%s runs as pasted', { timeout: 300_000 }, async (_, language, code) => {
  // A user's folder: the package (built, as `npm test` leaves it) is in its node_modules.
  const app = folder();
  mkdirSync(join(app, 'node_modules'));
  symlinkSync(root, join(app, 'node_modules/mirrorflow'));
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(app, LANGUAGES[language]), code);
  const python = findPython();
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const [command, args] = language === 'ts' ? [process.execPath, ['--import', tsx, 'main.ts']] : [python, ['main.py']];
  const env = { ...process.env, MIRRORFLOW_PYTHON: python, MIRRORFLOW_CLI: join(root, 'dist/cli/main.js') };
  // A status other than 0 rejects, with what was written to stderr.
  const { stderr } = await promisify(execFile)(command, args, { cwd: app, env });
  expect(stderr).not.toMatch(/Error|Traceback/);
});
