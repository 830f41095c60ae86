import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const app = mkdtempSync(join(tmpdir(), 'mirrorflow-package-'));
const python = process.env.MIRRORFLOW_PYTHON ?? join(root, '.venv/bin/python');
const run = (command: string, args: string[]) =>
  execFileSync(command, args, { cwd: app, encoding: 'utf8', env: { ...process.env, MIRRORFLOW_PYTHON: python } });

// The package as a user gets it: packed, and installed with its dependencies in an empty folder.
beforeAll(() => {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', app], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', join(app, filename)]);
}, 300_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

test('the packed package trains from JavaScript', () => {
  writeFileSync(
    join(app, 'main.js'),
    `import { readPreset, train, theory, VectorEnv } from 'mirrorflow';
     const { steps } = await train({ ...readPreset('CliffWalking-v1'), totalSteps: 300 });
     console.log(steps > 100, typeof theory, typeof VectorEnv.make);`,
  );
  expect(run(process.execPath, ['main.js']).trim()).toBe('true object function');
});

test('its command runs', () => {
  expect(run('npx', ['--no-install', 'mirrorflow', 'envs'])).toContain('CartPole-v1');
});

test('its type declarations serve a strict TypeScript user', () => {
  writeFileSync(
    join(app, 'main.ts'),
    `import { type ConfigInput, type Metrics, readPreset, train, VectorEnv } from 'mirrorflow';
     const config: ConfigInput = { ...readPreset('CartPole-v1'), tau: 0.01 };
     const result = await train(config, { onMetrics: (metrics: Metrics) => metrics.kl.toFixed(2) });
     const mean: number | undefined = result.evaluation?.mean;
     const env: VectorEnv = await VectorEnv.make('CartPole-v1', { numEnvs: 2 });
     // @ts-expect-error: tau is no text
     const wrong: ConfigInput = { ...readPreset('CartPole-v1'), tau: true };
     export { env, mean, wrong };`,
  );
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', module: 'nodenext' };
  const typeRoots = [join(root, 'node_modules/@types')]; // a user has @types/node (docs/quickstart.md)
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots, types: ['node'] }, files: ['main.ts'] }),
  );
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], {
    cwd: app,
    encoding: 'utf8',
  });
  expect(tsc.stdout).toBe('');
});

test('only what package.json exports can be imported', () => {
  writeFileSync(
    join(app, 'inside.js'),
    "await import('mirrorflow/dist/agent/train.js').catch((e) => console.log(e.code));",
  );
  expect(run(process.execPath, ['inside.js']).trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
