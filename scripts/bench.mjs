// `npm run bench -- NAME [options]`: runs bench/NAME.ts, which prints a table and writes JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root, setUp, setUpBenchPython } from './setup.mjs';

const [name, ...args] = process.argv.slice(2);
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
if (!name || !existsSync(join(root, 'bench', `${name}.ts`))) {
  fail(`there is no benchmark "${name ?? ''}"`, `npm run bench -- NAME with NAME one of ${names.join(', ')}`);
}
setUp();
setUpBenchPython(name);
const result = spawnSync(process.execPath, ['--import', 'tsx', `bench/${name}.ts`, ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
