import type { KeyAsk } from '../../control/keys/key-verb.ts';
import type { Principal } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';

export const keyAskOf = (
  id: string,
  reason: string,
  { id: keyId, account }: Principal,
  { env }: RouteContext,
): KeyAsk => ({ id, reason, by: { keyId, account }, clientAddress: env.scope.clientAddress });

export const unknownKey: Problem = { code: 'NOT_FOUND', detail: 'no such key' };
export const keysUnavailable: Problem = { code: 'KEYS_UNAVAILABLE', retryAfterMs: 1_000 };
