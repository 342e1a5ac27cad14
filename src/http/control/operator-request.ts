import type { z } from 'zod';
import { ok, type Result } from '../../core/result.ts';
import type { Scope } from '../../store/keys.ts';
import type { Authenticator, Principal } from '../auth.ts';
import { type BodyLimits, parseJson, readBody } from '../body.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';
import { readShape } from '../read-shape.ts';

export interface OperatorOptions {
  readonly authenticator: Authenticator;
  readonly bodyLimits: BodyLimits;
}

interface OperatorRequest<T> {
  readonly principal: Principal;
  readonly body: T;
}

/** Who asks for one of the operator's verbs, and for what. */
export async function readOperatorRequest<T>(
  { req, env }: RouteContext,
  scopes: readonly Scope[],
  schema: z.ZodType<T>,
  { authenticator, bodyLimits }: OperatorOptions,
): Promise<Result<OperatorRequest<T>, Problem>> {
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
