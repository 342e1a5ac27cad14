import type { Control } from '../control/control.ts';
import { err, type Result } from '../core/result.ts';
import type { Scope } from '../store/key-row.ts';
import type { Authenticator } from './auth.ts';
import { authenticateRequest } from './authenticate-request.ts';
import type { RouteContext } from './context.ts';
import { problemResponse } from './problem.ts';
import { type Charged, takeToken } from './take-token.ts';

export interface ChargedAuthentication {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'permit' | 'keysNews'>;
}

/** Who asks, for routes that read much: under a live view, and for one token of the key's bucket. */
export async function authenticateCharged(
  context: RouteContext,
  scopes: Scope | readonly Scope[],
  { authenticator, control }: ChargedAuthentication,
): Promise<Result<Charged, Response>> {
  // Its signature was used the first time.
  const prove = () => authenticateRequest(context, scopes, authenticator, 'harmless');
  const keysNews = control.keysNews();
  const principal = await authenticateRequest(context, scopes, authenticator);
  if (!principal.ok) return err(problemResponse(principal.error));
  const charged = await takeToken(context, { principal: principal.value, keysNews, prove }, control);
  return charged.ok ? charged : err(problemResponse(charged.error.problem, charged.error.headers));
}
