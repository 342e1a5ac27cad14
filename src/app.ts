import { Hono } from 'hono';
import type { Clock, Random } from './core/clock.ts';
import type { Environment, Handler } from './http/context.ts';
import { problemResponse } from './http/problem.ts';
import { Stages } from './telemetry/stages.ts';
import { inRequestSpan } from './telemetry/tracing.ts';

interface AppOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: (failure: unknown) => void;
  readonly decide: Handler;
  readonly readDecision: Handler;
  readonly healthz: Handler;
  readonly readyz: Handler;
  readonly openapi: Handler;
  readonly docs: Handler;
}

/** Middleware and routes, on one page. */
export function createApp(options: AppOptions): Hono<Environment> {
  const { clock, random } = options;
  const app = new Hono<Environment>();

  app.use('*', async (context, next) => {
    const stages = new Stages(clock, 'auth');
    context.set('stages', stages);
    const traceparent = await inRequestSpan(context.req.raw, random, async () => {
      await next();
      return context.res.status;
    });
    context.res.headers.set('traceparent', traceparent);
    context.res.headers.set('server-timing', stages.serverTiming());
    context.res.headers.set('x-content-type-options', 'nosniff');
  });

  app.post('/v1/decisions', options.decide);
  app.get('/v1/decisions/:id', options.readDecision);
  app.get('/healthz', options.healthz);
  app.get('/readyz', options.readyz);
  app.get('/openapi.json', options.openapi);
  app.get('/docs', options.docs);

  const allowed: Readonly<Record<string, string>> = {
    '/v1/decisions': 'POST',
    '/v1/decisions/:id': 'GET',
    '/healthz': 'GET',
    '/readyz': 'GET',
    '/openapi.json': 'GET',
    '/docs': 'GET',
  };
  for (const [path, method] of Object.entries(allowed)) {
    app.all(path, () => problemResponse({ code: 'METHOD_NOT_ALLOWED' }, { allow: method }));
  }
  app.notFound(() => problemResponse({ code: 'NOT_FOUND' }));
  app.onError((failure) => {
    options.report(failure);
    return problemResponse({ code: 'INTERNAL' });
  });
  return app;
}
