import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gymnasium } from '../bridge/setup.js';
import { loadedBy } from './loadedBy.js';
import { strictUser } from './strictUser.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const app = mkdtempSync(join(tmpdir(), 'mirrorflow-package-'));
const python = process.env.MIRRORFLOW_PYTHON ?? join(root, '.venv/bin/python');
let tarball: string;
/** What the tarball has. */
let files: string[];

const run = (command: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  execFileSync(command, args, {
    cwd: app,
    encoding: 'utf8',
    env: { ...process.env, MIRRORFLOW_PYTHON: python, ...env },
  });

/** What a JavaScript program of a user prints, as JSON. */
function output(program: string, env: NodeJS.ProcessEnv = {}): unknown {
  writeFileSync(join(app, 'main.js'), program);
  return JSON.parse(run(process.execPath, ['main.js'], env));
}

// The package as a user gets it: packed, and installed with its dependencies in an empty folder.
beforeAll(() => {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', app];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }));
  tarball = join(app, packed.filename);
  files = packed.files.map(({ path }: { path: string }) => path);
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball]);
}, 300_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

test('the tarball has what is built, what runs in Python and in the browser, the presets and the licence: nothing else', () => {
  const belongs = [
    /^dist\/.*\.(js|js\.map|d\.ts)$/,
    /^src\/dashboard\/page\/\w+\.(js|css|html)$/,
    /^envs\/(regimes\/)?[\w-]+\.json$/,
    /^envs\/mirrorflow_envs\/(README\.md|pyproject\.toml|mirrorflow_envs\/\w+\.py)$/,
    /^python_bridge\/(LICENSE|README\.md|pyproject\.toml|mirrorflow_bridge\/([\w/]+\.py|py\.typed))$/,
    /^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/,
  ];
  expect(files.filter((file) => !belongs.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(files.filter((file) => /(^|[/_.])tests?([/_.]|$)/.test(file))).toEqual([]);
});

test('publint has nothing to say of the tarball', async () => {
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages).toEqual([]);
});

test('its command runs', () => {
  expect(run('npx', ['--no-install', 'mirrorflow', 'envs'])).toContain('CartPole-v1');
});

describe('what each entry gives to JavaScript', () => {
  test('mirrorflow: trains on an environment of Gymnasium', () => {
    const steps = output(`
      import { readPreset, train } from 'mirrorflow';
      const { steps } = await train({ ...readPreset('CliffWalking-v1'), totalSteps: 300 });
      console.log(steps);`);
    expect(steps).toBeGreaterThan(100);
  });

  test('mirrorflow: trains on environments in TypeScript where there is no Python', () => {
    const [error, reason, mean] = output(
      `
      import { readPreset, train } from 'mirrorflow';
      import { Env } from 'mirrorflow/bridge';
      import { CartPole, SyncVectorEnv } from 'mirrorflow/envs';
      const error = await Env.make('CartPole-v1').catch(({ name, code }) => [name, code]);
      const envs = (n) => new SyncVectorEnv(() => new CartPole(), n);
      const { reason, evaluation } = await train(readPreset('CartPole-v1'), { envs });
      console.log(JSON.stringify([error, reason, evaluation.mean]));`,
      { PATH: join(app, 'empty'), MIRRORFLOW_PYTHON: undefined },
    ) as [string[], string, number];
    expect(error).toEqual(['ServerStartError', 'PythonNotFound']);
    // Gymnasium counts CartPole-v1 as solved from 475 steps of at most 500 on.
    expect(reason).toBe('threshold');
    expect(mean).toBeGreaterThanOrEqual(475);
  });

  test('mirrorflow: an agent acts, learns, is saved, and acts on when it is loaded', () => {
    const [entropy, updates, actions, loaded] = output(`
      import { Agent } from 'mirrorflow';
      import { CartPole } from 'mirrorflow/envs';
      const env = new CartPole();
      const agent = Agent.create({ ...env, preset: 'CartPole-v1', seed: 1 });
      let [obs] = env.reset({ seed: 1 });
      const entropy = agent.distribution(obs).entropy();
      for (let t = 0; t < 300; t++) {
        const action = agent.act(obs);
        const [nextObs, reward, terminated, truncated] = env.step(action);
        agent.observe({ action, reward, nextObs, terminated, truncated });
        obs = terminated || truncated ? env.reset()[0] : nextObs;
      }
      await agent.save('agent.ckpt');
      const again = await Agent.load('agent.ckpt');
      const actionsOf = (one) => Array.from({ length: 50 }, () => one.act(obs));
      console.log(JSON.stringify([entropy, agent.updates, actionsOf(agent), actionsOf(again)]));`) as [
      number,
      number,
      number[],
      number[],
    ];
    // Before it learns its policy is μ, uniform on two actions.
    expect(entropy).toBeCloseTo(Math.LN2, 12);
    expect(updates).toBeGreaterThan(0);
    expect([...new Set(actions)].sort()).toEqual([0, 1]);
    expect(loaded).toEqual(actions);
  });

  test('mirrorflow/bridge: steps an environment of Gymnasium', () => {
    const results = output(`
      import { Env } from 'mirrorflow/bridge';
      const env = await Env.make('CartPole-v1');
      const results = [await env.reset({ seed: 3 })];
      for (const action of [1, 0, 1]) results.push(await env.step(action));
      await env.close();
      console.log(JSON.stringify(results));`);
    expect(results).toEqual(gymnasium({ id: 'CartPole-v1', seed: 3, actions: [1, 0, 1] })[0]);
  });

  test('mirrorflow/envs: steps two CartPoles 100 times', () => {
    const results = output(`
      import { CartPole, SyncVectorEnv } from 'mirrorflow/envs';
      const envs = new SyncVectorEnv(() => new CartPole(), 2);
      const results = [envs.reset({ seed: 5 })[0]];
      for (let t = 0; t < 100; t++) results.push(envs.step([t % 2, t % 3 > 0 ? 1 : 0])[0]);
      console.log(JSON.stringify(results));`);
    const actions = Array.from({ length: 100 }, (_, t) => [t % 2, t % 3 > 0 ? 1 : 0]);
    const [expected] = gymnasium({ id: 'CartPole-v1', num_envs: 2, seed: 5, actions });
    expect(results).toEqual(expected.map(([obs]) => obs));
  });

  test('mirrorflow/features: a Fourier map of a state', () => {
    const psi = output(`
      import { fourier } from 'mirrorflow/features';
      const map = fourier({ low: [0, -1], high: [1, 1], order: 1 });
      const values = new Float64Array(map.size);
      map.encode([0.5, -0.5], 0, values, new Int32Array(0), 0);
      console.log(JSON.stringify([...values]));`) as number[];
    // cos(π⟨c, x⟩)/2 at x = (1/2, 1/4) for c = (0,0), (0,1), (1,0), (1,1).
    const expected = [1, Math.SQRT1_2, 0, -Math.SQRT1_2].map((x) => x / 2);
    expect(psi).toHaveLength(4);
    for (const [k, x] of expected.entries()) expect(psi[k]).toBeCloseTo(x, 14);
  });

  test('mirrorflow/policy: a softmax of three actions', () => {
    const [probabilities, kl] = output(`
      import { discreteFamily } from 'mirrorflow/policy';
      const density = discreteFamily(3).density();
      density.set(Float64Array.of(0, Math.log(2), Math.log(4)));
      console.log(JSON.stringify([[...density.mean], density.kl]));`) as [number[], number];
    const expected = [4 / 7, 2 / 7, 1 / 7];
    for (const [a, p] of expected.entries()) expect(probabilities[a]).toBeCloseTo(p, 14);
    expect(kl).toBeCloseTo(
      expected.reduce((sum, p) => sum + p * Math.log(3 * p), 0),
      14,
    );
  });

  test('mirrorflow/theory: the optimum of a process of two states', () => {
    const value = output(`
      import { softOptimal, twoState } from 'mirrorflow/theory';
      console.log(JSON.stringify([...softOptimal(twoState(0.9), 0.5).value]));`) as number[];
    // V = −τ log ∫ e^{−(c + γPV)/τ} dμ: action 0 stays, action 1 crosses over nine times of ten.
    let V = [0, 0];
    const soft = (stay: number, cross: number) => -0.5 * Math.log((Math.exp(-stay / 0.5) + Math.exp(-cross / 0.5)) / 2);
    for (let n = 0; n < 400; n++) {
      const [here, there] = V;
      V = [
        soft(1 + 0.9 * here, 1.2 + 0.9 * (0.9 * there + 0.1 * here)),
        soft(0.9 * there, 0.5 + 0.9 * (0.9 * here + 0.1 * there)),
      ];
    }
    for (const s of [0, 1]) expect(value[s]).toBeCloseTo(V[s], 12);
  });

  test('mirrorflow/report: a chart as SVG', () => {
    const svg = output(`
      import { lineChart } from 'mirrorflow/report';
      const series = [{ name: 'a', points: [{ x: 0, y: 1 }, { x: 1, y: 0 }] }];
      console.log(JSON.stringify(await lineChart({ title: 'Gap', xTitle: 'time', yTitle: 'cost', series })));`);
    expect(svg).toMatch(/^<svg .*>Gap<.*<\/svg>$/s);
  });
});

describe('what each entry loads', () => {
  test('mirrorflow loads neither ZeroMQ nor Vega', () => {
    const { rooms, packages } = loadedBy(app, 'mirrorflow');
    expect(rooms).toEqual(expect.arrayContaining(['agent', 'spaces']));
    expect(rooms).not.toContain('bridge');
    expect(packages).toContain('msgpackr');
    expect(packages.filter((name) => /zeromq|vega/.test(name))).toEqual([]);
  });

  test('mirrorflow/bridge loads nothing of the agent, and no Vega', () => {
    const { rooms, packages } = loadedBy(app, 'mirrorflow/bridge');
    expect(rooms).toEqual(['bridge', 'doors', 'numeric', 'spaces']);
    expect(packages).toContain('zeromq');
    expect(packages.filter((name) => name.includes('vega'))).toEqual([]);
  });

  test.each([
    ['mirrorflow/envs', ['pure-rand']],
    ['mirrorflow/features', ['pure-rand']],
    ['mirrorflow/policy', ['ml-matrix', 'pure-rand']],
    ['mirrorflow/theory', ['fflate', 'ml-matrix', 'pure-rand']],
  ])('%s loads %j and no module of Node: it runs in a browser', (entry, expected) => {
    const { packages, builtins } = loadedBy(app, entry);
    expect([packages, builtins]).toEqual([expected, []]);
  });
});

test.each(['dist/agent/train.js', 'dist/doors/theory.js', 'agent', 'src/dashboard/page/app.js'])(
  'what package.json does not export cannot be imported: mirrorflow/%s',
  (path) => {
    const code = output(`
      const code = await import('mirrorflow/${path}').catch((error) => error.code);
      console.log(JSON.stringify(code));`);
    expect(code).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  },
);

test.each([
  ['nodenext', 'nodenext', false],
  // The declarations of the package and of what it needs, vega's many among them, are checked above.
  ['bundler', 'esnext', true],
])(
  'its types serve a strict user of every entry with moduleResolution %s',
  (moduleResolution, module, skipLibCheck) => {
    const typeRoots = [join(root, 'node_modules/@types')]; // a user has @types/node (docs/quickstart.md)
    const how = { strict: true, noEmit: true, target: 'es2022', module, moduleResolution, skipLibCheck };
    const compilerOptions = { ...how, typeRoots, types: ['node'] };
    writeFileSync(join(app, 'main.ts'), strictUser);
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], {
      cwd: app,
      encoding: 'utf8',
    });
    expect(tsc.stdout).toBe('');
  },
);
