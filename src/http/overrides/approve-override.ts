import type { z } from '@hono/zod-openapi';
import type { OperateOverrides, OverrideApproval } from '../../control/overrides/operate-overrides.ts';
import type { Handler, RouteContext } from '../context.ts';
import { type LiveOperatorOptions, readLiveOperatorRequest } from '../control/live-operator-request.ts';
import { problemResponse } from '../problem.ts';
import { type approvedOverrideSchema, approveOverrideRequestSchema } from './override-schemas.ts';
import { overridesUnavailable } from './overrides-unavailable.ts';
import { shownOverride } from './shown-override.ts';

interface ApproveOverrideOptions extends LiveOperatorOptions {
  readonly overrides: Pick<OperateOverrides, 'approve'>;
}

/**
 * `POST /v1/control/overrides`: one person's word for an override, of the two that it takes. Needs a live view, as all that lets
 * go does.
 */
export function createApproveOverrideRoute({ overrides, ...options }: ApproveOverrideOptions): Handler {
  return async (context) => {
    const schema = approveOverrideRequestSchema;
    const asked = await readLiveOperatorRequest(context, ['approve'], schema, options, overridesUnavailable);
    if (!asked.ok) return problemResponse(asked.error);
    const { scope } = context.env;
    const { principal, body, view } = asked.value;
    context.var.stages.begin('approve');
    const { lifeSeconds, reason, ...terms } = body;
    const by = { keyId: principal.id, account: principal.account };
    const { clientAddress } = scope;
    const { person } = principal;
    const ask = { terms, lifeMs: lifeSeconds * 1_000, by, person, reason, clientAddress, epoch: view.epoch };
    return answerTo(await overrides.approve(ask, scope), context);
  };
}

function answerTo(approval: OverrideApproval, context: RouteContext): Response {
  const uncached = { 'cache-control': 'no-store' };
  switch (approval.kind) {
    case 'approved': {
      const override = shownOverride(approval.override);
      const answer: z.infer<typeof approvedOverrideSchema> = { outcome: 'approved', override };
      return context.json(answer, 200, uncached);
    }
    case 'pending':
      return context.json({ outcome: 'pending' }, 202, uncached);
    case 'second-person-needed':
      return problemResponse({ code: 'SECOND_PERSON_NEEDED' });
    case 'moved':
      return problemResponse({ code: 'EPOCH_MOVED' });
    case 'full':
      return problemResponse({ code: 'OVERRIDES_FULL' });
    case 'unavailable':
      return problemResponse(overridesUnavailable);
  }
}
