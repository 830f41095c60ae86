import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A hook of Node's that writes down every module that is imported, but not what CommonJS requires. */
const hooks = `
import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync('loaded.txt', url + '\\n');
  return next(url, context);
}`;
const register = `
import { register } from 'node:module';
register('./hooks.js', import.meta.url);`;

/** What `import` of an entry loads: folders of dist/, packages and modules of Node. @param app a folder that the package is installed in */
export function loadedBy(app: string, entry: string): { rooms: string[]; packages: string[]; builtins: string[] } {
  const program = `
import { createRequire } from 'node:module';
await import('${entry}');
// What CommonJS has required.
console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`;
  const written = { 'hooks.js': hooks, 'register.js': register, 'main.js': program, 'loaded.txt': '' };
  for (const [name, text] of Object.entries(written)) writeFileSync(join(app, name), text);
  const required = execFileSync(process.execPath, ['--import', './register.js', 'main.js'], {
    cwd: app,
    encoding: 'utf8',
  });
  const imported = readFileSync(join(app, 'loaded.txt'), 'utf8');
  // The program itself imports node:module.
  const modules = `${imported}\n${required}`.split('\n').filter((name) => name !== 'node:module');
  const found = (pattern: RegExp) => [...new Set(modules.flatMap((name) => pattern.exec(name)?.[1] ?? []))].sort();
  return {
    rooms: found(/\/mirrorflow\/dist\/(\w+)\//),
    packages: found(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/).filter((name) => name !== 'mirrorflow'),
    builtins: found(/^(node:.*)/),
  };
}
