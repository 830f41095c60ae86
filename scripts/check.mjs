// `npm run check`: types, lint and format of the TypeScript and the Python code; broken links and missing comments of the API pages.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const python = process.env.MIRRORFLOW_PYTHON ?? join(root, '.venv/bin/python');
const checks = [
  ['types', process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit']],
  ['lint and format', process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.']],
  ['kernel', process.execPath, ['scripts/kernel.mjs', '--check']],
  // The types are checked above.
  ['API pages', process.execPath, ['node_modules/typedoc/bin/typedoc', '--emit', 'none', '--skipErrorChecking']],
  ['Python lint', python, ['-m', 'ruff', 'check', 'python_bridge', 'envs', 'bench', 'test']],
  ['Python types', python, ['-m', 'mypy', '--config-file', 'python_bridge/pyproject.toml']],
  ['Python format', python, ['-m', 'ruff', 'format', '--check', 'python_bridge', 'envs', 'bench', 'test']],
];
const failed = checks.filter(([name, command, args]) => {
  const ok = spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}\n`);
  return !ok;
});
process.exit(failed.length > 0 ? 1 : 0);
