import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, isAlive, PYTHON_PATH, temporaryFolder } from './setup.js';

const BRIDGE = new URL('../../dist/bridge/index.js', import.meta.url).href;

/** Runs a Node program that uses the bridge (as built in dist/), with a folder for temporary files of its own. */
function program(body: string, servers = 1) {
  const temporary = temporaryFolder();
  const path = join(temporaryFolder(), 'program.mjs');
  const options = `{ numEnvs: 2, servers: ${servers}, imports: ['bridge_test_envs'], env: { PYTHONPATH: ${JSON.stringify(PYTHON_PATH)} } }`;
  writeFileSync(
    path,
    `import { Env, VectorEnv } from ${JSON.stringify(BRIDGE)};
     const env = await VectorEnv.make('bridge-test/Trouble-v0', { ...${options}, kwargs: { kind: 'hang' } });
     await env.reset();
     console.log(JSON.stringify(env.serverInfos.map((info) => info.server.pid)));
     ${body}`,
  );
  const child = spawn(process.execPath, [path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  return {
    child,
    ended,
    errors: () => errors,
    /** The servers' process ids, once they are there. */
    async pids(): Promise<number[]> {
      await eventually(() => output.includes(']') || child.exitCode !== null, 20_000);
      return JSON.parse(output.split('\n')[0]);
    },
    async expectNothingLeft(pids: number[]) {
      for (const pid of pids) await eventually(() => !isAlive(pid));
      await eventually(() => readdirSync(temporary).length === 0);
    },
  };
}

async function endAfterStart(kill: (child: ChildProcess) => void, body = 'setInterval(() => {}, 1000);', servers = 1) {
  const run = program(body, servers);
  const pids = await run.pids();
  expect(pids).toHaveLength(servers);
  kill(run.child);
  const status = await run.ended;
  await run.expectNothingLeft(pids);
  return status;
}

describe('no server and no temporary folder outlives the program (openai/gym #1544)', () => {
  it('after close()', async () => {
    expect(await endAfterStart(() => {}, 'await env.close();')).toEqual({ code: 0, signal: null });
  });

  it('when it ends and forgot close(): the environments do not keep Node alive', async () => {
    expect(await endAfterStart(() => {}, 'await env.step([0, 0]);', 2)).toEqual({ code: 0, signal: null });
  });

  it('when it forgot close() after a timeout', async () => {
    const body = `await env.step([1, 0], { timeout: 300 }).catch((error) => console.error(error.name));`;
    expect(await endAfterStart(() => {}, body)).toEqual({ code: 0, signal: null });
  });

  it('when it ends by an exception', async () => {
    expect(await endAfterStart(() => {}, "throw new Error('mine');")).toEqual({ code: 1, signal: null });
  });

  it('when it ends by an exception while a step is on its way', async () => {
    const body = "env.step([1, 1]).catch(() => {}); setTimeout(() => { throw new Error('mine'); }, 200);";
    expect(await endAfterStart(() => {}, body)).toEqual({ code: 1, signal: null });
  });

  it('on process.exit()', async () => {
    expect(await endAfterStart(() => {}, 'process.exit(5);')).toEqual({ code: 5, signal: null });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('on %s', async (signal) => {
    expect(await endAfterStart((child) => child.kill(signal))).toEqual({ code: null, signal });
  });

  it('on SIGINT while a server hangs', async () => {
    const run = program('env.step([1, 1]).catch(() => {}); setTimeout(() => console.error("hangs"), 300);');
    const pids = await run.pids();
    await eventually(() => run.errors().includes('hangs'));
    run.child.kill('SIGINT');
    expect(await run.ended).toEqual({ code: null, signal: 'SIGINT' });
    await run.expectNothingLeft(pids);
  });

  it('and a program that handles SIGINT itself can still use its environments', async () => {
    const body = `setInterval(() => {}, 1000);
      process.on('SIGINT', async () => { await env.step([0, 0]); await env.close(); process.exit(0); });`;
    expect(await endAfterStart((child) => child.kill('SIGINT'), body)).toEqual({ code: 0, signal: null });
  });
});

it('a program that awaits a step of a killed server is told of it, whatever carries the request', async () => {
  for (const transport of ['auto', 'zeromq']) {
    const path = join(temporaryFolder(), 'program.mjs');
    writeFileSync(
      path,
      `import { VectorEnv } from ${JSON.stringify(BRIDGE)};
       const env = await VectorEnv.make('bridge-test/Trouble-v0', { numEnvs: 2, imports: ['bridge_test_envs'], transport: '${transport}',
         env: { PYTHONPATH: ${JSON.stringify(PYTHON_PATH)} }, kwargs: { kind: 'hang' } });
       await env.reset();
       const { pid } = env.serverInfos[0].server;
       process.kill(pid, 'SIGSTOP'); // No answer before its end.
       const step = env.step(new Int32Array(2));
       setTimeout(() => process.kill(pid, 'SIGKILL'), 50);
       await step.then(() => console.log('stepped'), (error) => console.log(error.message));`,
    );
    const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    // Node's 13 would be a promise that nothing settles any more.
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(output).toMatch(/was killed by SIGKILL during step/);
  }
}, 30_000);
