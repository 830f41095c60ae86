import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
/** The names in backquotes in a cell of a table. */
const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
/** The rows of the walk; paths in Python are those in the package. */
const steps = [...page.matchAll(/^\| `([^`]+\.(?:ts|py))` \| ([^|]+) \|/gm)].map(
  ([, file, cell]) =>
    [file!.endsWith('.py') ? `python_bridge/mirrorflow_bridge/${file}` : file!, names(cell!)] as const,
);

test('the walk of a transition has steps of sampling, the critic, the actor, the policy and the bridge', () => {
  const walked = new Set(steps.flatMap(([file]) => (file.startsWith('src/') ? [file.split('/')[1]] : [])));
  expect([...walked].sort()).toEqual(['actor', 'agent', 'bridge', 'critic', 'policy', 'sampling']);
});

test.each(steps)('%s of the walk is there and has the functions that the walk names', (file, functions) => {
  expect(existsSync(join(root, file))).toBe(true);
  const code = readFileSync(join(root, file), 'utf8');
  expect(functions.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});

test('the page says what each room of its picture is for', () => {
  const rooms = [...page.matchAll(/^ +\S+\["([^"]+)"\]$/gm)].map(([, room]) => room!);
  const [table] = page.split('`python_bridge/mirrorflow_bridge` has the same rooms');
  const described = [...table!.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => names(cell!));
  expect(described.filter((name) => name !== 'src/').sort()).toEqual(rooms.sort());
});
