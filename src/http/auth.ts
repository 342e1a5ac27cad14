import type { UseSignature } from '../control/use-signature.ts';
import type { Clock } from '../core/clock.ts';
import { equalInConstantTime, hmacSha256Hex } from '../core/digest.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import { type KeyRow, personOf, type Scope } from '../store/key-row.ts';
import { addressBlockOf } from './address-block-of.ts';
import { readBearer } from './bearer.ts';
import type { BodyLimits } from './body.ts';
import { createKeyCache } from './key-cache.ts';
import type { Problem } from './problem.ts';
import { readSignedCall, type SignedCall } from './signing/read-signed-call.ts';
import { signingSecretOf } from './signing/signing-secret.ts';

/** Who is calling, once that is proven. */
export interface Principal extends Pick<KeyRow, 'id' | 'account' | 'scopes' | 'ratePerSecond' | 'burst'> {
  /** Who stands behind the key, where two people have to agree (store/key-row.ts). */
  readonly person: string;
  /** Whether the secret that the caller showed, or signed by, is known to have been rotated away since. */
  readonly isRetired: () => boolean;
}

interface AuthenticatorOptions {
  /** Reads one key; undefined when there is none. */
  readonly loadKey: (id: string) => Promise<Result<KeyRow | undefined, string>>;
  /** Whether the shared control state names the key as revoked. */
  readonly isRevoked: (id: string) => boolean;
  /** Of one key: changes when the shared control state says that it is not what it was. */
  readonly changesOf: (id: string) => number;
  /** Whether the shared control state names the secret with this SHA-256 as rotated away. */
  readonly isRetired: (secretSha256: string) => boolean;
  /** Changes when revocations may have been missed: at an isolate's first sync and after a wiped Redis. */
  readonly keysEpoch: () => number;
  /** Counts a failed login of an address block (http/address-block-of.ts); false refuses the next ones. Fails closed. */
  readonly admitFailedLogin: (addressBlock: string) => Promise<boolean>;
  readonly useSignature: UseSignature;
  /** Signing secrets are derived from it. */
  readonly receiptSecret: string;
  /** Of a signed request, whose body is read to check it. */
  readonly bodyLimits: BodyLimits;
  readonly clock: Clock;
}

/** An `Authorization` header, or a request that says that it is signed. */
export type Login = string | null | SignedLogin;

interface SignedLogin {
  readonly request: Request;
  /** Of a request that was answered before: see http/authenticate-request.ts. */
  readonly repeats: 'refused' | 'harmless';
}

export interface Authenticator {
  /** `scopes`: the key needs one of them. */
  authenticate(
    login: Login,
    scopes: Scope | readonly Scope[],
    request: RequestScope,
  ): Eventual<Result<Principal, Problem>>;
}

function principalOf(row: KeyRow, isRetired: () => boolean): Principal {
  const { id, account, scopes, ratePerSecond, burst } = row;
  return { id, account, scopes, ratePerSecond, burst, person: personOf(row), isRetired };
}

/** A caller's clock may be ahead by less than this, as Binance has it. */
const aheadMsMax = 1_000;

/**
 * Keys are `<id>.<secret>`. A warm key costs one hash; an unknown one costs a read of the database, and each
 * failure is counted against the peer's address by the stock limiter.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { loadKey, isRevoked, changesOf, isRetired, keysEpoch, admitFailedLogin, clock } = options;
  const { useSignature, receiptSecret, bodyLimits } = options;
  const cache = createKeyCache({ loadKey, keysEpoch, changesOf, clock });

  /** Hash of the secret that was shown, of those that are good: the key's, and for a while after a rotation the one before. */
  function goodSecretOf(row: KeyRow, isShown: (good: string) => boolean): string | undefined {
    const { secretSha256, previousSecretSha256: previous, previousUntilMs } = row;
    if (!isRetired(secretSha256) && isShown(secretSha256)) return secretSha256;
    const isInOverlap = previous !== null && clock.nowMs() < (previousUntilMs ?? 0);
    return isInOverlap && !isRetired(previous) && isShown(previous) ? previous : undefined;
  }

  function bearersSecret(row: KeyRow, secretSha256: string): string | undefined {
    return goodSecretOf(row, (good) => equalInConstantTime(secretSha256, good));
  }

  function signersSecret(row: KeyRow, { signature, payload }: SignedCall): string | undefined {
    return goodSecretOf(row, (good) =>
      equalInConstantTime(signature, hmacSha256Hex(signingSecretOf(receiptSecret, row.id, good), payload)),
    );
  }

  async function refuse(request: RequestScope): Promise<Result<never, Problem>> {
    const admitted = await admitFailedLogin(addressBlockOf(request.clientAddress));
    return err(
      admitted
        ? { code: 'UNAUTHENTICATED' }
        : { code: 'RATE_LIMITED', detail: 'too many failed logins from this address', retryAfterMs: 60_000 },
    );
  }

  function proven(
    id: string,
    secretOf: (row: KeyRow) => string | undefined,
    scopes: readonly Scope[],
    request: RequestScope,
  ): Eventual<Result<Principal, Problem>> {
    const finding = cache.findProven(id, secretOf, request);
    return whenHere(finding, (found): Eventual<Result<Principal, Problem>> => {
      if (!found.ok) return err({ code: 'AUTH_UNAVAILABLE' });
      if (!found.value) return refuse(request);
      const { row, proof: good } = found.value;
      if (row.revokedAtMs !== null || isRevoked(id))
        return err({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });
      if (!scopes.some((scope) => row.scopes.includes(scope)))
        return err({ code: 'SCOPE_MISSING', detail: `the route needs the scope ${scopes.join(' or ')}` });
      return ok(principalOf(row, () => isRetired(good)));
    });
  }

  /** Whether a request with a right signature is of now, and came for the first time. */
  async function admitSigned(
    { timestampMs, recvWindowMs, signature }: SignedCall,
    repeats: 'refused' | 'harmless',
  ): Promise<Problem | undefined> {
    const nowMs = clock.nowMs();
    if (timestampMs >= nowMs + aheadMsMax || nowMs - timestampMs > recvWindowMs)
      return { code: 'CLOCK_SKEWED', detail: `it is ${new Date(nowMs).toISOString()} here` };
    if (repeats === 'harmless') return undefined;
    const used = await useSignature(signature);
    if (!used.ok) return { code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 };
    return used.value === 'used' ? { code: 'SIGNATURE_USED' } : undefined;
  }

  async function provenBySignature(
    login: SignedLogin,
    scopes: readonly Scope[],
    request: RequestScope,
  ): Promise<Result<Principal, Problem>> {
    const call = await readSignedCall(login.request, bodyLimits);
    if (!call.ok) return call;
    const signed = call.value;
    if (!signed) return refuse(request);
    const principal = await proven(signed.keyId, (row) => signersSecret(row, signed), scopes, request);
    const problem = principal.ok ? await admitSigned(signed, login.repeats) : undefined;
    return problem ? err(problem) : principal;
  }

  return {
    authenticate(login, scopes, request) {
      const accepted = typeof scopes === 'string' ? [scopes] : scopes;
      if (login === null) return err({ code: 'UNAUTHENTICATED' });
      if (typeof login !== 'string') return provenBySignature(login, accepted, request);
      const given = readBearer(login);
      if (!given) return refuse(request);
      return proven(given.id, (row) => bearersSecret(row, given.secretSha256), accepted, request);
    },
  };
}
