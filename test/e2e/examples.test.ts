import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What each example must print; an example without an entry here fails. */
const expected: Record<string, RegExp> = {
  'gymnasium.ts': /one episode of CartPole-v1: return \d+\n200 steps of 8 environments: \d+ episodes ended/,
  'theory.ts': /A2: λ_β > 0: holds; [^\n]*rank 20 of 20\n[\s\S]*the gap at t = 100 is 0\.\d+; report: /,
  // From the start at the bottom left the shortest safe way is up once, then right along the cliff.
  'train.ts': /trained on \d+ steps: -13\n[^\n]*\n[^\n]*\n(→ ){11}↓\n↑ /,
};

test.each(readdirSync(`${root}/examples`).filter((name) => name.endsWith('.ts')))('examples/%s runs', async (name) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `examples/${name}`], {
    cwd: root,
  });
  expect(stdout).toMatch(expected[name]);
});
