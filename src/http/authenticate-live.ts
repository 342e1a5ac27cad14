import type { Control } from '../control/control.ts';
import { err, type Result } from '../core/result.ts';
import type { Scope } from '../store/key-row.ts';
import type { Authenticator, Principal } from './auth.ts';
import { authenticateRequest } from './authenticate-request.ts';
import type { RouteContext } from './context.ts';
import type { Problem } from './problem.ts';

export interface LiveAuthentication {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'ensure'>;
}

/**
 * Who asks, for routes that ask for no permit: without a live view nobody would know that the key was revoked.
 * `scopes`: the key needs one of them.
 */
export async function authenticateLive(
  context: RouteContext,
  scopes: Scope | readonly Scope[],
  { authenticator, control }: LiveAuthentication,
): Promise<Result<Principal, Problem>> {
  if (!(await control.ensure(context.env.scope)))
    return err({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
  return authenticateRequest(context, scopes, authenticator);
}
