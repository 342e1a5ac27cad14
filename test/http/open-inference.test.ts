import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Permit } from '../../src/control/view.ts';
import { err, ok } from '../../src/core/result.ts';
import type { Authenticator, Principal } from '../../src/http/auth.ts';
import type { Environment } from '../../src/http/context.ts';
import { createInferRoute } from '../../src/http/open-inference/infer.ts';
import {
  createModelMetadataRoute,
  createModelReadyRoute,
} from '../../src/http/open-inference/model-metadata.ts';
import { createServerReadyRoute, serverLive } from '../../src/http/open-inference/server-health.ts';
import { createServerMetadataRoute } from '../../src/http/open-inference/server-metadata.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { VirtualTime } from '../virtual-time.ts';
import { catalogOf, constantModel } from './served-model.ts';

/** The published schemas (kserve/open-inference-protocol, open_inference_rest.yaml), what they require and no more. */
const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const tensor = { name: z.string(), datatype: z.string(), shape: z.array(z.number().int()) };
const published = {
  metadata_server_response: z.object({
    name: z.string(),
    version: z.string(),
    extensions: z.array(z.string()),
  }),
  metadata_model_response: z.object({
    name: z.string(),
    platform: z.string(),
    versions: z.array(z.string()).optional(),
    inputs: z.array(z.object(tensor)),
    outputs: z.array(z.object(tensor)),
  }),
  inference_response: z.object({
    model_name: z.string(),
    model_version: z.string().optional(),
    id: z.string().optional(),
    parameters: parameters.optional(),
    outputs: z.array(z.object({ ...tensor, data: z.array(z.number()), parameters: parameters.optional() })),
  }),
  inference_error_response: z.strictObject({ error: z.string() }),
};

const principal: Principal = {
  id: 'k1',
  account: 'a1',
  scopes: ['decide'],
  ratePerSecond: 10,
  burst: 20,
  person: 'k',
  isRetired: () => false,
};
const bucket = { remaining: 19, burst: 20, ratePerSecond: 10, retryAfterMs: 0 };
const view = {
  sentAtMs: 0,
  expiresAtMs: 1_000,
  epoch: 1,
  tradingState: 'HALTED',
  stateEpoch: 1,
  targets: [],
  registryEpoch: 0,
} as const;

const model = constantModel([0.625, 0.25]);
const { names } = model.bundle.manifest.features;
const row = names.map((_, index) => index / 8);

function setUp() {
  const state = {
    permit: { kind: 'granted', view, bucket } as Permit,
    scopes: ['decide'] as readonly string[],
    hasView: true,
    isReady: true,
    isDraining: false,
  };
  const authenticator: Authenticator = {
    async authenticate(authorization, scopes) {
      if (authorization !== 'Bearer good') return err({ code: 'UNAUTHENTICATED' });
      const isGranted = [scopes].flat().some((scope) => state.scopes.includes(scope));
      return isGranted ? ok(principal) : err({ code: 'SCOPE_MISSING' });
    },
  };
  const control = {
    keysNews: () => 0,
    permit: async () => state.permit,
    ensure: async () => (state.hasView ? view : undefined),
  };
  const time = new VirtualTime();
  const registry = { current: () => catalogOf(model) };
  const bodyLimits = { bodyBytesMax: 100_000, bodyDeadlineMs: 1_000, timers: time };
  const app = new Hono<Environment>();
  app.use('*', async (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    await next();
  });
  app.get('/v2', createServerMetadataRoute({ authenticator, control }));
  app.get('/v2/health/live', serverLive);
  app.get(
    '/v2/health/ready',
    createServerReadyRoute(() => new Response('{}', { status: state.isReady ? 200 : 503 })),
  );
  const metadata = createModelMetadataRoute({ authenticator, control, registry });
  app.get('/v2/models/:model', metadata);
  app.get('/v2/models/:model/versions/:version', metadata);
  app.get('/v2/models/:model/ready', createModelReadyRoute({ authenticator, control, registry }));
  const infer = { authenticator, control, registry, bodyLimits, isDraining: () => state.isDraining };
  app.post('/v2/models/:model/infer', createInferRoute(infer));

  const call = async (path: string, body?: unknown, authorization = 'Bearer good') => {
    const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const init = body === undefined ? {} : { method: 'POST', body: text };
    const response = await app.request(path, { ...init, headers: { authorization } }, { scope });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const infer1 = (change: object = {}, rest: object = {}) =>
    call('/v2/models/constant/infer', {
      id: '42',
      inputs: [{ name: 'features', shape: [1, row.length], datatype: 'FP32', data: row, ...change }],
      ...rest,
    });
  return { state, call, infer: infer1 };
}

describe('the Open Inference Protocol', () => {
  it('describes server and model in the published forms', async () => {
    const { call } = setUp();
    const server = await call('/v2');
    expect(published.metadata_server_response.parse(server.body)).toEqual(server.body);
    const { status, body } = await call('/v2/models/constant');
    expect(status).toBe(200);
    expect(published.metadata_model_response.parse(body)).toEqual(body);
    expect(body).toEqual({
      name: 'constant',
      versions: ['0'.repeat(12)],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, names.length] }],
      outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 2] }],
    });
    expect((await call(`/v2/models/constant/versions/${'0'.repeat(12)}`)).body).toEqual(body);
  });

  it('says whether it lives, whether it can be asked, and whether a model is there', async () => {
    const { call, state } = setUp();
    expect(await call('/v2/health/live')).toMatchObject({ status: 200, body: { live: true } });
    expect(await call('/v2/health/ready')).toMatchObject({ status: 200, body: { ready: true } });
    state.isReady = false;
    expect(await call('/v2/health/ready')).toMatchObject({ status: 503, body: { ready: false } });
    expect((await call('/v2/models/constant/ready')).body).toEqual({ name: 'constant', ready: true });
  });

  it('scores a row and gives back the id, in the published form', async () => {
    const { status, body, headers } = await setUp().infer();
    expect(status).toBe(200);
    expect(published.inference_response.parse(body)).toEqual(body);
    expect(body).toEqual({
      model_name: 'constant',
      model_version: '0'.repeat(12),
      id: '42',
      parameters: { engine: 'ort', rows_out_of_domain: 0 },
      outputs: [{ name: 'score', shape: [1, 2], datatype: 'FP32', data: [0.625, 0.25] }],
    });
    expect(headers.get('ratelimit')).toContain('r=19');
  });

  it('scores a batch, flat or an array a row, and counts the rows outside the trained range', async () => {
    const far = names.map(() => 2e9);
    const shape = [3, row.length];
    for (const data of [
      [row, far, row],
      [...row, ...far, ...row],
    ]) {
      const { body } = await setUp().infer({ shape, data });
      expect(body.parameters.rows_out_of_domain).toBe(1);
      expect(body.outputs[0]).toMatchObject({ shape: [3, 2], data: [0.625, 0.25, 0.625, 0.25, 0.625, 0.25] });
    }
  });

  it('gives nothing that an order could cite, and scores while trading is halted', async () => {
    const { body } = await setUp().infer();
    const text = JSON.stringify(body);
    for (const word of ['receipt', 'recordHash', 'action', 'BUY', 'SELL', 'actionable']) {
      expect(text).not.toContain(word);
    }
  });

  it.each([
    ['another tensor', { name: 'input0' }, {}, 'takes one tensor, features'],
    ['another type', { datatype: 'FP64' }, {}, 'must be FP32'],
    ['another width', { shape: [1, row.length + 1] }, {}, 'must be [1 to 256'],
    ['no rows', { shape: [0, row.length], data: [] }, {}, 'must be [1 to 256'],
    ['too many rows', { shape: [257, row.length], data: Array(257).fill(row) }, {}, 'must be [1 to 256'],
    ['one dimension', { shape: [row.length] }, {}, 'must be [1 to 256'],
    ['fewer numbers', { data: row.slice(1) }, {}, 'must have 1 rows'],
    ['a ragged row', { shape: [2, row.length], data: [row, row.slice(1)] }, {}, 'must have 2 rows'],
    ['text', { data: row.map(String) }, {}, 'must have 1 rows'],
    ['null for a number', { data: [null, ...row.slice(1)] }, {}, 'must have 1 rows'],
    ['a number beyond FP32', { data: [1e39, ...row.slice(1)] }, {}, 'beyond FP32'],
    ['another output', {}, { outputs: [{ name: 'label' }] }, 'has one tensor, score'],
    ['no inputs', {}, { inputs: [] }, 'inputs'],
  ])('refuses %s with 400 and the published error', async (_, change, rest, message) => {
    const { status, body } = await setUp().infer(change, rest);
    expect(status).toBe(400);
    const { error } = published.inference_error_response.parse(body);
    expect(error).toMatch(/^INVALID_REQUEST: /);
    expect(error).toContain(message);
  });

  it('refuses what is not JSON, a model or version that is not there, and a wrong key', async () => {
    const { call } = setUp();
    expect(await call('/v2/models/constant/infer', '{')).toMatchObject({ status: 400 });
    expect(await call('/v2/models/ghost/infer', {})).toMatchObject({ status: 404 });
    expect(await call('/v2/models/ghost')).toMatchObject({ status: 404 });
    expect(await call('/v2/models/constant/versions/1')).toMatchObject({ status: 404 });
    const unauthenticated = await call('/v2/models/constant', undefined, 'Bearer bad');
    expect(unauthenticated.status).toBe(401);
    expect(unauthenticated.headers.get('www-authenticate')).toContain('Bearer');
    published.inference_error_response.parse(unauthenticated.body);
  });

  it('describes models to keys that observe, which may not score', async () => {
    const { call, infer, state } = setUp();
    state.scopes = ['observe'];
    expect((await call('/v2/models/constant')).status).toBe(200);
    expect((await infer()).status).toBe(403);
    state.scopes = ['trade'];
    expect((await call('/v2')).status).toBe(403);
  });

  it('scores nothing without a permit', async () => {
    const { call, infer, state } = setUp();
    const limited = { ...bucket, remaining: 0, retryAfterMs: 400 };
    state.permit = { kind: 'limited', bucket: limited };
    const refused = await infer();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    state.permit = { kind: 'revoked' };
    expect((await infer()).status).toBe(401);
    state.permit = { kind: 'unavailable', detail: 'late' };
    expect((await infer()).status).toBe(503);
    state.hasView = false;
    expect((await call('/v2/models/constant')).status).toBe(503);
    state.isDraining = true;
    expect((await infer()).status).toBe(503);
  });

  it('gives no score where the model fails', async () => {
    const { infer } = setUp();
    const { run } = model.runnable;
    Object.assign(model.runnable, { run: async () => err({ kind: 'threw', detail: 'secret' }) });
    const { status, body } = await infer();
    Object.assign(model.runnable, { run });
    expect(status).toBe(500);
    expect(body.error).toBe('INTERNAL: the model failed: threw');
  });
});
