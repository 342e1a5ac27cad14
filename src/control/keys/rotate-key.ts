import { isFinal } from '../../audit/pending-records.ts';
import { sha256Hex } from '../../core/digest.ts';
import { hexOf } from '../../core/hex.ts';
import type { RequestScope } from '../../runtime.ts';
import { type KeyRow, personOf } from '../../store/key-row.ts';
import { rotateKey } from '../../store/keys.ts';
import { loadKey } from '../../store/load-key.ts';
import { approvedBy, holderOf } from './approved-by.ts';
import { type KeyAsk, type KeyVerbOptions, keyFactsOf, type NotDone } from './key-verb.ts';
import type { ToldNews } from './news-of-keys.ts';
import { peopleNeeded } from './people-needed.ts';
import type { KeyNews } from './tell-keys.ts';

export type KeyRotation =
  /** `told.effectiveByMs`: from then on the secret before is good nowhere. */
  | { readonly kind: 'rotated'; readonly row: KeyRow; readonly secret: string; readonly told: ToldNews }
  | { readonly kind: 'unknown' | 'revoked' }
  /** The key would be two people's for the overlap, and its old secret speak for whoever has the new one. */
  | { readonly kind: 'two-holders' }
  /** Somebody else rotated or revoked it at the same time; nothing was done. */
  | { readonly kind: 'changed' }
  | NotDone;

export interface RotationAsk extends KeyAsk {
  /** For how long the secret of now is good beside the new one, in milliseconds; 0 for not at all. */
  readonly overlapMs: number;
}

export type RotateKey = (ask: RotationAsk, scope: RequestScope) => Promise<KeyRotation>;

/**
 * Gives a key another secret. The one it had is good for the overlap, one that was already on its way out for no longer.
 * Isolates that have the key in memory learn it by their next sync, and measure the overlap by Redis' clock.
 */
export function createRotateKey(options: KeyVerbOptions): RotateKey {
  const { database, trail, news, random, clock, approvalsNeeded } = options;
  return async (ask, scope) => {
    const { id, overlapMs } = ask;
    const found = await loadKey(database, id);
    if (!found.ok) return { kind: 'unavailable' };
    const row = found.value;
    if (!row) return { kind: 'unknown' };
    if (row.revokedAtMs !== null) return { kind: 'revoked' };
    const isOwn = ask.by.keyId === id;
    const needed = peopleNeeded(row.scopes, { isOwn, approvalsNeeded });
    const person = isOwn ? row.person : holderOf(ask, needed);
    const isHandedOver = personOf({ id, person }) !== personOf(row);
    if (isHandedOver && overlapMs > 0 && row.scopes.includes('approve')) return { kind: 'two-holders' };
    const terms = { overlapMs };
    const approved = await approvedBy({ ask, verb: 'rotate-key', needed, terms }, options, scope);
    if (!approved.ok) return approved.error;
    const secret = hexOf(random.bytes(32));
    const next = {
      ...{ secretSha256: sha256Hex(secret), previousUntilMs: clock.nowMs() + overlapMs },
      person,
    };
    const before = { previousUntilMs: row.previousUntilMs };
    const after = { previousUntilMs: next.previousUntilMs, approvedBy: approved.value };
    const entry = trail.seal({ ...keyFactsOf(ask, 'rotate-key'), before, after });
    const written = await trail.commit(entry, [rotateKey(database, row, next)]);
    if (!written.ok) {
      if (isFinal(written.error)) return { kind: 'changed' };
      await news.doubt(id, scope);
      return { kind: 'unavailable' };
    }
    const told = await news.tell(newsOf(row, overlapMs), scope);
    return {
      ...{ kind: 'rotated', secret, told },
      row: { ...row, ...next, previousSecretSha256: row.secretSha256 },
    };
  };
}

function newsOf(row: KeyRow, overlapMs: number): readonly KeyNews[] {
  const { id: keyId, secretSha256, previousSecretSha256 } = row;
  const ended = { kind: 'retired', keyId, secretSha256, inMs: overlapMs } as const;
  return previousSecretSha256 === null
    ? [ended]
    : [ended, { kind: 'retired', keyId, secretSha256: previousSecretSha256, inMs: 0 }];
}
