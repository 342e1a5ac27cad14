import { sha256Hex } from '../core/digest.ts';

/** What a caller shows of a key. */
export interface Bearer {
  readonly id: string;
  readonly secretSha256: string;
}

/** The bounds keep a hostile header from costing anything. */
const bearer = /^Bearer ([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{16,128})$/;

/** `Authorization: Bearer <id>.<secret>`; undefined where it is none. */
export function readBearer(authorization: string): Bearer | undefined {
  const [, id, secret] = bearer.exec(authorization) ?? [];
  return id !== undefined && secret !== undefined ? { id, secretSha256: sha256Hex(secret) } : undefined;
}
