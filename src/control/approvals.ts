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
  /** Who stands behind the key. */
  readonly person: string;
  readonly peopleNeeded: 1 | 2;
}

export type Approval =
  /** `by`: whose words they were, the first one first. */
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  /** Another person has to ask for the same within five minutes. */
  | { readonly kind: 'pending' }
  /** The same person asked again, by whichever key. */
  | { readonly kind: 'same' };

/** As lua/approve.ts takes whose word it is: words without spaces. */
export const wordArgs = ({ person, keyId }: Pick<ApprovalAsk, 'person' | 'keyId'>): readonly string[] =>
  [person, keyId].map(encodeURIComponent);

/** Takes people's words for what may need two. An error means that the word may or may not have been taken. */
export type Approve = (ask: ApprovalAsk) => Promise<Result<Approval, string>>;

/** Two people who act together; what one said long ago is no word on what stands now. */
export const firstWordLifeMs = 300_000;

export function createApprove(redis: Redis): Approve {
  const approve = createRedisScript(redis, approveScript);
  return async ({ what, keyId, person, peopleNeeded }) => {
    if (peopleNeeded === 1) return ok({ kind: 'approved', by: [keyId] });
    const key = redisKeys.approval(sha256Hex(canonicalJson(what)));
    const reply = await approve.run([key], [...wordArgs({ person, keyId }), String(firstWordLifeMs)]);
    if (!reply.ok) return reply;
    const outcome = reply.value.get('outcome');
    const first = reply.value.get('first') ?? '';
    if (outcome === 'approved' && first !== '')
      return ok({ kind: outcome, by: [decodeURIComponent(first), keyId] });
    if (outcome === 'pending' || outcome === 'same') return ok({ kind: outcome });
    return err('the approval script gave a malformed reply');
  };
}
