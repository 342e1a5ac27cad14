import type { Context } from 'hono';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';
import { type Reply, responseOf } from './reply.ts';

/** A request, and what it is answered with. */
export interface Exchange {
  readonly request: Request;
  /** Its header, read once: each reading is a call into the runtime. */
  readonly authorization: string | null;
  readonly scope: RequestScope;
  readonly stages: Stages;
}

/** A route on the hot path, which is reached without Hono. */
export type DirectHandler = (exchange: Exchange) => Promise<Reply>;

/** What every route gets beside the request. */
export interface Environment {
  Bindings: { readonly scope: RequestScope; readonly stages: Stages };
  Variables: { stages: Stages };
}

export type RouteContext = Context<Environment>;
export type Handler = (context: RouteContext) => Response | Promise<Response>;

/** The same route among the others, for spellings of its path that only Hono knows. */
export const throughHono =
  (direct: DirectHandler): Handler =>
  async ({ req, env, var: { stages } }) =>
    responseOf(
      await direct({
        request: req.raw,
        authorization: req.raw.headers.get('authorization'),
        scope: env.scope,
        stages,
      }),
    );
