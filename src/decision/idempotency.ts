import type { Redis } from '@upstash/redis';
import { claimScript, completeScript } from '../control/lua/claim.ts';
import { redisKeys } from '../control/redis-keys.ts';
import type { Clock } from '../core/clock.ts';
import { sha256Base64Url } from '../core/digest.ts';
import type { IdSource } from '../core/ids.ts';
import { createRedisScript, type ReplyFields } from '../store/redis-script.ts';

/** What is claimed. The key's scope is principal + route + key. */
export interface ClaimAsk {
  readonly principal: string;
  readonly route: string;
  /** As the client sent it. */
  readonly key: string;
  /** The request's body; another one under the same key is a mismatch. */
  readonly body: string;
  /** Control epoch of the caller's view. */
  readonly epoch: number;
}

/** Proof of a claim; only who holds it can keep an answer. */
export interface Claim {
  readonly redisKey: string;
  readonly ownerId: string;
}

export type ClaimOutcome =
  /** The caller answers, and keeps the answer with `complete`. */
  | { readonly kind: 'claimed'; readonly claim: Claim }
  /** Answered before: the same status and, in UTF-8, the same bytes. */
  | {
      readonly kind: 'replay';
      readonly status: number;
      readonly body: string;
      /** Monotonic instant from which on it is past; null when it has no end. */
      readonly expiresAtMs: number | null;
    }
  /** Another request with this key is being answered. */
  | { readonly kind: 'in-progress' }
  /** The key was used with another body. */
  | { readonly kind: 'mismatch' }
  /** Answered, but past `validUntil` or a newer control epoch; or its owner died without keeping an answer. */
  | { readonly kind: 'superseded' }
  /** Redis gave no answer: nothing may be decided under this key now. */
  | { readonly kind: 'unavailable'; readonly detail: string };

export interface KeptAnswer {
  /** HTTP status, 200..599. Refusals are kept as well. */
  readonly status: number;
  readonly body: string;
  /** For how long from its claim on a retry gets it, in milliseconds; null when it never ends. */
  readonly validForMs: number | null;
  /** Control epoch it was made under. */
  readonly epoch: number;
}

export interface Idempotency {
  claim(ask: ClaimAsk): Promise<ClaimOutcome>;
  /** Behind the answer. When it fails, retries get `in-progress`, then `superseded`: never a second answer. */
  complete(claim: Claim, answer: KeptAnswer): Promise<void>;
}

interface IdempotencyOptions {
  readonly redis: Redis;
  readonly ids: IdSource;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

const leaseMs = 30_000;
const keepMs = 24 * 3_600_000;

/**
 * At most one answer a key, over the claim scripts (control/lua/claim.ts), one round trip each.
 *
 * | held                        | same body, claim()                                   | complete() by its owner |
 * |-----------------------------|------------------------------------------------------|-------------------------|
 * | nothing                     | claimed                                              | lost                    |
 * | claimed, within 30 s        | in-progress                                          | kept                    |
 * | claimed, longer ago         | superseded                                           | lost                    |
 * | answered, valid, same epoch | replay                                               | unchanged               |
 * | answered, past either       | superseded                                           | unchanged               |
 * | anything, another body      | mismatch                                             | –                       |
 *
 * All of it is kept 24 h from the claim. A Redis that is wiped forgets claims: the epoch and the receipts of
 * decisions, not this, stop an order from being sent twice then.
 */
export function createIdempotency({ redis, ids, clock }: IdempotencyOptions): Idempotency {
  const claimer = createRedisScript(redis, claimScript);
  const completer = createRedisScript(redis, completeScript);
  return {
    async claim({ principal, route, key, body, epoch }) {
      const sentAtMs = clock.monotonicMs();
      const claim = { redisKey: redisKeys.claim(principal, route, key), ownerId: ids.next() };
      const reply = await claimer.run(
        [claim.redisKey, redisKeys.control],
        [claim.ownerId, sha256Base64Url(body), String(leaseMs), String(keepMs), String(epoch)],
      );
      return reply.ok
        ? outcomeOf(reply.value, claim, sentAtMs)
        : { kind: 'unavailable', detail: reply.error };
    },
    async complete(claim, { status, body, validForMs, epoch }) {
      const args = [
        claim.ownerId,
        String(status),
        body,
        String(validForMs ?? -1),
        String(epoch),
        String(leaseMs),
      ];
      await completer.run([claim.redisKey], args);
    },
  };
}

function outcomeOf(fields: ReplyFields, claim: Claim, sentAtMs: number): ClaimOutcome {
  const kind = fields.get('outcome');
  const status = Number(fields.get('httpStatus'));
  const body = fields.get('body');
  if (kind === 'claimed') return { kind, claim };
  if (kind === 'in-progress' || kind === 'mismatch' || kind === 'superseded') return { kind };
  const validForMs = Number(fields.get('validForMs'));
  const isStatus = Number.isInteger(status) && status >= 200 && status <= 599;
  if (kind === 'replay' && body !== undefined && isStatus && Number.isInteger(validForMs)) {
    return { kind, status, body, expiresAtMs: validForMs < 0 ? null : sentAtMs + validForMs };
  }
  return { kind: 'unavailable', detail: 'the claim script gave a malformed reply' };
}
