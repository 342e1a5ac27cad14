import type { z } from '@hono/zod-openapi';
import { isoTime } from '../core/iso-time.ts';
import { authenticateLive, type LiveAuthentication } from './authenticate-live.ts';
import type { Handler } from './context.ts';
import type { storedDecisionSchema } from './decision-schemas.ts';
import { problemResponse } from './problem.ts';
import { type DecisionStore, loadStoredDecision, type StoredDecision } from './stored-decision.ts';

interface ReadDecisionOptions extends LiveAuthentication, DecisionStore {}

/** `GET /v1/decisions/{id}`: what the log has of a decision of the key's own account. */
export function createReadDecisionRoute(options: ReadDecisionOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'observe', options);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const stored = await loadStoredDecision(context.req.param('id') ?? '', principal.value.account, options);
    if (!stored.ok) return problemResponse(stored.error);
    return context.json(shown(stored.value), 200, { 'cache-control': 'no-store' });
  };
}

function shown(stored: StoredDecision): z.infer<typeof storedDecisionSchema> {
  const { id, recordHash, receipt } = stored;
  switch (stored.kind) {
    case 'kept':
      return { id, recordHash, receipt, record: JSON.parse(stored.record), restoredAt: null };
    case 'restored': {
      const { answer, restoredAtMs } = stored;
      return { id, recordHash, receipt, record: { answer }, restoredAt: isoTime(restoredAtMs) };
    }
  }
}
