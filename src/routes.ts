import { Hono } from 'hono';
import type { Eventual } from './core/eventual.ts';
import { type DirectHandler, type Environment, type Handler, throughHono } from './http/context.ts';
import { LiteralPathRouter } from './http/literal-path-router.ts';
import { problemResponse } from './http/problem.ts';
import type { RequestScope } from './runtime.ts';

interface RoutesOptions {
  readonly report: (failure: unknown) => void;
  /** Holds back an isolate's first requests until it knows which models are in force. */
  readonly ensureRegistry: (scope: RequestScope) => Eventual<void>;
  readonly decide: DirectHandler;
  readonly decideBatch: DirectHandler;
  readonly stream: Handler;
  readonly readDecision: Handler;
  readonly replayDecision: Handler;
  readonly restoreDecision: Handler;
  readonly readBreakers: Handler;
  readonly tripBreaker: Handler;
  readonly resetBreaker: Handler;
  readonly readAudit: Handler;
  readonly verifyAudit: Handler;
  readonly reportOutcomes: Handler;
  readonly readExperiment: Handler;
  readonly putExperiment: Handler;
  readonly healthz: Handler;
  readonly readyz: Handler;
  readonly openapi: Handler;
  readonly docs: Handler;
  readonly listModels: Handler;
  readonly uploadModel: Handler;
  readonly setModelAlias: Handler;
  readonly control: ControlHandlers;
  readonly keys: KeyHandlers;
  readonly openInference: OpenInference;
}

/** The operator's routes, `/v1/control`. */
interface ControlHandlers {
  readonly read: Handler;
  readonly halt: Handler;
  readonly reduce: Handler;
  readonly resume: Handler;
  readonly heartbeat: Handler;
  readonly overrides: OverrideHandlers;
}

/** The routes of keys, `/v1/keys`, and of their limits. */
interface KeyHandlers {
  readonly list: Handler;
  readonly create: Handler;
  readonly rotate: Handler;
  readonly revoke: Handler;
  readonly setLimits: Handler;
}

/** The routes of overrides, `/v1/control/overrides`. */
interface OverrideHandlers {
  readonly list: Handler;
  readonly approve: Handler;
  readonly revoke: Handler;
}

/** The routes of the Open Inference Protocol, `/v2`. */
interface OpenInference {
  readonly serverMetadata: Handler;
  readonly serverLive: Handler;
  readonly serverReady: Handler;
  readonly modelMetadata: Handler;
  readonly modelReady: Handler;
  readonly infer: Handler;
}

/** Methods of every path, for `Allow`. */
const allowed: Readonly<Record<string, string>> = {
  '/v1/stream': 'GET',
  '/v1/decisions': 'POST',
  '/v1/decisions/batch': 'POST',
  '/v1/decisions/:id': 'GET',
  '/v1/decisions/:id/replay': 'POST',
  '/v1/decisions/:id/restore': 'POST',
  '/v1/control/breakers': 'GET',
  '/v1/control/breakers/:name/trip': 'POST',
  '/v1/control/breakers/:name/reset': 'POST',
  '/v1/audit': 'GET',
  '/v1/audit/verify': 'GET',
  '/v1/models': 'GET, POST',
  '/v1/models/:name/aliases/:alias': 'PUT',
  '/v1/outcomes': 'POST',
  '/v1/experiments/:name': 'GET, PUT',
  '/v1/keys': 'GET, POST',
  '/v1/keys/:id/rotate': 'POST',
  '/v1/keys/:id/revoke': 'POST',
  '/v1/control': 'GET',
  '/v1/control/halt': 'POST',
  '/v1/control/reduce': 'POST',
  '/v1/control/resume': 'POST',
  '/v1/control/heartbeat': 'POST',
  '/v1/control/limits': 'PUT',
  '/v1/control/overrides': 'GET, POST',
  '/v1/control/overrides/:id/revoke': 'POST',
  '/healthz': 'GET',
  '/readyz': 'GET',
  '/openapi.json': 'GET',
  '/docs': 'GET',
  '/v2': 'GET',
  '/v2/health/live': 'GET',
  '/v2/health/ready': 'GET',
  '/v2/models/:model': 'GET',
  '/v2/models/:model/ready': 'GET',
  '/v2/models/:model/infer': 'POST',
  '/v2/models/:model/versions/:version': 'GET',
  '/v2/models/:model/versions/:version/ready': 'GET',
  '/v2/models/:model/versions/:version/infer': 'POST',
};

export type Routes = Hono<Environment>;

/** Every route by its path. */
export function createRoutes(options: RoutesOptions): Routes {
  const app = new Hono<Environment>({ router: new LiteralPathRouter() });

  app.use('*', (context, next) => {
    context.set('stages', context.env.stages);
    return next();
  });

  // Before whatever waits for a store: a halt waits for nothing of what it stops, a stolen key neither.
  const { control, keys } = options;
  const { overrides } = control;
  app.get('/v1/control', control.read);
  app.post('/v1/control/halt', control.halt);
  app.post('/v1/control/reduce', control.reduce);
  app.post('/v1/control/resume', control.resume);
  app.post('/v1/control/heartbeat', control.heartbeat);
  app.put('/v1/control/limits', keys.setLimits);
  app.get('/v1/control/overrides', overrides.list);
  app.post('/v1/control/overrides', overrides.approve);
  app.post('/v1/control/overrides/:id/revoke', overrides.revoke);
  app.post('/v1/keys/:id/revoke', keys.revoke);
  app.get('/v1/keys', keys.list);
  app.post('/v1/keys', keys.create);
  app.post('/v1/keys/:id/rotate', keys.rotate);

  for (const path of ['/v1/*', '/v2/models/*']) {
    app.use(path, async (context, next) => {
      await options.ensureRegistry(context.env.scope);
      await next();
    });
  }

  app.post('/v1/decisions', throughHono(options.decide));
  app.post('/v1/decisions/batch', throughHono(options.decideBatch));
  app.get('/v1/stream', options.stream);
  app.get('/v1/decisions/:id', options.readDecision);
  app.post('/v1/decisions/:id/replay', options.replayDecision);
  app.post('/v1/decisions/:id/restore', options.restoreDecision);
  app.get('/v1/control/breakers', options.readBreakers);
  app.post('/v1/control/breakers/:name/trip', options.tripBreaker);
  app.post('/v1/control/breakers/:name/reset', options.resetBreaker);
  app.get('/v1/audit', options.readAudit);
  app.get('/v1/audit/verify', options.verifyAudit);
  app.get('/v1/models', options.listModels);
  app.post('/v1/models', options.uploadModel);
  app.put('/v1/models/:name/aliases/:alias', options.setModelAlias);
  app.post('/v1/outcomes', options.reportOutcomes);
  app.get('/v1/experiments/:name', options.readExperiment);
  app.put('/v1/experiments/:name', options.putExperiment);
  app.get('/healthz', options.healthz);
  app.get('/readyz', options.readyz);
  app.get('/openapi.json', options.openapi);
  app.get('/docs', options.docs);
  const { openInference } = options;
  app.get('/v2', openInference.serverMetadata);
  app.get('/v2/health/live', openInference.serverLive);
  app.get('/v2/health/ready', openInference.serverReady);
  for (const model of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get(model, openInference.modelMetadata);
    app.get(`${model}/ready`, openInference.modelReady);
    app.post(`${model}/infer`, openInference.infer);
  }

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
