import type { z } from '@hono/zod-openapi';
import type { Control } from '../../control/control.ts';
import type { KeyRevocation, RevokeKey } from '../../control/keys/revoke-key.ts';
import type { Handler, RouteContext } from '../context.ts';
import { type OperatorOptions, readOperatorRequest } from '../control/operator-request.ts';
import { problemResponse } from '../problem.ts';
import { keyAskOf, keyIdOf, keysUnavailable, unknownKey } from './key-ask.ts';
import { type revokedKeySchema, revokeKeyRequestSchema } from './key-schemas.ts';
import { shownKey } from './shown-key.ts';
import { toldNews } from './told-news.ts';

interface RevokeKeyOptions extends OperatorOptions {
  readonly control: Pick<Control, 'ensure'>;
  readonly revokeKey: RevokeKey;
}

/** `POST /v1/keys/{id}/revoke`. As a halt it needs no live view: a stolen key can be stopped while Redis is away. */
export function createRevokeKeyRoute({ revokeKey, control, ...options }: RevokeKeyOptions): Handler {
  return async (context) => {
    // What was told of the asker's own key, where Redis answers.
    await control.ensure(context.env.scope);
    const scopes = ['approve'] as const;
    const asked = await readOperatorRequest(context, scopes, revokeKeyRequestSchema, options, 'harmless');
    if (!asked.ok) return problemResponse(asked.error);
    const id = keyIdOf(context);
    if (!id.ok) return problemResponse(id.error);
    context.var.stages.begin('write');
    const { principal, body } = asked.value;
    const ask = keyAskOf(id.value, body.reason, principal, context);
    return answerTo(await revokeKey(ask, context.env.scope), context);
  };
}

function answerTo(revocation: KeyRevocation, context: RouteContext): Response {
  switch (revocation.kind) {
    case 'revoked': {
      const { row, told } = revocation;
      const answer: z.infer<typeof revokedKeySchema> = {
        ...{ outcome: 'revoked', key: shownKey(row) },
        ...toldNews(told),
      };
      return context.json(answer, 200, { 'cache-control': 'no-store' });
    }
    case 'unknown':
      return problemResponse(unknownKey);
    case 'unconfirmed': {
      const isTold = revocation.told.redis === 'CONFIRMED';
      const detail = isTold ? 'isolates were told, the database did not confirm it' : 'no store confirmed it';
      return problemResponse({ ...keysUnavailable, detail: `${detail}: repeat it` });
    }
  }
}
