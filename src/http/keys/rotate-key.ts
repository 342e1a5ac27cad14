import type { z } from '@hono/zod-openapi';
import type { KeyRotation, RotateKey } from '../../control/keys/rotate-key.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler, RouteContext } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { answerNotDone } from './answer-not-done.ts';
import { keyAskOf, keyIdOf } from './key-ask.ts';
import { type rotatedKeySchema, rotateKeyRequestSchema } from './key-schemas.ts';
import { shownSecret } from './shown-secret.ts';
import { toldNews } from './told-news.ts';

interface RotateKeyOptions extends LiveAuthentication {
  readonly rotateKey: RotateKey;
  readonly bodyLimits: BodyLimits;
  readonly receiptSecret: string;
}

/** `POST /v1/keys/{id}/rotate`: another secret, which stands in this answer and nowhere else. */
export function createRotateKeyRoute({ rotateKey, receiptSecret, ...options }: RotateKeyOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'approve', options);
    if (!principal.ok) return problemResponse(principal.error);
    const body = await readJson(context.req.raw, rotateKeyRequestSchema, options.bodyLimits);
    if (!body.ok) return problemResponse(body.error);
    const id = keyIdOf(context);
    if (!id.ok) return problemResponse(id.error);
    context.var.stages.begin('write');
    const { reason, overlapSeconds } = body.value;
    const ask = keyAskOf(id.value, reason, principal.value, context);
    const rotation = await rotateKey({ ...ask, overlapMs: overlapSeconds * 1_000 }, context.env.scope);
    return answerTo(rotation, receiptSecret, context);
  };
}

function answerTo(rotation: KeyRotation, receiptSecret: string, context: RouteContext): Response {
  switch (rotation.kind) {
    case 'rotated': {
      const answer: z.infer<typeof rotatedKeySchema> = {
        ...{ outcome: 'rotated', ...shownSecret(rotation, receiptSecret) },
        ...toldNews(rotation.told),
      };
      return context.json(answer, 200, { 'cache-control': 'no-store' });
    }
    default:
      return answerNotDone(rotation, context);
  }
}
