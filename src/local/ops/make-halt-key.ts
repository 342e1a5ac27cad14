import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../../core/digest.ts';
import type { Told } from './tell-reply.ts';

/** A key that halts and reduces without any store: known by its entry in HALT_KEYS. Throws, for people to read, without a good id. */
export function makeHaltKey(id: string): Told {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new Error('halt-key takes an id of A-Z, a-z, 0-9, _ and -');
  const secret = randomBytes(32).toString('base64url');
  const body = { entry: `${id}:${sha256Hex(secret)}`, authorization: `Bearer ${id}.${secret}` };
  const lines = [
    `to HALT_KEYS of every deployment: ${body.entry}`,
    `for OPS_KEY, kept nowhere: ${body.authorization}`,
  ];
  return { done: true, lines, body };
}
