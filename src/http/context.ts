import type { Context } from 'hono';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';

/** What every route gets beside the request. */
export interface Environment {
  Bindings: { readonly scope: RequestScope };
  Variables: { stages: Stages };
}

export type RouteContext = Context<Environment>;
export type Handler = (context: RouteContext) => Response | Promise<Response>;
