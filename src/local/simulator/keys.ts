import { sha256Hex } from '../../core/digest.ts';
import type { Scope } from '../../store/key-row.ts';

/** A caller of the simulation. */
export interface SimulatedKey {
  readonly id: string;
  readonly secret: string;
  readonly account: string;
  readonly ratePerSecond: number;
  readonly burst: number;
}

export const accounts = ['simulated', 'other'] as const;

const key = (
  id: string,
  ratePerSecond: number,
  burst: number,
  account: string = accounts[0],
): SimulatedKey => ({ id, secret: `secret-of-the-key-${id}`, account, ratePerSecond, burst });

/** Nobody asks so much that this one is limited. */
export const roomyKey = key('roomy', 2_000, 1_500);
export const tightKeys = [key('small', 2, 3), key('middling', 20, 12)] as const;
/** Revoked in some runs. */
export const revocableKey = key('revocable', 500, 200, accounts[1]);

/** Gets another secret in some runs. */
export const rotatedKey = key('rotated', 500, 200);

/** Of two people. */
export const operatorKeys = [key('operator', 100, 100), key('second', 100, 100)] as const;

/** May do what those may, until its secret is rotated away in some runs. */
export const leavingKey = key('leaving', 100, 100);

/** Halts and reduces, and no store has to prove it. */
export const haltKey = key('halter', 100, 100);

export const simulatedKeys: readonly [SimulatedKey, ...SimulatedKey[]] = [
  roomyKey,
  revocableKey,
  ...tightKeys,
];

export const authorizationOf = ({ id, secret }: SimulatedKey): string => `Bearer ${id}.${secret}`;

const insertKeySql = (
  scopes: readonly Scope[],
  { id, secret, account, ratePerSecond, burst }: SimulatedKey,
): string =>
  'INSERT INTO api_keys (id, secret_sha256, account, scopes, rate_per_second, burst, created_at_ms) ' +
  `VALUES ('${id}', '${sha256Hex(secret)}', '${account}', '${JSON.stringify(scopes)}', ` +
  `${ratePerSecond}, ${burst}, 0);`;

/** The rows that make them known. */
export const insertKeysSql = [
  ...[...simulatedKeys, rotatedKey].map((asking) => insertKeySql(['decide', 'observe'], asking)),
  ...[...operatorKeys, leavingKey].map((operating) =>
    insertKeySql(['operate', 'approve', 'observe'], operating),
  ),
].join('\n');
