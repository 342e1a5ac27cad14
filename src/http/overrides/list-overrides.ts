import type { z } from '@hono/zod-openapi';
import type { Control } from '../../control/control.ts';
import type { OperateOverrides } from '../../control/overrides/operate-overrides.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import type { overridesSchema } from './override-schemas.ts';
import { overridesUnavailable } from './overrides-unavailable.ts';
import { shownOverride } from './shown-override.ts';

interface ListOverridesOptions extends LiveAuthentication {
  readonly control: Pick<Control, 'ensure' | 'highest'>;
  readonly overrides: Pick<OperateOverrides, 'list'>;
}

/** `GET /v1/control/overrides`: those that are good, and those that ended of late. */
export function createListOverridesRoute({ overrides, ...options }: ListOverridesOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, ['operate', 'approve'], options);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const held = await overrides.list(options.control.highest()?.epoch ?? 0);
    if (!held.ok) return problemResponse(overridesUnavailable);
    const answer: z.infer<typeof overridesSchema> = { overrides: held.value.map(shownOverride) };
    return context.json(answer, 200, { 'cache-control': 'no-store' });
  };
}
