import type { Redis } from '@upstash/redis';
import type { SealClaim } from '../audit/sealer.ts';
import type { Anchor } from '../audit/verify-log.ts';
import type { IdSource } from '../core/ids.ts';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import { createRedisScript, type ReplyFields } from '../store/redis-script.ts';
import { sealClaimScript } from './lua/seal-claim.ts';
import { redisKeys } from './redis-keys.ts';

interface SealClaimOptions {
  readonly redis: Redis;
  readonly ids: IdSource;
}

/** Above one seal's reads and writes at their deadlines; a sealer that died is followed after it. */
const leaseMs = 30_000;

export function createSealClaim({ redis, ids }: SealClaimOptions): SealClaim {
  const script = createRedisScript(redis, sealClaimScript);
  let owner: string | undefined;

  async function call(seq: number, hash: string): Promise<Result<ReplyFields, string>> {
    owner ??= ids.next();
    const { sealLease, latestSeal } = redisKeys;
    return script.run([sealLease, latestSeal], [owner, String(leaseMs), String(seq), hash]);
  }

  return {
    async claim() {
      const reply = await call(0, '');
      if (!reply.ok) return reply;
      const latest = anchorOf(reply.value.get('seq'), reply.value.get('hash'));
      switch (reply.value.get('outcome')) {
        case 'claimed':
          return latest.ok ? ok({ latest: latest.value }) : latest;
        case 'held':
          return ok(null);
        default:
          return err('the script gave a malformed reply');
      }
    },
    async advance({ seq, hash }) {
      const reply = await call(seq, hash);
      return reply.ok ? ok(undefined) : reply;
    },
    async latest() {
      try {
        const fields = await redis.hmget<Record<string, unknown>>(redisKeys.latestSeal, 'seq', 'hash');
        return anchorOf(fields?.['seq'] ?? '0', fields?.['hash'] ?? '');
      } catch (failure) {
        return err(messageOf(failure));
      }
    },
  };
}

/** What Redis says of the latest seal; null for none. */
function anchorOf(seq: unknown, hash: unknown): Result<Anchor | null, string> {
  if (seq === '0') return ok(null);
  const isAnchor = typeof seq === 'string' && /^[1-9]\d{0,14}$/.test(seq) && typeof hash === 'string';
  return isAnchor && /^[0-9a-f]{64}$/.test(hash)
    ? ok({ seq: Number(seq), hash })
    : err('Redis keeps a malformed latest seal');
}
