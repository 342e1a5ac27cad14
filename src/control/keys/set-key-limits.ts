import { isFinal } from '../../audit/pending-records.ts';
import type { RequestScope } from '../../runtime.ts';
import type { KeyRow } from '../../store/key-row.ts';
import { setKeyLimits } from '../../store/keys.ts';
import { loadKey } from '../../store/load-key.ts';
import { approvedBy } from './approved-by.ts';
import { type KeyAsk, type KeyVerbOptions, keyFactsOf, type NotDone } from './key-verb.ts';
import type { ToldNews } from './news-of-keys.ts';

export type Limits = Pick<KeyRow, 'ratePerSecond' | 'burst'>;

export interface LimitsAsk extends KeyAsk {
  readonly limits: Limits;
  /** Whether the asker may raise: has the scope, and is proven under a live view, so that both stores answer. */
  readonly mayRaise: boolean;
}

export type LimitsChange =
  | { readonly kind: 'set'; readonly row: KeyRow; readonly told: ToldNews }
  | { readonly kind: 'unknown' | 'revoked' }
  /** It would raise one of them, and the asker may not. */
  | { readonly kind: 'raise' }
  /** Somebody else changed them at the same time; nothing was done. */
  | { readonly kind: 'changed' }
  | NotDone;

export type SetKeyLimits = (ask: LimitsAsk, scope: RequestScope) => Promise<LimitsChange>;

/**
 * Sets how often a key may ask. To lower both, or one and leave the other, one person is enough, at once; to raise either
 * takes as many people as to let trading go. What an isolate was granted before it learns of it dies within a lease.
 */
export function createSetKeyLimits(options: KeyVerbOptions): SetKeyLimits {
  const { database, trail, news, approvalsNeeded } = options;
  return async (ask, scope) => {
    const { id, limits, mayRaise } = ask;
    const found = await loadKey(database, id);
    if (!found.ok) return { kind: 'unavailable' };
    const row = found.value;
    if (!row) return { kind: 'unknown' };
    if (row.revokedAtMs !== null) return { kind: 'revoked' };
    const isRaise = limits.ratePerSecond > row.ratePerSecond || limits.burst > row.burst;
    if (isRaise && !mayRaise) return { kind: 'raise' };
    const needed = isRaise ? approvalsNeeded : 1;
    const approved = await approvedBy({ ask, verb: 'set-limits', needed, terms: limits }, options, scope);
    if (!approved.ok) return approved.error;
    const before = { ratePerSecond: row.ratePerSecond, burst: row.burst };
    const after = { ...limits, approvedBy: approved.value };
    const entry = trail.seal({ ...keyFactsOf(ask, 'set-limits'), before, after });
    const written = await trail.commit(entry, [setKeyLimits(database, row, limits)]);
    if (!written.ok) {
      if (isFinal(written.error)) return { kind: 'changed' };
      await news.doubt(id, scope);
      return { kind: 'unavailable' };
    }
    return {
      ...{ kind: 'set', row: { ...row, ...limits } },
      told: await news.tell([{ kind: 'changed', keyId: id }], scope),
    };
  };
}
