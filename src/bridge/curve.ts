import { readFileSync } from 'node:fs';
import { BridgeError } from './errors.js';

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

function fromFile(path: string, field: 'public' | 'secret'): string {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw bad(`${path}: ${(error as Error).message}`);
  }
  return check((json as Record<string, unknown> | null)?.[field], `${field} in ${path}`);
}

function check(key: unknown, where: string): string {
  if (typeof key === 'string' && key.length === 40) return key;
  // The key itself stays out of the message: it may be a secret.
  throw bad(`${where} is no CURVE key`);
}

function bad(message: string): BridgeError {
  return new BridgeError('BadKeys', message, {
    expected: '40 characters of Z85',
    remedy: '`mirrorflow-bridge keys` writes a pair of key files',
  });
}
