import type { Control } from '../../control/control.ts';
import { err, type Result } from '../../core/result.ts';
import type { Authenticator, Principal } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';

export interface ReaderOptions {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'ensure'>;
}

/** Who asks about models: the protocol's clients do so with the key that they score with, others with one that observes. */
export async function authenticateReader(
  { req, env }: RouteContext,
  { authenticator, control }: ReaderOptions,
): Promise<Result<Principal, Problem>> {
  // Without a live view nobody would know that the key was revoked.
  if (!(await control.ensure(env.scope))) return err({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
  const authorization = req.header('authorization') ?? null;
  const scorer = await authenticator.authenticate(authorization, 'decide', env.scope);
  if (scorer.ok || scorer.error.code !== 'SCOPE_MISSING') return scorer;
  return authenticator.authenticate(authorization, 'observe', env.scope);
}
