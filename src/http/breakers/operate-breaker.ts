import type { z } from '@hono/zod-openapi';
import type { BreakerOperator } from '../../control/breakers/breaker-operator.ts';
import { isBreakerName } from '../../control/breakers/breaker-settings.ts';
import type { Clock } from '../../core/clock.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { operateBreakerRequestSchema, type operatedBreakerSchema } from './breaker-schemas.ts';
import { shownBreaker } from './shown-breaker.ts';

interface OperateBreakerOptions extends LiveAuthentication {
  /** What the route does. */
  readonly verb: 'trip' | 'reset';
  readonly operator: Pick<BreakerOperator, 'trip' | 'reset'>;
  readonly bodyLimits: BodyLimits;
  readonly clock: Clock;
  /** How old what an isolate knows may be, in milliseconds. */
  readonly viewLifeMs: number;
}

/** `POST /v1/control/breakers/{name}/trip` and `…/reset`. Both may be repeated. */
export function createOperateBreakerRoute(options: OperateBreakerOptions): Handler {
  const { verb, operator, bodyLimits, clock, viewLifeMs } = options;
  return async (context) => {
    const principal = await authenticateLive(context, 'operate', options);
    if (!principal.ok) return problemResponse(principal.error);
    const name = context.req.param('name') ?? '';
    if (!isBreakerName(name)) return problemResponse({ code: 'NOT_FOUND', detail: 'no such breaker' });
    const body = await readJson(context.req.raw, operateBreakerRequestSchema, bodyLimits);
    if (!body.ok) return problemResponse(body.error);
    context.var.stages.begin(verb);
    const { id: keyId, account } = principal.value;
    const evidence = { actor: { kind: 'key', keyId, account }, reason: body.value.reason } as const;
    const outcome = await operator[verb](name, evidence, context.env.scope);
    switch (outcome.kind) {
      case 'unavailable':
        return problemResponse({ code: 'BREAKERS_UNAVAILABLE', retryAfterMs: 1_000 });
      case 'not-recorded':
        return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
      case 'done': {
        const answer: z.infer<typeof operatedBreakerSchema> = {
          breaker: shownBreaker(name, outcome.breaker),
          effectiveBy: new Date(clock.nowMs() + viewLifeMs).toISOString(),
          entry: outcome.isRecorded ? 'written' : 'pending',
        };
        return context.json(answer, 200, { 'cache-control': 'no-store' });
      }
    }
  };
}
