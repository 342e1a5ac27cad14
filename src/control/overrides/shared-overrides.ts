import type { Redis } from '@upstash/redis';
import { z } from 'zod';
import { parseJson } from '../../core/parse-json.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { createRedisScript, type ReplyFields } from '../../store/redis-script.ts';
import {
  approveOverrideScript,
  endOverridesScript,
  listOverridesScript,
  revokeOverrideScript,
} from '../lua/overrides.ts';
import { redisKeys } from '../redis-keys.ts';
import { type Override, type OverrideState, type OverrideTerms, overrideStates } from './override.ts';
import { encodeAbout, encodeWord, overrideEnds } from './use-override.ts';

export interface ApproveAsk extends OverrideTerms, Pick<Override, 'id' | 'epoch' | 'approvedBy' | 'reason'> {
  readonly lifeMs: number;
}

/** One that nobody used or revoked in time. */
interface EndedOverride {
  readonly id: string;
  readonly state: 'expired' | 'superseded';
}

/** Overrides in Redis. Each call is one round trip; an error means that it may have taken effect. */
export interface SharedOverrides {
  /** `moved`: another control epoch is in force. `full`: so many are held already. */
  approve(
    ask: ApproveAsk,
  ): Promise<
    Result<
      { readonly kind: 'approved'; readonly expiresAtMs: number } | { readonly kind: 'moved' | 'full' },
      string
    >
  >;
  /** `epoch`: the caller's control epoch, 0 where it knows none. */
  revoke(
    id: string,
    keyId: string,
    epoch: number,
  ): Promise<Result<Exclude<OverrideState, 'approved'> | 'unknown', string>>;
  /** Ends those that nobody used or revoked in time. Each is told once, whoever asks. */
  end(epoch: number): Promise<Result<readonly EndedOverride[], string>>;
  /** Those that are good, and those that ended within about an hour. */
  list(epoch: number): Promise<Result<readonly Override[], string>>;
}

/** People make them, for exceptions; and the scripts read them all. */
const countMax = 64;
/** After its time, for whoever looks. */
const heldMs = 3_600_000;

const keys = [redisKeys.overrides, redisKeys.control];
const malformed = err('the script of overrides gave a malformed reply');

export function createSharedOverrides(redis: Redis): SharedOverrides {
  const approve = createRedisScript(redis, approveOverrideScript);
  const revoke = createRedisScript(redis, revokeOverrideScript);
  const end = createRedisScript(redis, endOverridesScript);
  const list = createRedisScript(redis, listOverridesScript);
  return {
    async approve({ id, epoch, lifeMs, riskMax, approvedBy, reason, ...about }) {
      const bounds = [String(epoch), String(lifeMs), String(countMax), String(heldMs)];
      const why = encodeWord({ approvedBy, reason });
      const reply = await approve.run(keys, [id, ...bounds, String(riskMax), encodeAbout(about), why]);
      return reply.ok ? decodeApproved(reply.value) : reply;
    },
    async revoke(id, keyId, epoch) {
      const reply = await revoke.run(keys, [id, String(epoch), keyId]);
      if (!reply.ok) return reply;
      const outcome = overrideEnds.find((known) => known === reply.value.get('outcome'));
      return outcome ? ok(outcome) : malformed;
    },
    async end(epoch) {
      const reply = await end.run(keys, [String(epoch)]);
      if (!reply.ok) return reply;
      const told = reply.value.get('ended');
      const ended = told
        ?.split(';')
        .filter((text) => text !== '')
        .map(decodeEnded);
      return ended?.every((override) => override !== undefined) ? ok(ended) : malformed;
    },
    async list(epoch) {
      const reply = await list.run(keys, [String(epoch)]);
      if (!reply.ok) return reply;
      const told = reply.value.get('overrides');
      const overrides = told
        ?.split(';')
        .filter((text) => text !== '')
        .map(decodeOverride);
      return overrides?.every((override) => override !== undefined) ? ok(overrides) : malformed;
    },
  };
}

function decodeEnded(text: string): EndedOverride | undefined {
  const [id = '', state, ...rest] = text.split(' ');
  const isRight = id !== '' && rest.length === 0 && (state === 'expired' || state === 'superseded');
  return isRight ? { id, state } : undefined;
}

function decodeApproved(fields: ReplyFields): Awaited<ReturnType<SharedOverrides['approve']>> {
  const kind = fields.get('outcome');
  const expiresAtMs = Number(fields.get('untilMs') || Number.NaN);
  if (kind === 'moved' || kind === 'full') return ok({ kind });
  return kind === 'approved' && Number.isSafeInteger(expiresAtMs) ? ok({ kind, expiresAtMs }) : malformed;
}

const wordsSchema = z.object({
  id: z.string().min(1),
  state: z.enum(overrideStates),
  expiresAtMs: z.coerce.number().int(),
  epoch: z.coerce.number().int().nonnegative(),
  riskMax: z.coerce.number().gt(0).lt(1),
  endedBy: z.string().transform((by) => (by === '-' ? null : by)),
  account: z.string(),
  symbol: z.string(),
  action: z.enum(['BUY', 'SELL']),
  approvedBy: z.array(z.string()),
  reason: z.string(),
});

function decodeOverride(text: string): Override | undefined {
  const [id, state, expiresAtMs, epoch, riskMax, endedBy, about = '', why = ''] = text.split(' ');
  const parts = { ...decoded(about), ...decoded(why) };
  const read = wordsSchema.safeParse({ id, state, expiresAtMs, epoch, riskMax, endedBy, ...parts });
  return read.success ? read.data : undefined;
}

/** Nothing of a text that none of these scripts was given. */
function decoded(text: string): object {
  try {
    const value = parseJson(decodeURIComponent(text));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
