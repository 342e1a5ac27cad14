import type { Load } from './control/overload/load-state.ts';
import type { Clock, Random } from './core/clock.ts';
import type { Eventual } from './core/eventual.ts';
import type { DirectHandler, Exchange } from './http/context.ts';
import { problemReply } from './http/problem.ts';
import type { Reply } from './http/reply.ts';
import type { ShieldRequests } from './http/shield-requests.ts';
import type { Routes } from './routes.ts';
import type { RequestScope, Respond } from './runtime.ts';
import { Stages } from './telemetry/stages.ts';
import { openRequestSpan } from './telemetry/tracing.ts';

interface AppOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: (failure: unknown) => void;
  readonly load: () => Load;
  readonly respond: Respond;
  /** Null where the runtime has no shield. */
  readonly shieldRequests: ShieldRequests | null;
  /** Holds back an isolate's first requests until it knows which models are in force. */
  readonly ensureRegistry: (scope: RequestScope) => Eventual<void>;
  readonly decide: DirectHandler;
  readonly decideBatch: DirectHandler;
  /** All routes, these two among them. They are loaded by the first request that is for another. */
  readonly routes: () => Promise<Routes>;
}

type Headers = Reply['headers'];

type App = (request: Request, scope: RequestScope) => Promise<Response>;

/**
 * What every answer has, around its route. The hot ones are reached without Hono, whose context costs more than a decision,
 * and without the code of the others, which costs an isolate's start more than everything that a decision needs.
 */
export function createApp(options: AppOptions): App {
  const { clock, random } = options;
  const direct = new Map([
    ['/v1/decisions', options.decide],
    ['/v1/decisions/batch', options.decideBatch],
  ]);

  function routed(exchange: Exchange): Promise<Reply | Response> {
    const { request } = exchange;
    const handler = request.method === 'POST' ? direct.get(targetOf(request.url)) : undefined;
    return handler ? answerBy(handler, exchange, options) : answerByRoute(exchange, options);
  }

  async function shielded(exchange: Exchange, shieldRequests: ShieldRequests): Promise<Reply | Response> {
    const refusal = await shieldRequests(exchange.request, exchange.scope);
    return refusal ?? routed(exchange);
  }

  return async (request, scope) => {
    const stages = new Stages(clock, 'auth');
    const exchange = { request, scope, stages };
    const span = openRequestSpan(request, random);
    const answer = await span.run(() =>
      options.shieldRequests ? shielded(exchange, options.shieldRequests) : routed(exchange),
    );
    span.end(answer.status);
    const { traceparent } = span;
    const load = options.load();
    // Spread behind other members costs V8 and JavaScriptCore several times as much as before them.
    const addedTo = (own: Headers): Headers =>
      load === 'normal'
        ? { ...own, traceparent, 'server-timing': stages.serverTiming(), 'x-content-type-options': 'nosniff' }
        : { ...own, traceparent, 'service-load': load, 'x-content-type-options': 'nosniff' };
    return withHeaders(answer, addedTo, options);
  };
}

/** Of an absolute URL what follows its authority, the query included: one with a query is no hot one. */
const targetOf = (url: string): string => url.slice(url.indexOf('/', 'https://'.length));

async function answerByRoute(
  { request, scope, stages }: Exchange,
  { routes, report }: AppOptions,
): Promise<Reply | Response> {
  let loaded: Routes;
  try {
    loaded = await routes();
  } catch (failure) {
    report(failure);
    return problemReply({ code: 'INTERNAL' });
  }
  return loaded.fetch(request, { scope, stages });
}

async function answerBy(
  handler: DirectHandler,
  exchange: Exchange,
  { ensureRegistry, report }: AppOptions,
): Promise<Reply> {
  try {
    const reading = ensureRegistry(exchange.scope);
    if (reading instanceof Promise) await reading;
    return await handler(exchange);
  } catch (failure) {
    report(failure);
    return problemReply({ code: 'INTERNAL' });
  }
}

/** But one that upgrades to a WebSocket is the runtime's own, and its headers are fixed. */
function withHeaders(
  answer: Reply | Response,
  addedTo: (own: Headers) => Headers,
  { respond }: Pick<AppOptions, 'respond'>,
): Response {
  if (!(answer instanceof Response)) {
    const { status, headers, body } = answer;
    return respond(status, addedTo(headers), body);
  }
  if (answer.status === 101) return answer;
  for (const [name, value] of Object.entries(addedTo({}))) answer.headers.set(name, value);
  return answer;
}
