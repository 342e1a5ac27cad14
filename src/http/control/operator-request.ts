import type { z } from 'zod';
import { ok, type Result } from '../../core/result.ts';
import type { Scope } from '../../store/key-row.ts';
import type { Principal } from '../auth.ts';
import { authenticateRequest, type Prover } from '../authenticate-request.ts';
import { type BodyLimits, parseJson, readBody } from '../body.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';
import { readShape } from '../read-shape.ts';

export interface OperatorOptions<P = Principal> {
  readonly authenticator: Prover<P>;
  readonly bodyLimits: BodyLimits;
}

interface OperatorRequest<T, P> {
  readonly principal: P;
  readonly body: T;
}

/** Who asks for one of the operator's verbs, and for what. `repeats`: see http/authenticate-request.ts; what may be repeated holds back. */
export async function readOperatorRequest<T, P>(
  context: RouteContext,
  scopes: readonly Scope[],
  schema: z.ZodType<T>,
  { authenticator, bodyLimits }: OperatorOptions<P>,
  repeats: 'refused' | 'harmless' = 'refused',
): Promise<Result<OperatorRequest<T, P>, Problem>> {
  const principal = await authenticateRequest(context, scopes, authenticator, repeats);
  if (!principal.ok) return principal;
  // What holds back is not refused for what a terminal made of its reason.
  const text = await readBody(context.req.raw, bodyLimits, repeats === 'harmless' ? 'taken' : 'refused');
  if (!text.ok) return text;
  const json = parseJson(text.value);
  if (!json.ok) return json;
  const body = readShape(schema, json.value);
  return body.ok ? ok({ principal: principal.value, body: body.value }) : body;
}
