import type { Eventual } from '../core/eventual.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { Scope } from '../store/key-row.ts';
import type { Login } from './auth.ts';
import type { RouteContext } from './context.ts';
import type { Problem } from './problem.ts';
import { isSigned } from './signing/read-signed-call.ts';

/** Proves who asks, as a `P`. */
export interface Prover<P> {
  authenticate(login: Login, scopes: readonly Scope[], request: RequestScope): Eventual<Result<P, Problem>>;
}

/**
 * Who asks, by a bearer key or by a signature. `scopes`: the key needs one of them.
 *
 * @param repeats what a signed request that was answered before does: nothing good, or, as a second halt, no harm; then the
 *   memory of signatures is not asked, and need not be there.
 */
export function authenticateRequest<P>(
  { req, env }: RouteContext,
  scopes: Scope | readonly Scope[],
  authenticator: Prover<P>,
  repeats: 'refused' | 'harmless' = 'refused',
): Eventual<Result<P, Problem>> {
  const authorization = req.raw.headers.get('authorization');
  const login = isSigned(authorization) ? { request: req.raw, repeats } : authorization;
  return authenticator.authenticate(login, [scopes].flat(), env.scope);
}
