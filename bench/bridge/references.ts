import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Dealer } from 'zeromq';
import { findPython } from '../../src/bridge/index.js';
import { type Figures, rateFigures, tripFigures, trips } from './figures.js';

/** The one line of JSON that a program of bench/ in Python prints. @throws Error where it prints none */
export async function fromPython<T>(program: string, ...args: (string | number)[]): Promise<T> {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const child = spawn(findPython(), [path, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as T;
  throw new Error(`${program} ${args.join(' ')} printed nothing`);
}

/** Gymnasium's own vector environments in a Python process. */
export function inProcess(mode: string, id: string, numEnvs: number, seconds: number): Promise<Figures> {
  return fromPython<Figures>('bridge_reference.py', mode, id, numEnvs, seconds);
}

/**
 * Round trips of a bare DEALER and an echo in Python.
 * @param bytes of the request, which comes back as it is
 * @param reply bytes that come back instead; 0 for none. The value is then bytes a second, else the median round trip.
 */
export async function rawEcho(bytes: number, reply: number, seconds: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-bench-'));
  const endpoint = `ipc://${join(folder, 's')}`;
  const helper = fileURLToPath(new URL('../bridge_reference.py', import.meta.url));
  const echo = spawn(findPython(), [helper, 'echo', endpoint, String(reply)], { stdio: ['pipe', 'ignore', 'inherit'] });
  const socket = new Dealer({ linger: 0 });
  socket.connect(endpoint);
  const message = [Buffer.alloc(bytes)];
  const times = await trips(seconds, async () => {
    await socket.send(message);
    await socket.receive();
  });
  socket.close();
  await new Promise((resolve) => echo.once('exit', resolve).stdin.end());
  rmSync(folder, { recursive: true, force: true });
  return reply > 0 ? rateFigures([times], reply) : tripFigures(times);
}
