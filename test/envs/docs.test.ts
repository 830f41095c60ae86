import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { folder } from '../support/folder.js';

const root = new URL('../..', import.meta.url);

it('the example of docs/environments.md runs as pasted', async () => {
  const page = readFileSync(new URL('docs/environments.md', root), 'utf8');
  const [, code = ''] = page.match(/^```ts\n(import .*?)^```/ms) ?? [];
  const app = folder();
  const from = (path: string) => `export * from '${new URL(path, root)}';\n`;
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(app, 'envs.ts'), from('src/envs/index.ts') + from('src/spaces/index.ts'));
  const shown =
    '\nconsole.log(JSON.stringify([first, places, [...rewards], [...terminated], [...truncated], info]));\n';
  writeFileSync(join(app, 'main.ts'), code.replace("'mirrorflow/envs'", "'./envs.ts'") + shown);
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, 'main.ts'], { cwd: app });
  // Three walkers go right, one stays at the left end.
  const zeros = [0, 0, 0, 0];
  expect(JSON.parse(stdout)).toEqual([zeros, [1, 1, 1, 0], [-1, -1, -1, -1], zeros, zeros, {}]);
});
