import type { z } from 'zod';
import { ok, type Result } from '../../core/result.ts';
import type { RequestScope } from '../../runtime.ts';
import type { Scope } from '../../store/keys.ts';
import type { Principal } from '../auth.ts';
import { type BodyLimits, parseJson, readBody } from '../body.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';
import { readShape } from '../read-shape.ts';

/** Proves who asks, as a `P`. */
export interface OperatorAuthenticator<P> {
  authenticate(
    authorization: string | null,
    scopes: readonly Scope[],
    request: RequestScope,
  ): Promise<Result<P, Problem>>;
}

export interface OperatorOptions<P = Principal> {
  readonly authenticator: OperatorAuthenticator<P>;
  readonly bodyLimits: BodyLimits;
}

interface OperatorRequest<T, P> {
  readonly principal: P;
  readonly body: T;
}

/** Who asks for one of the operator's verbs, and for what. */
export async function readOperatorRequest<T, P>(
  { req, env }: RouteContext,
  scopes: readonly Scope[],
  schema: z.ZodType<T>,
  { authenticator, bodyLimits }: OperatorOptions<P>,
): Promise<Result<OperatorRequest<T, P>, Problem>> {
  const authorization = req.raw.headers.get('authorization');
  const principal = await authenticator.authenticate(authorization, scopes, env.scope);
  if (!principal.ok) return principal;
  const text = await readBody(req.raw, bodyLimits);
  if (!text.ok) return text;
  const json = parseJson(text.value);
  if (!json.ok) return json;
  const body = readShape(schema, json.value);
  return body.ok ? ok({ principal: principal.value, body: body.value }) : body;
}
