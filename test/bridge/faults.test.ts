import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AutoresetMode, RestartEvent, ServerDiedError } from '../../src/bridge/index.js';
import { eventually, isAlive, makeEnv, makeVectorEnv, OWN, plain, rejection, temporaryFolder } from './setup.js';

const TROUBLE = 'bridge-test/Trouble-v0';

/** A file that is there once the trouble has happened, so that it happens once. */
function marker(): string {
  return join(temporaryFolder(), 'marker');
}

describe.each(['auto', 'zeromq'] as const)('with the transport %s', (transport) => {
  describe('a server that dies', () => {
    it('in the middle of a step: exit status and last stderr lines are in the error (openai/gym #3281)', async () => {
      const heard: string[] = [];
      const env = await makeEnv(TROUBLE, {
        kwargs: { kind: 'exit' },
        onStderr: (text) => heard.push(text),
        transport,
        ...OWN,
      });
      await env.reset();
      const error = await rejection<ServerDiedError>(env.step(1));
      expect(error).toMatchObject({ name: 'ServerDiedError', exitStatus: { code: 3, signal: null } });
      expect(error.message).toContain(`ended with exit status 3 during step of ${TROUBLE}`);
      expect(error.stderrTail).toContain('last words of the simulator');
      expect(heard.join('')).toContain('last words of the simulator');
      await expect(env.step(0)).rejects.toBe(error);
    });

    it('by a signal: every call that is pending gets the error', async () => {
      const env = await makeVectorEnv(TROUBLE, { numEnvs: 2, kwargs: { kind: 'slow' }, transport, ...OWN });
      await env.reset();
      const calls = [env.step([1, 1]), env.step([0, 0]), env.getAttr('kind')].map((call) => rejection(call));
      process.kill(env.serverInfos[0].server.pid, 'SIGKILL');
      for (const error of await Promise.all(calls)) {
        expect(error).toMatchObject({ name: 'ServerDiedError', exitStatus: { code: null, signal: 'SIGKILL' } });
      }
    });

    it('between two calls: the next one gets the error', async () => {
      const env = await makeEnv('CartPole-v1', { transport });
      await env.reset();
      const { pid } = env.serverInfo.server;
      process.kill(pid, 'SIGKILL');
      await eventually(() => !isAlive(pid));
      await expect(env.step(0)).rejects.toMatchObject({ name: 'ServerDiedError' });
    });
  });

  describe('a server that hangs', () => {
    it('is a timeout that names request and wait, and closing it leaves nothing behind', async () => {
      const env = await makeVectorEnv(TROUBLE, {
        numEnvs: 1,
        kwargs: { kind: 'hang' },
        timeout: 500,
        transport,
        ...OWN,
      });
      await env.reset();
      const { pid } = env.serverInfos[0].server;
      const error = await rejection(env.step([1]));
      expect(error).toMatchObject({ name: 'RequestTimeoutError' });
      expect(error.message).toMatch(
        new RegExp(
          `mirrorflow_bridge, pid ${pid}\\) did not answer step of ${TROUBLE} \\(1 environment\\); waited 0\\.\\d s`,
        ),
      );
      await env.close();
      expect(isAlive(pid)).toBe(false);
    });
  });

  describe('with restart: true', () => {
    it('a step lost with its server ends the episodes as truncated, marked, and never splices two', async () => {
      const events: RestartEvent[] = [];
      const env = await makeVectorEnv(TROUBLE, {
        numEnvs: 4,
        servers: 2,
        kwargs: { kind: 'exit', at: 3, marker: marker() },
        restart: true,
        onRestart: (event) => events.push(event),
        onStderr: () => {},
        transport,
        ...OWN,
      });
      await env.reset({ seed: 1 });
      await env.step([0, 0, 0, 0]);
      await env.step([0, 0, 0, 0]);
      // Environment 3 ends its server, which it shares with environment 2.
      const [obs, reward, terminated, truncated, info] = await env.step([0, 1, 0, 0].toReversed());
      expect(plain(obs)).toEqual([[3], [3], [2], [2]]);
      expect([...reward]).toEqual([0, 0, 0, 0]);
      expect([...terminated]).toEqual([0, 0, 0, 0]);
      expect([...truncated]).toEqual([0, 0, 1, 1]);
      expect(info.restarted).toEqual(Uint8Array.from([0, 0, 1, 1]));
      expect(events).toMatchObject([{ from: 2, numEnvs: 2, error: { name: 'ServerDiedError' } }]);
      // As after any end of an episode in the mode next_step: the next step gives the first observation.
      const [first, , , over, after] = await env.step([0, 0, 0, 0]);
      expect(plain(first)).toEqual([[4], [4], [0], [0]]);
      expect([...over]).toEqual([0, 0, 0, 0]);
      expect(after.restarted).toBeUndefined();
      expect(plain((await env.step([0, 0, 0, 0]))[0])).toEqual([[5], [5], [1], [1]]);
    });

    /** Two environments whose server ends in the step after the one that was made. */
    async function aboutToExit(autoreset: AutoresetMode) {
      const env = await makeVectorEnv(TROUBLE, {
        numEnvs: 2,
        autoreset,
        kwargs: { kind: 'exit', at: 2, marker: marker() },
        restart: true,
        onStderr: () => {},
        transport,
        ...OWN,
      });
      await env.reset();
      await env.step([0, 0]);
      return env;
    }

    it('in the mode same_step the lost step has the new first observation and the last one as final_obs', async () => {
      const env = await aboutToExit('same_step');
      const [obs, , , truncated, info] = await env.step([1, 1]);
      expect(plain(obs)).toEqual([[0], [0]]);
      expect([...truncated]).toEqual([1, 1]);
      expect(plain(info.final_obs)).toEqual([[1], [1]]);
      expect(info.restarted).toEqual(Uint8Array.from([1, 1]));
      expect(plain((await env.step([0, 0]))[0])).toEqual([[1], [1]]);
    });

    it('in the mode disabled the environments wait for their reset', async () => {
      const env = await aboutToExit('disabled');
      const [obs, , , truncated] = await env.step([1, 1]);
      expect(plain(obs)).toEqual([[1], [1]]);
      expect([...truncated]).toEqual([1, 1]);
      expect(plain((await env.reset({ mask: truncated }))[0])).toEqual([[0], [0]]);
      expect(plain((await env.step([0, 0]))[0])).toEqual([[1], [1]]);
    });

    it('a server that hangs is killed and replaced', async () => {
      const env = await makeVectorEnv(TROUBLE, {
        numEnvs: 2,
        kwargs: { kind: 'hang', marker: marker() },
        restart: true,
        timeout: 500,
        transport,
        ...OWN,
      });
      await env.reset();
      const { pid } = env.serverInfos[0].server;
      const [, , , truncated, info] = await env.step([1, 1]);
      expect([...truncated]).toEqual([1, 1]);
      expect(info.restarted).toEqual(Uint8Array.from([1, 1]));
      await eventually(() => !isAlive(pid));
      expect(plain((await env.step([0, 0]))[0])).toEqual([[0], [0]]);
    });

    it('groups that share a server are restarted together, and each hears of its own environments', async () => {
      const events: RestartEvent[] = [];
      const env = await makeVectorEnv(TROUBLE, {
        numEnvs: 4,
        groups: 2,
        kwargs: { kind: 'exit', marker: marker() },
        restart: true,
        onRestart: (event) => events.push(event),
        onStderr: () => {},
        transport,
        ...OWN,
      });
      await env.reset();
      const [a, b] = await Promise.all([env.group(0).step([1, 0]), env.group(1).step([0, 0])]);
      expect(a[4].restarted).toEqual(Uint8Array.from([1, 1]));
      expect([...b[3]]).toEqual([1, 1]);
      expect(events.map(({ from }) => from).sort()).toEqual([0, 2]);
      expect(env.serverInfos).toHaveLength(1);
      expect(plain((await env.step([0, 0, 0, 0]))[0])).toEqual([[0], [0], [0], [0]]);
    });

    it('a server that dies again and again is given up', async () => {
      const env = await makeVectorEnv(TROUBLE, {
        numEnvs: 1,
        autoreset: 'same_step',
        kwargs: { kind: 'exit' },
        restart: true,
        onStderr: () => {},
        transport,
        ...OWN,
      });
      await env.reset();
      for (let i = 0; i < 3; i++) expect((await env.step([1]))[4].restarted).toEqual(Uint8Array.from([1]));
      await expect(env.step([1])).rejects.toMatchObject({ name: 'ServerDiedError' });
    });
  });
});
