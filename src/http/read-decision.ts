import type { Handler } from './context.ts';
import { problemResponse } from './problem.ts';
import { loadStoredDecision, type StoredDecisionOptions } from './stored-decision.ts';

/** `GET /v1/decisions/{id}`: the record of a decision of the key's own account. */
export function createReadDecisionRoute(options: StoredDecisionOptions): Handler {
  return async (context) => {
    const stored = await loadStoredDecision(context, options);
    if (!stored.ok) return problemResponse(stored.error);
    const { id, recordHash, receipt, record } = stored.value;
    return context.json({ id, recordHash, receipt, record: JSON.parse(record) }, 200, {
      'cache-control': 'no-store',
    });
  };
}
