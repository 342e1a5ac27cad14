import type { Redis } from '@upstash/redis';
import { canonicalJson } from '../../core/canonical-json.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { createRedisScript } from '../../store/redis-script.ts';
import { useOverrideScript } from '../lua/overrides.ts';
import { redisKeys } from '../redis-keys.ts';
import type { OverrideState, OverrideTerms } from './override.ts';

export interface UseAsk extends Pick<OverrideTerms, 'account' | 'symbol' | 'action'> {
  readonly overrideId: string;
  /** Whose it becomes; the same decision may ask again. */
  readonly decisionId: string;
  /** The caller's control epoch. */
  readonly epoch: number;
  /** What the model estimates, in [0, 1]. */
  readonly risk: number;
}

/** `insufficient`: the risk is above its `riskMax`. `mismatched`: it is about something else. */
export type Use = 'applied' | 'insufficient' | 'mismatched' | 'unknown' | Exclude<OverrideState, 'approved'>;

/**
 * At most one decision ever uses an override, whoever asks; see lua/overrides.ts. One round trip; an error means that it may have
 * taken effect.
 */
export type UseOverride = (ask: UseAsk) => Promise<Result<Use, string>>;

/** What it may come to beside `approved`. */
export const overrideEnds = ['used', 'revoked', 'expired', 'superseded', 'unknown'] as const;
const uses = ['applied', 'insufficient', 'mismatched', ...overrideEnds] as const;

export function createUseOverride(redis: Redis): UseOverride {
  const use = createRedisScript(redis, useOverrideScript);
  return async ({ overrideId, decisionId, epoch, risk, ...about }) => {
    const args = [overrideId, String(epoch), decisionId, encodeAbout(about), String(risk)];
    const reply = await use.run([redisKeys.overrides, redisKeys.control], args);
    if (!reply.ok) return reply;
    const outcome = uses.find((known) => known === reply.value.get('outcome'));
    return outcome ? ok(outcome) : err('the script of overrides gave a malformed reply');
  };
}

/** One word of the scripts. */
export const encodeWord = (value: object): string => encodeURIComponent(canonicalJson(value));

/** The same of the same, to the letter: nothing else may be in it. */
export const encodeAbout = ({ account, symbol, action }: Omit<OverrideTerms, 'riskMax'>): string =>
  encodeWord({ account, symbol, action });
