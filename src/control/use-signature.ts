import type { Redis } from '@upstash/redis';
import { err, ok, type Result } from '../core/result.ts';
import { createRedisScript } from '../store/redis-script.ts';
import { useSignatureScript } from './lua/use-signature.ts';
import { redisKeys } from './redis-keys.ts';

/**
 * Takes a signature (lower-case hex) once. One round trip; an error means that it may have been taken, so that the
 * request cannot be let through.
 */
export type UseSignature = (signature: string) => Promise<Result<'new' | 'used', string>>;

/** The longest receive window, and what the clocks of isolates may differ by, twice over. */
const rememberedMs = 300_000;

export function createUseSignature(redis: Redis): UseSignature {
  const script = createRedisScript(redis, useSignatureScript);
  return async (signature) => {
    const reply = await script.run([redisKeys.signature(signature)], [String(rememberedMs)]);
    if (!reply.ok) return reply;
    const outcome = reply.value.get('outcome');
    return outcome === 'new' || outcome === 'used'
      ? ok(outcome)
      : err('the script of signatures gave a malformed reply');
  };
}
