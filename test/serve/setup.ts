import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Dealer } from 'zeromq';
import { decode, encode, type Header, PROTOCOL_VERSION } from '../../src/bridge/index.js';
import { Box, Discrete } from '../../src/spaces/index.js';
import { folder as temporaryFolder } from '../support/folder.js';

/** The built command line, as users run it. */
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The spaces of CartPole-v1, as a client describes them. */
export const CARTPOLE = {
  observation_space: new Box(
    [-4.8, -Infinity, -0.41887903, -Infinity],
    [4.8, Infinity, 0.41887903, Infinity],
  ).describe(),
  action_space: new Discrete(2).describe(),
};

export interface AgentServer {
  readonly endpoint: string;
  readonly process: ChildProcess;
  /** What it wrote to standard error so far. */
  readonly stderr: () => string;
  /** Bytes of memory that it uses. */
  readonly memory: () => number;
}

/** `mirrorflow serve` in a process of its own, which ends with the test. */
export async function serveAgent(args: string[] = ['--new', 'CartPole-v1'], bind?: string): Promise<AgentServer> {
  const folder = temporaryFolder();
  const { child, stderr } = start([...args, '--bind', bind ?? `ipc://${folder}/s`], folder);
  const line = await Promise.race([once(child.stdout!, 'data').then(String), once(child, 'close').then(() => '')]);
  if (line === '') throw new Error(`mirrorflow serve ended: ${stderr()}`);
  const memory = () => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);
  return { endpoint: JSON.parse(line).listening, process: child, stderr, memory };
}

/** The exit status of `mirrorflow serve` and what it says, where it does not serve. */
export async function refused(args: string[]): Promise<{ status: number | null; stderr: string }> {
  const { child, stderr } = start(args, temporaryFolder());
  const [status] = await once(child, 'close');
  return { status, stderr: stderr() };
}

function start(args: string[], cwd: string): { child: ChildProcess; stderr: () => string } {
  const child = spawn(process.execPath, [CLI, 'serve', ...args], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (bytes) => {
    said += bytes;
  });
  return { child, stderr: () => said };
}

/** A raw client: no help of the package's own client, so that it can do what that one never does. */
export class RawClient {
  readonly socket: Dealer;
  private lastId = 0;

  constructor(endpoint: string, options: ConstructorParameters<typeof Dealer>[0] = {}) {
    this.socket = new Dealer({ linger: 0, receiveTimeout: 30_000, ...options });
    this.socket.connect(endpoint);
    onTestFinished(() => this.socket.close());
  }

  /** Sends a request without waiting. @returns its id */
  async send(op: string, fields: Header = {}): Promise<number> {
    const id = ++this.lastId;
    await this.socket.send(encode({ v: PROTOCOL_VERSION, id, op, ...fields }));
    return id;
  }

  /** The next reply that comes, whosever it is. */
  async receive(): Promise<Header> {
    return decode(await this.socket.receive());
  }

  /** Sends a request and waits for its reply. */
  async ask(op: string, fields: Header = {}): Promise<Header> {
    const id = await this.send(op, fields);
    for (;;) {
      const reply = await this.receive();
      if (reply.id === id) return reply;
    }
  }

  /** Greets the server with spaces. */
  hello(spaces: Header = CARTPOLE): Promise<Header> {
    return this.ask('hello', { client: { name: 'test', version: '0' }, ...spaces });
  }
}
