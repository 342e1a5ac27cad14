import type { Clock } from '../core/clock.ts';
import { equalInConstantTime } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { KeyRow, Scope } from '../store/keys.ts';
import { readBearer } from './bearer.ts';
import { createKeyCache } from './key-cache.ts';
import type { Problem } from './problem.ts';

/** Who is calling, once that is proven. */
export type Principal = Pick<KeyRow, 'id' | 'account' | 'scopes' | 'ratePerSecond' | 'burst'>;

interface AuthenticatorOptions {
  /** Reads one key; undefined when there is none. */
  readonly loadKey: (id: string) => Promise<Result<KeyRow | undefined, string>>;
  /** Whether the shared control state names the key as revoked. */
  readonly isRevoked: (id: string) => boolean;
  /** Whether the shared control state names the secret with this SHA-256 as rotated away. */
  readonly isRetired: (secretSha256: string) => boolean;
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

/**
 * Keys are `<id>.<secret>`. A warm key costs one hash; an unknown one costs a read of the database, and each
 * failure is counted against the peer's address by the stock limiter.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { loadKey, isRevoked, isRetired, keysEpoch, admitFailedLogin, clock } = options;
  const cache = createKeyCache({ loadKey, keysEpoch, clock });

  /** Whether it is the key's secret, or the one before it, which a rotation left good for a while. */
  function isSecretOf(row: KeyRow, secretSha256: string): boolean {
    if (isRetired(secretSha256)) return false;
    if (equalInConstantTime(secretSha256, row.secretSha256)) return true;
    const { previousSecretSha256, previousUntilMs } = row;
    if (previousSecretSha256 === null || clock.nowMs() >= (previousUntilMs ?? 0)) return false;
    return equalInConstantTime(secretSha256, previousSecretSha256);
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
      const given = readBearer(authorization);
      if (!given) return refuse(request);
      const { id, secretSha256 } = given;
      const proven = await cache.findProven(id, (row) => isSecretOf(row, secretSha256), request);
      if (!proven.ok) return err({ code: 'AUTH_UNAVAILABLE' });
      const row = proven.value;
      if (!row) return refuse(request);
      if (row.revokedAtMs !== null || isRevoked(id))
        return err({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });
      const accepted = [scopes].flat();
      if (!accepted.some((scope) => row.scopes.includes(scope)))
        return err({ code: 'SCOPE_MISSING', detail: `the route needs the scope ${accepted.join(' or ')}` });
      const { account, ratePerSecond, burst } = row;
      return ok({ id, account, scopes: row.scopes, ratePerSecond, burst });
    },
  };
}
