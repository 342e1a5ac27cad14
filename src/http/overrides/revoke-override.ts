import type { z } from '@hono/zod-openapi';
import type { Control } from '../../control/control.ts';
import type { OperateOverrides } from '../../control/overrides/operate-overrides.ts';
import type { Handler } from '../context.ts';
import { type OperatorOptions, readOperatorRequest } from '../control/operator-request.ts';
import { problemResponse } from '../problem.ts';
import { type revokedOverrideSchema, revokeOverrideRequestSchema } from './override-schemas.ts';
import { overridesUnavailable } from './overrides-unavailable.ts';

interface RevokeOverrideOptions extends OperatorOptions {
  readonly control: Pick<Control, 'highest'>;
  readonly overrides: Pick<OperateOverrides, 'revoke'>;
}

/** `POST /v1/control/overrides/{id}/revoke`. It only takes back, so it needs no live view and may come twice. */
export function createRevokeOverrideRoute({
  control,
  overrides,
  ...options
}: RevokeOverrideOptions): Handler {
  return async (context) => {
    const scopes = ['operate', 'approve'] as const;
    const asked = await readOperatorRequest(
      context,
      scopes,
      revokeOverrideRequestSchema,
      options,
      'harmless',
    );
    if (!asked.ok) return problemResponse(asked.error);
    const { principal, body } = asked.value;
    const id = context.req.param('id') ?? '';
    context.var.stages.begin('revoke');
    const by = { keyId: principal.id, account: principal.account };
    const { clientAddress } = context.env.scope;
    const ask = { id, by, reason: body.reason, clientAddress, epoch: control.highest()?.epoch ?? 0 };
    const outcome = await overrides.revoke(ask, context.env.scope);
    switch (outcome.kind) {
      case 'revoked': {
        const answer: z.infer<typeof revokedOverrideSchema> = { outcome: 'revoked', id };
        return context.json(answer, 200, { 'cache-control': 'no-store' });
      }
      case 'ended':
        return problemResponse({ code: 'OVERRIDE_ENDED', detail: `the override is ${outcome.state}` });
      case 'unknown':
        return problemResponse({ code: 'NOT_FOUND', detail: 'no such override' });
      case 'unavailable':
        return problemResponse(overridesUnavailable);
    }
  };
}
