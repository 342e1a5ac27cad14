import type { Redis } from '@upstash/redis';
import { err, ok, type Result } from '../../core/result.ts';
import { createRedisScript } from '../../store/redis-script.ts';
import { tellKeysScript } from '../lua/tell-keys.ts';
import { redisKeys } from '../redis-keys.ts';

/** What became of a key: it is revoked, it is not what it was, or a secret of it is no longer good from then on. */
export type KeyNews =
  | { readonly kind: 'revoked' | 'changed'; readonly keyId: string }
  | {
      readonly kind: 'retired';
      readonly keyId: string;
      readonly secretSha256: string;
      /** Milliseconds from now. */
      readonly inMs: number;
    };

/** Tells every isolate by its next sync. One round trip; an error means that it may have arrived. Harmless to repeat. */
export type TellKeys = (news: readonly KeyNews[]) => Promise<Result<void, string>>;

export function createTellKeys(redis: Redis): TellKeys {
  const script = createRedisScript(redis, tellKeysScript);
  return async (news) => {
    const reply = await script.run([redisKeys.revocations], news.flatMap(wordOf));
    if (!reply.ok) return reply;
    return reply.value.get('status') === 'OK'
      ? ok(undefined)
      : err('the script of keys gave a malformed reply');
  };
}

function wordOf(news: KeyNews): readonly string[] {
  switch (news.kind) {
    case 'revoked':
      return [news.keyId, ''];
    case 'changed':
      return [`${news.keyId}/changed`, ''];
    case 'retired':
      return [`${news.keyId}/${news.secretSha256}`, String(news.inMs)];
  }
}
