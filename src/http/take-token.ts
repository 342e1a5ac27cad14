import type { Control } from '../control/control.ts';
import type { Eventual } from '../core/eventual.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Principal } from './auth.ts';
import type { RouteContext } from './context.ts';
import type { Problem } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

interface TokenAsk {
  /** Proven under `keysNews`. */
  readonly principal: Principal;
  /** What `control` told of keys before that. */
  readonly keysNews: number;
  /** Proves who asks once more. */
  readonly prove: () => Eventual<Result<Principal, Problem>>;
}

/** Who asked, once the token is taken. */
export interface Charged {
  readonly principal: Principal;
  /** What is left of the bucket. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Why there is none, for an answer in the form of whoever asks. */
interface TokenRefusal {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes a token of a key's bucket, for what costs. */
export async function takeToken(
  { env: { scope } }: RouteContext,
  { principal, keysNews, prove }: TokenAsk,
  control: Pick<Control, 'permit' | 'keysNews'>,
): Promise<Result<Charged, TokenRefusal>> {
  const { id: keyId, ratePerSecond, burst } = principal;
  const permit = await control.permit({ keyId, ratePerSecond, burst }, scope);
  if (permit.kind === 'revoked') return refused({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });
  if (permit.kind === 'unavailable') return refused({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
  const headers = rateLimitHeaders(permit.bucket);
  if (permit.kind === 'limited')
    return refused({ code: 'RATE_LIMITED', retryAfterMs: permit.bucket.retryAfterMs }, headers);
  // The permit's own sync may have told of the key, or that it missed what was told.
  const proven = keysNews === control.keysNews() ? ok(principal) : await prove();
  return proven.ok ? ok({ principal: proven.value, headers }) : refused(proven.error);
}

const refused = (problem: Problem, headers: TokenRefusal['headers'] = {}): Result<never, TokenRefusal> =>
  err({ problem, headers });
