import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ActorCritic, parseConfig, readPreset } from '../../src/agent/index.js';
import { Dashboard } from '../../src/dashboard/index.js';
import { Pace } from '../../src/dashboard/pace.js';
import { sliceOf, stateSpaceOf } from '../../src/dashboard/slice.js';
import { Box, Discrete } from '../../src/spaces/index.js';
import { folder } from '../support/folder.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const nothingSeen = { low: [], high: [] };

/** A request with any host, path and method. */
function request(url: string, options: { host?: string; method?: string } = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    get(url, { headers, method: options.method ?? 'GET' }, (response) => {
      let body = '';
      response.on('data', (data) => (body += data));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    }).on('error', reject);
  });
}

test('the page is for who has the token and asks by a name of this machine, and it may load nothing from elsewhere', async () => {
  const dashboard = await Dashboard.start(0, readPreset('CartPole-v1'));
  const { url } = dashboard;
  const { origin, port, hostname, pathname } = new URL(url);
  expect(hostname).toBe('127.0.0.1');
  expect(pathname.length).toBeGreaterThan(30);
  const page = await request(url);
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.body).not.toMatch(/https?:/);
  for (const file of page.body.matchAll(/(?:src|href)="([\w.]+)"/g)) {
    expect((await request(url + file[1])).status).toBe(200);
  }
  expect((await request(url, { host: `localhost:${port}` })).status).toBe(200);

  // Without the token, or with one that is cut or changed.
  const wrong = ['/', '/events', pathname.slice(0, -2), pathname.replace(/.\/$/, '!/'), `/${'x'.repeat(32)}/`];
  for (const path of wrong) expect((await request(origin + path)).status, path).toBe(403);
  // DNS rebinding: the right address by a wrong name.
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`]) {
    expect((await request(url, { host })).status, host).toBe(403);
  }
  expect((await request(url, { method: 'POST' })).status).toBe(405);
  for (const path of ['../package.json', '..%2f..%2fpackage.json', 'nothing']) {
    expect((await request(`${origin}${pathname}${path}`)).status).not.toBe(200);
  }
  for (const member of ['__proto__', 'constructor', 'toString']) {
    expect((await request(url + member)).status, member).toBe(404);
  }
  expect(await request(`${url}slice`)).toMatchObject({ status: 503, body: 'training has not begun\n' });
  await dashboard.close({ reason: 'aborted' });
  await expect(request(url)).rejects.toThrow(/ECONNREFUSED|socket hang up/);
});

test('a port that is taken is named', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  await expect(Dashboard.start(port, readPreset('CartPole-v1'))).rejects.toThrow(`--dashboard: port ${port} is in use`);
  other.close();
});

test('the slice is −V̄/costScale and the likeliest action, as computed by hand from θ and w', () => {
  const config = parseConfig({ ...readPreset('FrozenLake-v1'), tau: 0.3, gamma: 0.8, costScale: 0.5 });
  const agent = new ActorCritic(config, new Discrete(6), new Discrete(2));
  agent.critic.theta.forEach((_, i, theta) => {
    theta[i] = Math.sin(3 * i);
  });
  agent.policy.w.forEach((_, i, w) => {
    w[i] = 2 * Math.cos(5 * i);
  });
  const space = stateSpaceOf(agent, nothingSeen);
  if (space.kind === 'none') throw new Error(space.reason);
  const slice = sliceOf(agent, space, { x: 0, y: 0, at: [] });
  expect([slice.rows, slice.columns]).toEqual([2, 3]);
  for (let s = 0; s < 6; s++) {
    const [w0, w1] = [agent.policy.w[s], agent.policy.w[6 + s]];
    const [q0, q1] = [agent.critic.theta[s], agent.critic.theta[6 + s]];
    const p = 1 / (1 + Math.exp(w0 - w1));
    const value = p * (q0 + 0.3 * Math.log(2 * p)) + (1 - p) * (q1 + 0.3 * Math.log(2 * (1 - p)));
    // State 0 is at the top left.
    const cell = (1 - Math.floor(s / 3)) * 3 + (s % 3);
    expect(slice.value[cell]).toBeCloseTo(-value / 0.5, 4);
    expect(slice.action[cell]).toBe(p >= 0.5 ? 0 : 1);
    expect(slice.certainty[cell]).toBeCloseTo(Math.max(p, 1 - p), 4);
  }
});

test('a slice of numbers has the ranges of the features, else those seen, and says why there is none', () => {
  const cartPole = new Box([-4.8, -Infinity, -0.4, -Infinity], [4.8, Infinity, 0.4, Infinity]);
  const agent = new ActorCritic(readPreset('CartPole-v1'), cartPole, new Discrete(2));
  expect(stateSpaceOf(agent, nothingSeen)).toEqual({
    kind: 'numbers',
    low: [-2.4, -3, -0.21, -3],
    high: [2.4, 3, 0.21, 3],
  });
  const one = new ActorCritic(
    parseConfig({ ...readPreset('CartPole-v1'), features: { type: 'fourier', order: 1 } }),
    new Box([0], [1]),
    new Discrete(2),
  );
  expect(stateSpaceOf(one, nothingSeen)).toMatchObject({ kind: 'none', reason: expect.stringContaining('one number') });
});

test('work for those who look on takes no more than its share of the time', async () => {
  const pace = new Pace(0.1, 1);
  const began = performance.now();
  let worked = 0;
  const work = () => {
    const from = performance.now();
    while (performance.now() - from < 10);
    worked += performance.now() - from;
  };
  await Promise.all(Array.from({ length: 5 }, () => pace.run(work)));
  // The first begins at once; each of the other four waits for ten times what the one before took.
  expect(performance.now() - began).toBeGreaterThan(4 * 99);
  expect(worked).toBeGreaterThanOrEqual(50);
  await expect(pace.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('train --dashboard prints the address, serves events, frames and slices, and ends although a page is connected', async () => {
  const args = ['train', 'MountainCar-v0', '--steps', '4000', '--json', '--out', folder(), '--dashboard'];
  const child = spawn(process.execPath, [program, ...args, '--set', 'evaluation.every=2000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      const found = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec(text);
      if (found) resolve(found[0]);
    });
  });
  let events = '';
  const begun = new Promise<void>((resolve) => {
    get(`${url}events`, (response) => {
      response.on('data', (data) => {
        events += data;
        if (/event: metrics/.test(events)) resolve();
      });
    });
  });
  await begun;
  const frame = await fetch(`${url}frame`);
  const { width, height, observation } = JSON.parse(frame.headers.get('x-picture')!);
  expect((await frame.arrayBuffer()).byteLength).toBe(width * height * 3);
  expect(observation).toHaveLength(2);
  const slice = (await (await fetch(`${url}slice?x=1&y=0&at=0,0`)).json()) as { value: number[] };
  expect(slice.value).toHaveLength(41 * 41);
  for (const query of ['x=0&y=0&at=0,0', 'x=0&y=7&at=0,0', 'x=0&y=1&at=0', 'x=0&y=1&at=0,NaN', '']) {
    expect((await fetch(`${url}slice?${query}`)).status, query).toBe(400);
  }
  expect(await ended).toBe(0);
  expect(events).toMatch(/event: begin/);
  expect(events).toMatch(/event: evaluation/);
  expect(events).toMatch(/event: end\ndata: {"reason":"totalSteps"}/);
}, 120_000);

test('a port that is none is refused', async () => {
  const child = spawn(process.execPath, [program, 'train', '--dashboard', 'CartPole-v1'], { stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += data));
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
  expect(stderr).toMatch(/--dashboard.*expected a port of 0 … 65535/s);
});
