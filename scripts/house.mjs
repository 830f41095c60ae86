// `npm run house`: checks the rules of the rooms of src/ and draws them into docs/architecture.md; with --check, compares the picture.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, format } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../.dependency-cruiser.mjs';
import { roomOf } from './house/rooms.mjs';
import { root } from './setup.mjs';

process.chdir(root);
const { output } = await cruise(
  ['src'],
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true },
  {},
  { tsConfig: extractTSConfig('tsconfig.json') },
);
if (output.summary.violations.length > 0) {
  // Rooms that import one another have no picture.
  process.stderr.write((await format(output, { outputType: 'err-long' })).output);
  process.exit(1);
}
const page = join(root, 'docs/architecture.md');
const text = readFileSync(page, 'utf8');
const current = text.replace(
  /(<!-- npm run house: begin -->\n).*(<!-- npm run house: end -->)/s,
  (_, begin, end) => `${begin}\`\`\`mermaid\n${picture(imports(output.modules))}\`\`\`\n${end}`,
);

if (process.argv.includes('--check')) {
  if (current !== text) {
    process.stderr.write(
      'The picture in docs/architecture.md is not that of src/: run `npm run house` and commit it.\n',
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, current);
}

/** Room → the rooms that its files import. */
function imports(modules) {
  const found = new Map();
  for (const { source, dependencies } of modules) {
    const room = roomOf(source);
    if (room === undefined) continue;
    if (!found.has(room)) found.set(room, new Set());
    for (const { resolved } of dependencies) {
      const other = roomOf(resolved);
      if (other !== undefined && other !== room) found.get(room).add(other);
    }
  }
  return found;
}

/** A Mermaid flowchart, upper rooms first. An arrow that other arrows together already say is left out. */
function picture(graph) {
  const reaches = (from, to) => [...graph.get(from)].some((next) => next === to || reaches(next, to));
  const rooms = [...graph.keys()].sort();
  const box = (room) => `${id(room)}["${room}"]`;
  const wing = (room) => ['bridge', 'theory'].find((name) => room === name || room.startsWith(`${name}/`));
  const lines = rooms.filter((room) => !wing(room)).map(box);
  for (const name of ['bridge', 'theory']) {
    const inside = rooms.filter((room) => wing(room) === name);
    lines.push(`subgraph ${name}-wing ["src/${name}"]`, ...inside.map((room) => `  ${box(room)}`), 'end');
  }
  for (const room of rooms) {
    const others = [...graph.get(room)].sort();
    const direct = others.filter((other) => !others.some((between) => reaches(between, other)));
    lines.push(...direct.map((other) => `${id(room)} --> ${id(other)}`));
  }
  return `flowchart TD\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** The name of a room as Mermaid takes it. */
function id(room) {
  return room.replace('/', '-');
}
