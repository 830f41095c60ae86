// `npm run fuzz -- [--count 100000] [--seed N]`: mutated messages to a server, and to a client; ends with what became of them.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, setUp } from './setup.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
  },
});
const args = ['--count', values.count, '--seed', values.seed];
setUp();
const python = process.env.MIRRORFLOW_PYTHON ?? join(root, '.venv/bin/python');
for (const [command, ...rest] of [
  [python, '-m', 'mirrorflow_bridge.compliance.fuzz', ...args],
  [process.execPath, '--import', 'tsx', 'test/bridge/fuzz.ts', ...args],
]) {
  const { status } = spawnSync(command, rest, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`failed; the same again: npm run fuzz -- ${args.join(' ')}\n`);
    process.exit(1);
  }
}
