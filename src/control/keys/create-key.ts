import { isFinal } from '../../audit/pending-records.ts';
import { sha256Hex } from '../../core/digest.ts';
import { hexOf } from '../../core/hex.ts';
import type { RequestScope } from '../../runtime.ts';
import type { KeyRow } from '../../store/key-row.ts';
import { insertKey } from '../../store/keys.ts';
import { approvedBy, holderOf } from './approved-by.ts';
import { type KeyAsk, type KeyVerbOptions, keyFactsOf, type NotDone } from './key-verb.ts';
import { peopleNeeded } from './people-needed.ts';

/** What a key may do, for whom and how often. Account and scopes never change. */
export type KeyTerms = Pick<KeyRow, 'account' | 'scopes' | 'ratePerSecond' | 'burst'>;

export type KeyCreation =
  /** `secret` is kept nowhere: whoever loses it has the key rotated. */
  | { readonly kind: 'created'; readonly row: KeyRow; readonly secret: string }
  /** The id is taken, be it by a revoked key. */
  | { readonly kind: 'exists' }
  | NotDone;

export type CreateKey = (ask: KeyAsk & KeyTerms, scope: RequestScope) => Promise<KeyCreation>;

export function createCreateKey(options: KeyVerbOptions): CreateKey {
  const { database, trail, random, clock, approvalsNeeded } = options;
  return async (ask, scope) => {
    const { id, account, scopes, ratePerSecond, burst } = ask;
    const terms = { account, scopes, ratePerSecond, burst };
    const needed = peopleNeeded(scopes, { isOwn: false, approvalsNeeded });
    const approved = await approvedBy({ ask, verb: 'create-key', needed, terms }, options, scope);
    if (!approved.ok) return approved.error;
    const secret = hexOf(random.bytes(32));
    const row: KeyRow = {
      ...{ id, ...terms, secretSha256: sha256Hex(secret), createdAtMs: clock.nowMs() },
      ...{ revokedAtMs: null, previousSecretSha256: null, previousUntilMs: null },
      person: holderOf(ask, needed),
    };
    const after = { ...terms, approvedBy: approved.value };
    const entry = trail.seal({ ...keyFactsOf(ask, 'create-key'), before: null, after });
    const written = await trail.commit(entry, [insertKey(database, row)]);
    if (written.ok) return { kind: 'created', row, secret };
    return { kind: isFinal(written.error) ? 'exists' : 'unavailable' };
  };
}
