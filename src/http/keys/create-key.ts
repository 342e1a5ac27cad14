import type { z } from '@hono/zod-openapi';
import type { CreateKey, KeyCreation } from '../../control/keys/create-key.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler, RouteContext } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { answerNotDone } from './answer-not-done.ts';
import { keyAskOf } from './key-ask.ts';
import { type createdKeySchema, createKeyRequestSchema } from './key-schemas.ts';
import { shownSecret } from './shown-secret.ts';

interface CreateKeyOptions extends LiveAuthentication {
  readonly createKey: CreateKey;
  readonly bodyLimits: BodyLimits;
  readonly receiptSecret: string;
}

/** `POST /v1/keys`: a new key, whose secret stands in this answer and nowhere else. */
export function createCreateKeyRoute({ createKey, receiptSecret, ...options }: CreateKeyOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'approve', options);
    if (!principal.ok) return problemResponse(principal.error);
    const body = await readJson(context.req.raw, createKeyRequestSchema, options.bodyLimits);
    if (!body.ok) return problemResponse(body.error);
    context.var.stages.begin('write');
    const { id, reason, ...terms } = body.value;
    const ask = { ...keyAskOf(id, reason, principal.value, context), ...terms };
    const creation = await createKey({ ...ask, scopes: [...new Set(terms.scopes)] }, context.env.scope);
    return answerTo(creation, receiptSecret, context);
  };
}

function answerTo(creation: KeyCreation, receiptSecret: string, context: RouteContext): Response {
  switch (creation.kind) {
    case 'created': {
      const shown = shownSecret(creation, receiptSecret);
      const answer: z.infer<typeof createdKeySchema> = { outcome: 'created', ...shown };
      return context.json(answer, 201, { 'cache-control': 'no-store' });
    }
    case 'exists':
      return problemResponse({ code: 'KEY_EXISTS' });
    default:
      return answerNotDone(creation, context);
  }
}
