import type { KeyAsk } from '../../control/keys/key-verb.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Principal } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';
import { keyIdSchema } from './key-schemas.ts';

export const keyAskOf = (
  id: string,
  reason: string,
  { id: keyId, account, person }: Principal,
  { env }: RouteContext,
): KeyAsk => ({ id, reason, by: { keyId, account }, person, clientAddress: env.scope.clientAddress });

export const unknownKey: Problem = { code: 'NOT_FOUND', detail: 'no such key' };

/** The key that the path names. What cannot be one's id is refused here: isolates are told of keys in words of such ids alone. */
export function keyIdOf({ req }: RouteContext): Result<string, Problem> {
  const id = keyIdSchema.safeParse(req.param('id'));
  return id.success ? ok(id.data) : err(unknownKey);
}
export const keysUnavailable: Problem = { code: 'KEYS_UNAVAILABLE', retryAfterMs: 1_000 };
