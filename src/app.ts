import type { Load } from './control/overload/load-state.ts';
import type { Clock, Random } from './core/clock.ts';
import type { Eventual } from './core/eventual.ts';
import type { Arrival } from './http/arrival.ts';
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

type App = (arrival: Arrival, scope: RequestScope) => Promise<Response>;

/**
 * What every answer has, around its route. The hot ones are reached without Hono, whose context costs more than a decision,
 * and without the code of the others, which costs an isolate's start more than everything that a decision needs.
 */
export function createApp(options: AppOptions): App {
  const { clock, random, ensureRegistry, shieldRequests, report } = options;
  const direct = new Map([
    ['/v1/decisions', options.decide],
    ['/v1/decisions/batch', options.decideBatch],
  ]);

  /** One whose target has a query is no hot one. */
  function routed({ method, target }: Arrival, exchange: Exchange): Promise<Reply | Response> {
    const handler = method === 'POST' ? direct.get(target) : undefined;
    if (!handler) return answerByRoute(exchange, options);
    const reading = ensureRegistry(exchange.scope);
    return reading instanceof Promise ? reading.then(() => handler(exchange)) : handler(exchange);
  }

  async function shielded(arrival: Arrival, exchange: Exchange, shield: ShieldRequests) {
    const refusal = await shield(exchange.request, exchange.scope);
    return refusal ?? routed(arrival, exchange);
  }

  return async (arrival, scope) => {
    const { request, authorization } = arrival;
    const stages = new Stages(clock, 'auth');
    const span = openRequestSpan(request, random);
    const exchange = { request, authorization, scope, stages };
    let answer: Reply | Response;
    try {
      answer = await span.run(() =>
        shieldRequests ? shielded(arrival, exchange, shieldRequests) : routed(arrival, exchange),
      );
    } catch (failure) {
      report(failure);
      answer = problemReply({ code: 'INTERNAL' });
    }
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

async function answerByRoute(
  { request, scope, stages }: Exchange,
  { routes }: Pick<AppOptions, 'routes'>,
): Promise<Reply | Response> {
  const loaded = await routes();
  return loaded.fetch(request, { scope, stages });
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
