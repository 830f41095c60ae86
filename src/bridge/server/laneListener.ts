import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { BridgeError } from '../errors.js';
import { decode } from '../message/decode.js';
import { type Limits, PROTOCOL_VERSION } from '../message/limits.js';
import type { Client } from './client.js';
import { answers, MAX_IPC_PATH } from './endpoint.js';
import { checkEnvelope, idIn } from './envelope.js';
import { Lane } from './lane.js';
import { notOpened } from './refusals.js';

/** Milliseconds in which a connection says whose it is. */
const OPEN_MS = 5_000;
/** Connections that have not said it yet; more are refused. */
const MOST_UNOPENED = 64;
/** What the first message of a lane is held to. */
const FIRST_MESSAGE = { max_header_bytes: 4_096, max_frame_bytes: 0 };

/** Where lanes are opened: a Unix socket beside that of ZeroMQ, in its folder. */
export class LaneListener {
  private readonly path: string;
  private readonly limits: Limits;
  private readonly server: Server;
  private readonly unopened = new Set<Lane>();
  private readonly sockets = new Set<Socket>();
  private readonly tokens = new Map<string, Client>();
  private readonly tokenOf = new Map<Client, string>();

  /**
   * Listens beside the socket of an ipc endpoint that was prepared and bound.
   * @returns null where there is no such place: another system or endpoint, too long a path, something else there, somebody who listens
   */
  static async beside(endpoint: string, limits: Limits): Promise<LaneListener | null> {
    if (process.platform === 'win32' || !endpoint.startsWith('ipc://')) return null;
    const path = `${resolve(endpoint.slice('ipc://'.length))}.lane`;
    if (Buffer.byteLength(path) > MAX_IPC_PATH || !(await isFree(path))) return null;
    const listener = new LaneListener(path, limits);
    if (!(await listener.listen())) return null;
    chmodSync(path, 0o600);
    return listener;
  }

  private constructor(path: string, limits: Limits) {
    this.path = path;
    this.limits = limits;
    this.server = createServer((socket) => this.accept(socket));
  }

  /** What opens a client's lane, once and until its next `hello`. */
  offer(client: Client): { path: string; token: string } {
    this.forget(client);
    const token = randomBytes(24).toString('base64url');
    this.tokens.set(token, client);
    this.tokenOf.set(client, token);
    return { path: this.path, token };
  }

  /** A client's token is no longer valid. */
  forget(client: Client): void {
    const token = this.tokenOf.get(client);
    if (token === undefined) return;
    this.tokenOf.delete(client);
    this.tokens.delete(token);
  }

  /** Ends everything, and removes the socket's file. */
  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** @returns whether it could */
  private listen(): Promise<boolean> {
    return new Promise((done) => {
      this.server.once('error', () => done(false));
      this.server.listen({ path: this.path, backlog: MOST_UNOPENED }, () => {
        // That one connection could not be accepted (too many files are open, say) ends none of the others.
        this.server.on('error', () => {});
        done(true);
      });
    });
  }

  private accept(socket: Socket): void {
    if (this.unopened.size >= MOST_UNOPENED) {
      socket.destroy();
      return;
    }
    this.sockets.add(socket);
    const late = setTimeout(() => lane.close(), OPEN_MS);
    const over = () => {
      clearTimeout(late);
      this.unopened.delete(lane);
    };
    const lane: Lane = new Lane(
      socket,
      { ...this.limits, ...FIRST_MESSAGE },
      {
        onMessage: (frames) => {
          over();
          this.open(lane, frames);
        },
        onDrain: () => {},
        onEnd: over,
      },
    );
    this.unopened.add(lane);
    socket.once('close', () => this.sockets.delete(socket));
  }

  /** The first message of a lane. */
  private open(lane: Lane, frames: Uint8Array[]): void {
    let id = 0;
    try {
      const request = decode(frames, this.limits);
      id = idIn(request);
      checkEnvelope(request);
      const { v: _, id: __, op, token, ...rest } = request;
      if (op !== 'lane') throw notOpened('the first message of a lane opens it, and this one does not');
      if (typeof token !== 'string' || Object.keys(rest).length > 0) throw notOpened('lane: wrong arguments');
      const client = this.tokens.get(token);
      if (client === undefined) throw notOpened('lane: the token is not valid');
      this.forget(client);
      client.openLane(lane);
      client.heard = performance.now();
      lane.post({ v: PROTOCOL_VERSION, id, ok: true });
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      lane.fail(id, error);
    }
  }
}

/** Whether the path can be listened on; the file of a killed server is removed. */
async function isFree(path: string): Promise<boolean> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return true;
  if (!there.isSocket() || (await answers(path))) return false;
  rmSync(path, { force: true });
  return true;
}
