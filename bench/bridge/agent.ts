import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figures } from './figures.js';
import type { Transport } from './ours.js';
import { fromPython } from './references.js';

/** What a client in Python measured: round trips, µs. */
export interface ClientFigures {
  readonly count: number;
  readonly p50: number;
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

const ECHO = `
  import { Router } from 'zeromq';
  const socket = new Router();
  await socket.bind(process.argv[1]);
  console.log('listening');
  process.stdin.on('end', () => process.exit()).resume();
  for await (const frames of socket) await socket.send(frames);`;

/** An agent of CartPole that is served, and beside it an echo in Node; clients in Python ask the one and the other. */
export class ServedAgent {
  private readonly folder: string;
  private readonly ends: readonly (() => Promise<unknown>)[];

  private constructor(folder: string, ends: readonly (() => Promise<unknown>)[]) {
    this.folder = folder;
    this.ends = ends;
  }

  /** Starts both. The first client of a new agent must say what the spaces are: one teaches it for a second. */
  static async start(): Promise<ServedAgent> {
    const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-bench-'));
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const served = new ServedAgent(folder, [
      await start([main, 'serve', '--new', 'CartPole-v1', '--child', '--bind', `ipc://${folder}/agent`]),
      await start(['--input-type=module', '-e', ECHO, `ipc://${folder}/echo`]),
    ]);
    await served.teach(1);
    return served;
  }

  /** Round trips of `predict` of one observation. */
  predict(seconds: number, transport: Transport = 'auto'): Promise<ClientFigures> {
    return this.client('predict', 'agent', seconds, transport);
  }

  /** Round trips of the same bytes to the echo, on a bare DEALER. */
  raw(seconds: number): Promise<ClientFigures> {
    return this.client('raw', 'echo', seconds);
  }

  /** Teaches as fast as the agent learns. @returns the number of policy updates as `mean` */
  teach(seconds: number): Promise<ClientFigures> {
    return this.client('teach', 'agent', seconds);
  }

  async end(): Promise<void> {
    await Promise.all(this.ends.map((end) => end()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private client(what: string, socket: string, seconds: number, transport: Transport = 'auto'): Promise<ClientFigures> {
    return fromPython('act_client.py', what, `ipc://${this.folder}/${socket}`, seconds, transport);
  }
}

/** As the figures of a row whose value is the median round trip. */
export function medianTrip({ p50, p99 }: ClientFigures): Figures {
  return { value: p50, p50, p99 };
}

/** Starts a program in Node that prints a line when it listens, and ends with its standard input. */
async function start(args: string[]): Promise<() => Promise<unknown>> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return () => new Promise((resolve) => child.once('exit', resolve).stdin.end());
}
