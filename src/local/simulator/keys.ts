import { sha256Hex } from '../../core/digest.ts';
import type { Scope } from '../../store/keys.ts';

/** A caller of the simulation. */
export interface SimulatedKey {
  readonly id: string;
  readonly secret: string;
  readonly ratePerSecond: number;
  readonly burst: number;
}

const key = (id: string, ratePerSecond: number, burst: number): SimulatedKey => ({
  id,
  secret: `secret-of-the-key-${id}`,
  ratePerSecond,
  burst,
});

/** Nobody asks so much that this one is limited. */
export const roomyKey = key('roomy', 2_000, 1_500);
const tightKeys = [key('small', 2, 3), key('middling', 20, 12)] as const;
/** Revoked in some runs. */
export const revocableKey = key('revocable', 500, 200);

/** Of a person. */
export const operatorKey = key('operator', 100, 100);

export const simulatedKeys: readonly [SimulatedKey, ...SimulatedKey[]] = [
  roomyKey,
  revocableKey,
  ...tightKeys,
];

export const authorizationOf = ({ id, secret }: SimulatedKey): string => `Bearer ${id}.${secret}`;

const insertKeySql = (scopes: readonly Scope[], { id, secret, ratePerSecond, burst }: SimulatedKey): string =>
  'INSERT INTO api_keys (id, secret_sha256, account, scopes, rate_per_second, burst, created_at_ms) ' +
  `VALUES ('${id}', '${sha256Hex(secret)}', 'simulated', '${JSON.stringify(scopes)}', ` +
  `${ratePerSecond}, ${burst}, 0);`;

/** The rows that make them known. */
export const insertKeysSql = [
  ...simulatedKeys.map((asking) => insertKeySql(['decide', 'observe'], asking)),
  insertKeySql(['operate', 'approve', 'observe'], operatorKey),
].join('\n');
