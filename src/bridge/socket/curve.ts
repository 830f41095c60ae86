import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../errors.js';
import { isKey } from './z85.js';

/** Keys of a CURVE connection, each 40 characters of Z85; or files that `mirrorflow-bridge keys` wrote. */
export type CurveKeys =
  | { readonly serverPublicKey: string; readonly clientPublicKey: string; readonly clientSecretKey: string }
  | {
      /** JSON file with the server's `public` key. */
      readonly server: string;
      /** JSON file with the client's `public` and `secret` keys. */
      readonly client: string;
    };

/** The socket options of these keys. @throws BridgeError BadKeys naming the file or key that is wrong */
export function readCurveKeys(keys: CurveKeys) {
  if ('serverPublicKey' in keys) {
    return {
      curveServerKey: check(keys.serverPublicKey, 'serverPublicKey'),
      curvePublicKey: check(keys.clientPublicKey, 'clientPublicKey'),
      curveSecretKey: check(keys.clientSecretKey, 'clientSecretKey'),
    };
  }
  return {
    curveServerKey: fromFile(keys.server, 'public'),
    curvePublicKey: fromFile(keys.client, 'public'),
    curveSecretKey: fromFile(keys.client, 'secret'),
  };
}

/** Keys of a server that serves only clients it knows. */
export interface ServerKeys {
  /** JSON file with the server's `public` and `secret` keys, which nobody else may read. */
  readonly secret: string;
  /** JSON files with clients' `public` keys, or folders of `*.public.json`. */
  readonly clients: readonly string[];
}

/** The socket options of a server and the public keys of its clients. @throws BridgeError BadKeys */
export function readServerKeys({ secret, clients }: ServerKeys) {
  const options = {
    curveServer: true,
    curvePublicKey: fromFile(secret, 'public'),
    curveSecretKey: fromFile(secret, 'secret'),
  };
  if (statSync(secret).mode & 0o077) throw bad(`others may read the secret key ${secret}: chmod 600 ${secret}`);
  const files = clients.flatMap((path) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? readdirSync(path).flatMap((name) => (name.endsWith('.public.json') ? [join(path, name)] : []))
      : [path],
  );
  if (files.length === 0) throw bad("there is no client's public key");
  return { options, known: new Set(files.map((file) => fromFile(file, 'public'))) };
}

function fromFile(path: string, field: 'public' | 'secret'): string {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // What JSON.parse says has a piece of the file in it.
    throw bad(error instanceof SyntaxError ? `${path} is not JSON` : `${path}: ${(error as Error).message}`);
  }
  return check((json as Record<string, unknown> | null)?.[field], `${field} in ${path}`);
}

function check(key: unknown, where: string): string {
  if (typeof key === 'string' && isKey(key)) return key;
  // The key itself stays out of the message: it may be a secret.
  throw bad(`${where} is no CURVE key`);
}

function bad(message: string): BridgeError {
  return new BridgeError('BadKeys', message, {
    expected: '40 characters of Z85',
    remedy: '`mirrorflow-bridge keys` writes a pair of key files',
  });
}
