import type { BreakerOperator } from '../../control/breakers/breaker-operator.ts';
import { breakerNames } from '../../control/breakers/breaker-settings.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { shownBreaker } from './shown-breaker.ts';

interface ReadBreakersOptions extends LiveAuthentication {
  readonly operator: Pick<BreakerOperator, 'read'>;
}

/** `GET /v1/control/breakers`: what the fleet holds of every breaker at this moment. */
export function createReadBreakersRoute({ operator, ...options }: ReadBreakersOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'operate', options);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const shared = await operator.read();
    if (!shared.ok) return problemResponse({ code: 'BREAKERS_UNAVAILABLE', retryAfterMs: 1_000 });
    const breakers = breakerNames.map((name) => shownBreaker(name, shared.value[name]));
    return context.json({ breakers }, 200, { 'cache-control': 'no-store' });
  };
}
