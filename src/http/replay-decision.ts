import type { z } from 'zod';
import { partedHashOf } from '../audit/parted-record.ts';
import { type ReplayOptions, replayDecision } from '../decision/replay.ts';
import { authenticateCharged, type ChargedAuthentication } from './authenticate-charged.ts';
import type { Handler } from './context.ts';
import type { replaySchema } from './decision-schemas.ts';
import { problemResponse } from './problem.ts';
import { type DecisionStore, loadStoredDecision } from './stored-decision.ts';

interface ReplayDecisionOptions extends ChargedAuthentication, DecisionStore, ReplayOptions {
  /** Of the code that replays; null where nobody took it. */
  readonly buildHash: string | null;
}

/** `POST /v1/decisions/{id}/replay`, for one token of the key's bucket: decides again from the record alone, and compares the bytes. */
export function createReplayDecisionRoute(options: ReplayDecisionOptions): Handler {
  return async (context) => {
    context.var.stages.begin('permit');
    const charged = await authenticateCharged(context, 'observe', options);
    if (!charged.ok) return charged.error;
    const { principal, headers } = charged.value;
    context.var.stages.begin('read');
    const stored = await loadStoredDecision(context.req.param('id') ?? '', principal.account, options);
    if (!stored.ok) return problemResponse(stored.error);
    context.var.stages.begin('replay');
    if (stored.value.kind === 'restored') {
      return problemResponse({
        code: 'INVALID_REQUEST',
        detail: 'its record is lost; the answer alone is kept',
      });
    }
    const { id, recordHash, record, isParted } = stored.value;
    const replayed = await replayDecision(record, options);
    switch (replayed.kind) {
      case 'no-decision':
        return problemResponse({ code: 'INVALID_REQUEST', detail: 'the record is of no decision' });
      case 'unavailable':
        return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
      case 'replayed': {
        const { record: again, recordHash: wholeHash, deviations, buildHash } = replayed;
        const replayedHash = isParted && again !== undefined ? (partedHashOf(again) ?? null) : wholeHash;
        const replayedBuildHash = options.buildHash;
        const same = again === record;
        const body: z.infer<typeof replaySchema> = {
          ...{ id, same, recordHash, replayedHash, deviations },
          ...{ buildHash, replayedBuildHash },
        };
        return context.json(body, 200, { ...headers, 'cache-control': 'no-store' });
      }
    }
  };
}
