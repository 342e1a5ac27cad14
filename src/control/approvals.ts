import type { Redis } from '@upstash/redis';
import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import { createRedisScript } from '../store/redis-script.ts';
import { approveScript } from './lua/approve.ts';
import { redisKeys } from './redis-keys.ts';

export interface ApprovalAsk {
  /** What is asked for, reasons left out: two agree where it is the same to the letter. JSON. */
  readonly what: object;
  readonly keyId: string;
  readonly peopleNeeded: 1 | 2;
}

export type Approval =
  /** `by`: whose words they were, the first one first. */
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  /** Another key has to ask for the same within five minutes. */
  | { readonly kind: 'pending' }
  /** The same key asked again: that is one person still. */
  | { readonly kind: 'same' };

/** Takes people's words for what may need two. An error means that the word may or may not have been taken. */
export type Approve = (ask: ApprovalAsk) => Promise<Result<Approval, string>>;

/** Two people who act together; what one said long ago is no word on what stands now. */
export const firstWordLifeMs = 300_000;

export function createApprove(redis: Redis): Approve {
  const approve = createRedisScript(redis, approveScript);
  return async ({ what, keyId, peopleNeeded }) => {
    if (peopleNeeded === 1) return ok({ kind: 'approved', by: [keyId] });
    const key = redisKeys.approval(sha256Hex(canonicalJson(what)));
    const reply = await approve.run([key], [keyId, String(firstWordLifeMs)]);
    if (!reply.ok) return reply;
    const outcome = reply.value.get('outcome');
    const first = reply.value.get('first') ?? '';
    if (outcome === 'approved' && first !== '') return ok({ kind: outcome, by: [first, keyId] });
    if (outcome === 'pending' || outcome === 'same') return ok({ kind: outcome });
    return err('the approval script gave a malformed reply');
  };
}
