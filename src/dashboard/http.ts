import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../config/configError.js';

/** Answers a request for `path`, what follows the token. */
export type Handler = (path: string, query: URLSearchParams, response: ServerResponse) => void | Promise<void>;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Connections at most: a page needs half a dozen, and each takes a file of the process that trains. */
const MAX_CONNECTIONS = 32;
/** Milliseconds in which a connection must have sent the head of a request. */
const HEADERS_MS = 10_000;

/**
 * A server for the one who started it: on 127.0.0.1 only, below a random token, and for requests by the names of this machine alone, so that a page
 * from elsewhere whose name was made to point here (DNS rebinding) gets nothing. It does not keep the process alive.
 */
export class LocalServer {
  /** Where it answers, the token included. */
  readonly url: string;
  private readonly server: Server;

  /** @throws ConfigError where the port is taken or may not be used */
  static async start(port: number, handler: Handler): Promise<LocalServer> {
    const token = randomBytes(24).toString('base64url');
    const server = createServer({ headersTimeout: HEADERS_MS, connectionsCheckingInterval: 1000 });
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => socket.unref());
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const what = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.message})`;
        reject(new ConfigError(`--dashboard: port ${port} ${what}; give another, or none for a free one`));
      });
      server.listen(port, '127.0.0.1', resolve);
    });
    // A connection that cannot be accepted, say for want of open files, is one page less and no reason to end a run.
    server.on('error', () => {});
    server.unref();
    return new LocalServer(server, token, handler);
  }

  private constructor(server: Server, token: string, handler: Handler) {
    const { port } = server.address() as AddressInfo;
    this.server = server;
    this.url = `http://127.0.0.1:${port}/${token}/`;
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
    server.on('request', (request, response) => void answer(request, response, hosts, token, handler));
  }

  /** Ends all connections. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  hosts: readonly string[],
  token: string,
  handler: Handler,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (!hosts.includes(request.headers.host ?? '')) return refuse(response, 403, 'wrong host');
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const [, given = '', ...rest] = path.split('/');
  if (!equal(given, token)) return refuse(response, 403, 'the address lacks the token that mirrorflow printed');
  if (request.method !== 'GET') return refuse(response, 405, 'expected GET');
  try {
    await handler(rest.join('/'), new URLSearchParams(query), response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, 503, (error as Error).message);
  }
}

/** Ends a request by a status and a line of text. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

/** Whether two texts are equal, in a time that does not tell where they differ. */
function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
