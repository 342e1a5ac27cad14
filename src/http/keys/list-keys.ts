import type { z } from '@hono/zod-openapi';
import type { Result } from '../../core/result.ts';
import type { KeyRow } from '../../store/key-row.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { keysUnavailable } from './key-ask.ts';
import { keyIdSchema, type keyPageSchema } from './key-schemas.ts';
import { shownKey } from './shown-key.ts';

interface ListKeysOptions extends LiveAuthentication {
  readonly loadKeys: (after: string, countMax: number) => Promise<Result<readonly KeyRow[], string>>;
}

const pageSize = 200;

/** `GET /v1/keys?after=`: keys by id, revoked ones included, without their secrets. */
export function createListKeysRoute({ loadKeys, ...options }: ListKeysOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'approve', options);
    if (!principal.ok) return problemResponse(principal.error);
    const after = context.req.query('after') ?? '';
    if (after !== '' && !keyIdSchema.safeParse(after).success)
      return problemResponse({ code: 'INVALID_REQUEST', detail: 'after takes the id of a key' });
    context.var.stages.begin('read');
    const rows = await loadKeys(after, pageSize);
    if (!rows.ok) return problemResponse(keysUnavailable);
    const next = rows.value.length < pageSize ? null : (rows.value.at(-1)?.id ?? null);
    const answer: z.infer<typeof keyPageSchema> = { keys: rows.value.map(shownKey), next };
    return context.json(answer, 200, { 'cache-control': 'no-store' });
  };
}
