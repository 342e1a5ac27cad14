import type { Redis } from '@upstash/redis';
import { err, ok, type Result } from '../core/result.ts';
import type { TargetName } from '../risk/target.ts';
import { createRedisScript } from '../store/redis-script.ts';
import { firstWordLifeMs, wordArgs } from './approvals.ts';
import { approveResumeScript } from './lua/approve-resume.ts';
import { resumeScript } from './lua/resume.ts';
import { redisKeys } from './redis-keys.ts';

/** One person's word that an epoch may end for a target. */
export interface ApprovalAsk {
  readonly target: TargetName;
  readonly epoch: number;
  readonly keyId: string;
  /** Who stands behind the key. */
  readonly person: string;
  readonly nonce: string;
  readonly approvalsNeeded: 1 | 2;
}

export type Approval =
  /** `first`: whose word came before this one; null where one is enough. */
  | { readonly kind: 'approved'; readonly first: string | null }
  | { readonly kind: 'pending' | 'used' | 'same' };

/** A resume's part in Redis. Each call is one round trip; an error means that it may have taken effect. */
export interface SharedResume {
  approve(ask: ApprovalAsk): Promise<Result<Approval, string>>;
  /** A compare-and-set by the epoch that it ends. */
  resume(target: TargetName, epoch: number): Promise<Result<'resumed' | 'moved', string>>;
}

/** The epoch guards for good; a nonce only has to outlive whatever keeps a request on its way. */
const nonceLifeMs = 86_400_000;

export function createSharedResume(redis: Redis): SharedResume {
  const approve = createRedisScript(redis, approveResumeScript);
  const resume = createRedisScript(redis, resumeScript);
  return {
    async approve({ target, epoch, keyId, person, nonce, approvalsNeeded }) {
      const keys = [redisKeys.resumeNonce(nonce), redisKeys.resumeApproval(epoch, target)];
      const whose = wordArgs({ person, keyId });
      const args = [String(nonceLifeMs), String(approvalsNeeded), ...whose, String(firstWordLifeMs)];
      const reply = await approve.run(keys, args);
      if (!reply.ok) return reply;
      const outcome = reply.value.get('outcome');
      if (outcome === 'approved')
        return ok({ kind: outcome, first: decodeURIComponent(reply.value.get('first') ?? '') || null });
      if (outcome === 'pending' || outcome === 'used' || outcome === 'same') return ok({ kind: outcome });
      return err('the approval script gave a malformed reply');
    },
    async resume(target, epoch) {
      const reply = await resume.run([redisKeys.control], [String(epoch), target]);
      if (!reply.ok) return reply;
      const outcome = reply.value.get('outcome');
      return outcome === 'resumed' || outcome === 'moved'
        ? ok(outcome)
        : err('the resume script gave a malformed reply');
    },
  };
}
