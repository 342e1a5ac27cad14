import type { Clock } from '../core/clock.ts';
import { equalInConstantTime, sha256Hex } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { KeyRow, Scope } from '../store/keys.ts';
import type { Problem } from './problem.ts';

/** Who is calling, once that is proven. */
export type Principal = Omit<KeyRow, 'secretSha256' | 'revokedAtMs'>;

interface AuthenticatorOptions {
  /** Reads one key; undefined when there is none. */
  readonly loadKey: (id: string) => Promise<Result<KeyRow | undefined, string>>;
  /** Whether the shared control state names the key as revoked. */
  readonly isRevoked: (id: string) => boolean;
  /** Changes when revocations may have been missed: at an isolate's first sync and after a wiped Redis. */
  readonly keysEpoch: () => number;
  /** Counts a failed login of an address; false refuses the next ones. Fails closed. */
  readonly admitFailedLogin: (clientAddress: string) => Promise<boolean>;
  readonly clock: Clock;
}

export interface Authenticator {
  /** `scopes`: the key needs one of them. */
  authenticate(
    authorization: string | null,
    scopes: Scope | readonly Scope[],
    request: RequestScope,
  ): Promise<Result<Principal, Problem>>;
}

interface CachedKey {
  readonly row: KeyRow;
  readonly loadedAtMs: number;
  /** One reload behind an answer is enough; one that failed is made up for when the key is too old. */
  readonly isReloading: boolean;
}

const cachedKeysMax = 10_000;
/** A cached key is read again behind an answer from this age on, and before one when it is twice as old. */
const freshKeyMsMax = 300_000;
/** `Bearer <id>.<secret>`; the bounds keep a hostile header from costing anything. */
const bearer = /^Bearer ([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{16,128})$/;

/**
 * Keys are `<id>.<secret>`. A warm key costs one hash; an unknown one costs a read of the database, and each
 * failure is counted against the peer's address by the stock limiter.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { loadKey, isRevoked, keysEpoch, admitFailedLogin, clock } = options;
  const cache = new Map<string, CachedKey>();
  let cachedEpoch = keysEpoch();

  /** Keys read before revocations may have been missed are read again. */
  function forgetMissed(): void {
    if (cachedEpoch === keysEpoch()) return;
    cachedEpoch = keysEpoch();
    cache.clear();
  }

  function remember(row: KeyRow): void {
    if (cache.size >= cachedKeysMax) cache.delete(cache.keys().next().value ?? row.id);
    cache.set(row.id, { row, loadedAtMs: clock.monotonicMs(), isReloading: false });
  }

  async function reload(id: string): Promise<Result<KeyRow | undefined, string>> {
    const readUnder = keysEpoch();
    const loaded = await loadKey(id);
    if (!loaded.ok) return loaded;
    if (loaded.value && readUnder === keysEpoch()) remember(loaded.value);
    else cache.delete(id);
    return loaded;
  }

  async function find(id: string, request: RequestScope): Promise<Result<KeyRow | undefined, string>> {
    forgetMissed();
    const cached = cache.get(id);
    const ageMs = cached ? clock.monotonicMs() - cached.loadedAtMs : Infinity;
    if (!cached || ageMs > 2 * freshKeyMsMax) return reload(id);
    if (ageMs > freshKeyMsMax && !cached.isReloading) {
      cache.set(id, { ...cached, isReloading: true });
      request.waitUntil(reload(id).then(() => undefined));
    }
    return ok(cached.row);
  }

  async function refuse(request: RequestScope): Promise<Result<never, Problem>> {
    const admitted = await admitFailedLogin(request.clientAddress);
    return err(
      admitted
        ? { code: 'UNAUTHENTICATED' }
        : { code: 'RATE_LIMITED', detail: 'too many failed logins from this address', retryAfterMs: 60_000 },
    );
  }

  return {
    async authenticate(authorization, scopes, request) {
      if (authorization === null) return err({ code: 'UNAUTHENTICATED' });
      const match = bearer.exec(authorization);
      if (!match) return refuse(request);
      const [, id = '', secret = ''] = match;
      const found = await find(id, request);
      if (!found.ok) return err({ code: 'AUTH_UNAVAILABLE' });
      const row = found.value;
      if (!row || !equalInConstantTime(sha256Hex(secret), row.secretSha256)) return refuse(request);
      if (row.revokedAtMs !== null || isRevoked(id))
        return err({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });
      const accepted = [scopes].flat();
      if (!accepted.some((scope) => row.scopes.includes(scope)))
        return err({ code: 'SCOPE_MISSING', detail: `the route needs the scope ${accepted.join(' or ')}` });
      const { secretSha256: _, revokedAtMs: __, ...principal } = row;
      return ok(principal);
    },
  };
}
