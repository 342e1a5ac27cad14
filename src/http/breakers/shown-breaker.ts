import type { z } from '@hono/zod-openapi';
import type { SharedBreaker } from '../../control/breakers/breaker.ts';
import type { BreakerName } from '../../control/breakers/breaker-settings.ts';
import type { breakerSchema } from './breaker-schemas.ts';

/** What the fleet holds of a breaker, as it goes over the wire. */
export function shownBreaker(name: BreakerName, shared: SharedBreaker): z.infer<typeof breakerSchema> {
  const { state, generation } = shared;
  if (state !== 'open') return { name, state, generation, retryAfterMs: null };
  const { waitMs } = shared;
  return { name, state: waitMs > 0 ? 'open' : 'half-open', generation, retryAfterMs: waitMs };
}
