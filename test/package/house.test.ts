import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folder } from '../support/folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file and a line of it that breaks a rule, the rule, and what the line imports. */
const faults: [file: string, line: string, rule: string, to: string][] = [
  ['src/policy/zz.ts', "import 'node:fs';", 'pure-node', 'fs'],
  ['src/features/zz.ts', "import 'fs';", 'pure-node', 'fs'],
  ['src/critic/zz.ts', "import '../agent/index.js';", 'arrows-critic', 'src/agent/index.ts'],
  ['src/actor/zz.ts', "import type { Critic } from '../critic/critic.js';", 'arrows-actor', 'src/critic/critic.ts'],
  ['src/sampling/zz.ts', "await import('../bridge/index.js');", 'arrows-sampling', 'src/bridge/index.ts'],
  [
    'src/bridge/message/zz.ts',
    "import '../client/request.js';",
    'arrows-bridge/message',
    'src/bridge/client/request.ts',
  ],
  ['src/theory/lqr/zz.ts', "import '../flow/flow.js';", 'arrows-theory/lqr', 'src/theory/flow/flow.ts'],
  ['src/serve/zz.ts', "import '../../test/support/folder.js';", 'arrows-serve', 'test/support/folder.ts'],
  ['src/agent/zz.ts', "import type { Env } from '../bridge/index.js';", 'agent-bridge', 'src/bridge/index.ts'],
  ['src/bridge/env/zz.ts', "import '../../envs/environment.js';", 'envs-by-type', 'src/envs/environment.ts'],
  ['src/model/zz.ts', "import '../config/presets.js';", 'pure-files', 'src/config/presets.ts'],
  ['src/report/zz.ts', "import 'zeromq';", 'package-zeromq', 'zeromq'],
  ['src/cli/zz.ts', "import 'vega';", 'package-vega', 'vega'],
  ['src/numeric/zz.ts', "import 'fast-check';", 'known-package', 'fast-check'],
  ['src/spaces/zz.ts', "import './zz.js';", 'no-circle', 'src/spaces/zz.ts'],
  ['src/shed/zz.ts', "import '../numeric/dot.js';", 'known-room', 'src/numeric/dot.ts'],
];

test('the check of the house finds each forbidden import in a copy of src/, and nothing else', async () => {
  const copy = folder();
  const copied = [
    'src',
    'scripts/house',
    '.dependency-cruiser.mjs',
    'tsconfig.json',
    'package.json',
    'test/support/folder.ts',
  ];
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [file, line] of faults) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), `${line}\nexport {};\n`);
  }
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src'];
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: copy, maxBuffer: 2 ** 28 }, (_, out) => resolve(out));
  });
  const found = JSON.parse(stdout).summary.violations.map(
    ({ from, rule, to }: { from: string; rule: { name: string }; to: string }) =>
      `${rule.name}: ${from} → ${to.replace(/^.*node_modules\/([^/]+).*/, '$1')}`,
  );
  expect(found.sort()).toEqual(faults.map(([file, , rule, to]) => `${rule}: ${file} → ${to}`).sort());
}, 120_000);
