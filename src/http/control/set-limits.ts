import type { z } from '@hono/zod-openapi';
import type { Control } from '../../control/control.ts';
import type { LimitsChange, SetKeyLimits } from '../../control/keys/set-key-limits.ts';
import type { Handler, RouteContext } from '../context.ts';
import { answerNotDone } from '../keys/answer-not-done.ts';
import { keyAskOf, keysUnavailable } from '../keys/key-ask.ts';
import { shownKey } from '../keys/shown-key.ts';
import { toldNews } from '../keys/told-news.ts';
import { problemResponse } from '../problem.ts';
import { limitsRequestSchema, type limitsSchema } from './control-schemas.ts';
import { type OperatorOptions, readOperatorRequest } from './operator-request.ts';

interface SetLimitsOptions extends OperatorOptions {
  readonly control: Pick<Control, 'ensure'>;
  readonly setKeyLimits: SetKeyLimits;
}

/** `PUT /v1/control/limits`. A lowering waits for no view; a raise needs a live one, and the scope `approve`. */
export function createSetLimitsRoute({ control, setKeyLimits, ...options }: SetLimitsOptions): Handler {
  return async (context) => {
    const { scope } = context.env;
    const view = await control.ensure(scope);
    const asked = await readOperatorRequest(context, ['operate', 'approve'], limitsRequestSchema, options);
    if (!asked.ok) return problemResponse(asked.error);
    context.var.stages.begin('write');
    const { principal, body } = asked.value;
    const { key, reason, ...limits } = body;
    const mayRaise = view !== undefined && principal.scopes.includes('approve');
    const ask = { ...keyAskOf(key, reason, principal, context), limits, mayRaise };
    return answerTo(await setKeyLimits(ask, scope), view !== undefined, context);
  };
}

function answerTo(change: LimitsChange, isLive: boolean, context: RouteContext): Response {
  switch (change.kind) {
    case 'set': {
      const { row, told } = change;
      const answer: z.infer<typeof limitsSchema> = {
        ...{ outcome: 'set', key: shownKey(row) },
        ...toldNews(told),
      };
      return context.json(answer, 200, { 'cache-control': 'no-store' });
    }
    case 'raise':
      return problemResponse(
        isLive
          ? { code: 'SCOPE_MISSING', detail: 'to raise a limit the scope approve is needed' }
          : { ...keysUnavailable, detail: 'no limit is raised while a store is away' },
      );
    default:
      return answerNotDone(change, context);
  }
}
