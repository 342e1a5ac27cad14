import type { Control } from '../../control/control.ts';
import { err, type Result } from '../../core/result.ts';
import type { Scope } from '../../store/keys.ts';
import type { Authenticator, Principal } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';

export interface OperatorOptions {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'ensure'>;
}

/** Who asks for what only some may. Without a live view nobody would know that the key was revoked. */
export async function authenticateOperator(
  { req, env }: RouteContext,
  scope: Scope,
  { authenticator, control }: OperatorOptions,
): Promise<Result<Principal, Problem>> {
  if (!(await control.ensure(env.scope))) return err({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
  return authenticator.authenticate(req.header('authorization') ?? null, scope, env.scope);
}
