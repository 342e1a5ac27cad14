import type { RequestScope } from '../../runtime.ts';
import type { KeyRow } from '../../store/key-row.ts';
import { revokeKey } from '../../store/keys.ts';
import { loadKey } from '../../store/load-key.ts';
import { type KeyAsk, type KeyVerbOptions, keyFactsOf } from './key-verb.ts';
import type { ToldNews } from './news-of-keys.ts';

export type KeyRevocation =
  | { readonly kind: 'revoked'; readonly row: KeyRow; readonly told: ToldNews }
  | { readonly kind: 'unknown' }
  /** The database did not confirm it. Isolates that Redis told obey for now; it has to be repeated. */
  | { readonly kind: 'unconfirmed'; readonly told: ToldNews };

export type RevokeKey = (ask: KeyAsk, scope: RequestScope) => Promise<KeyRevocation>;

type RevokeOptions = Pick<KeyVerbOptions, 'database' | 'trail' | 'news' | 'clock'>;

/**
 * Ends a key for good. Both stores are told at once, since each stops it somewhere: Redis where it is in memory, libSQL where it is
 * read. One person is enough, and a key that is revoked already is told of again.
 */
export function createRevokeKey({ database, trail, news, clock }: RevokeOptions): RevokeKey {
  async function write(ask: KeyAsk, row: KeyRow): Promise<KeyRow | undefined> {
    if (row.revokedAtMs !== null) return row;
    const revokedAtMs = clock.nowMs();
    const facts = { ...keyFactsOf(ask, 'revoke-key'), before: { revokedAtMs: null }, after: { revokedAtMs } };
    const written = await trail.commit(trail.seal(facts), [revokeKey(database, ask.id, revokedAtMs)]);
    return written.ok ? { ...row, revokedAtMs } : undefined;
  }

  return async (ask, scope) => {
    const { id } = ask;
    const found = await loadKey(database, id);
    if (found.ok && !found.value) return { kind: 'unknown' };
    const [told, row] = await Promise.all([
      news.tell([{ kind: 'revoked', keyId: id }], scope),
      found.ok && found.value ? write(ask, found.value) : undefined,
    ]);
    return row ? { kind: 'revoked', row, told } : { kind: 'unconfirmed', told };
  };
}
