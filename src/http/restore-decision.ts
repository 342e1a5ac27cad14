import type { z } from '@hono/zod-openapi';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { provesItself, restorationOf, type SealedAnswer, takeApart } from '../audit/restored-answer.ts';
import { err, ok, type Result } from '../core/result.ts';
import { authenticateLive, type LiveAuthentication } from './authenticate-live.ts';
import type { BodyLimits } from './body.ts';
import type { Handler, RouteContext } from './context.ts';
import { type restorationSchema, sealedAnswerSchema } from './decision-schemas.ts';
import { type Problem, problemResponse } from './problem.ts';
import { readJson } from './read-json.ts';
import { invalid } from './read-shape.ts';
import { type DecisionStore, findDecision } from './stored-decision.ts';

interface RestoreDecisionOptions extends LiveAuthentication, DecisionStore {
  readonly trail: AuditTrail;
  readonly bodyLimits: BodyLimits;
}

/**
 * `POST /v1/decisions/{id}/restore`: an answer whose record died with its process comes back from its client. Its receipt proves
 * it; the account can bring back its own alone, and as often as it likes to no other effect.
 */
export function createRestoreDecisionRoute(options: RestoreDecisionOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'decide', options);
    if (!principal.ok) return problemResponse(principal.error);
    const answer = await readAnswer(context, options);
    if (!answer.ok) return problemResponse(answer.error);
    const { id: keyId, account } = principal.value;
    if (!provesItself(options.receiptSecret, account, answer.value)) {
      return problemResponse({ code: 'RECEIPT_INVALID' });
    }
    context.var.stages.begin('write');
    const { clientAddress } = context.env.scope;
    const actor = { kind: 'key' as const, keyId, account };
    const outcome = await restore(answer.value, account, { actor, clientAddress }, options);
    if (!outcome.ok) return problemResponse(outcome.error);
    const body: z.infer<typeof restorationSchema> = { id: answer.value.id, outcome: outcome.value };
    return context.json(body, 200, { 'cache-control': 'no-store' });
  };
}

async function readAnswer(
  context: RouteContext,
  { bodyLimits }: RestoreDecisionOptions,
): Promise<Result<SealedAnswer, Problem>> {
  context.var.stages.begin('validate');
  const answer = await readJson(context.req.raw, sealedAnswerSchema, bodyLimits);
  if (!answer.ok) return answer;
  if (answer.value.id === context.req.param('id')) return ok(takeApart(answer.value));
  return invalid([{ path: 'id', code: 'ANOTHER', message: 'is not the decision of the path' }]);
}

async function restore(
  answer: SealedAnswer,
  account: string,
  by: Parameters<typeof restorationOf>[1],
  options: RestoreDecisionOptions,
): Promise<Result<'kept' | 'restored', Problem>> {
  const found = await findDecision(answer.id, account, options);
  if (!found.ok) return found;
  if (found.value) return ok(found.value.kind);
  const { trail } = options;
  const written = await trail.commit(trail.seal(restorationOf(answer, by)), []);
  return written.ok ? ok('restored') : err({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
}
