import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import type { DecisionRecord } from '../../src/audit/decision-record.ts';
import { createWriter } from '../../src/audit/writer.ts';
import type { ControlView, Permit, TradingState } from '../../src/control/view.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok } from '../../src/core/result.ts';
import type { ClaimOutcome, KeptAnswer } from '../../src/decision/idempotency.ts';
import { createPipeline } from '../../src/decision/pipeline.ts';
import type { Environment } from '../../src/http/context.ts';
import { createDecideRoute } from '../../src/http/decide.ts';
import { createDecideBatchRoute } from '../../src/http/decide-batch.ts';
import type { Runnable } from '../../src/inference/engine.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { VirtualTime } from '../virtual-time.ts';
import { catalogOf, constantModel } from './served-model.ts';

const dayMs = 86_400_000;
const key = { id: 'k', account: 'a', scopes: ['decide' as const], ratePerSecond: 100, burst: 256 };
const names = constantModel(0.5).bundle.manifest.features.names;

/** Scores a row by its first value, so that each item of a batch has an answer of its own. */
function firstValueModel() {
  const model = constantModel(0.5);
  const runs: number[] = [];
  const run: Runnable['run'] = async (rows, rowCount) => {
    runs.push(rowCount);
    const width = rows.length / rowCount;
    return ok(Float32Array.from({ length: rowCount }, (_, at) => rows[at * width] ?? Number.NaN));
  };
  return { runs, model: { ...model, runnable: { ...model.runnable, run } } };
}

function setUp() {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  const { runs, model } = firstValueModel();
  const world = {
    rows: [] as DecisionRecord[],
    runs,
    tokens: [] as number[],
    kept: [] as KeptAnswer[],
    claim: { kind: 'claimed', claim: { redisKey: 'c', ownerId: 'o' } } as ClaimOutcome,
    permit: undefined as Permit | undefined,
    tradingState: 'ACTIVE' as TradingState,
    tableFails: false,
    whileWriting: () => {},
    live: true,
  };
  const view = (): ControlView => ({
    sentAtMs: time.monotonicMs(),
    expiresAtMs: time.monotonicMs() + 700,
    epoch: 7,
    tradingState: world.tradingState,
    registryEpoch: 0,
  });
  const bucket = { remaining: 1, burst: key.burst, ratePerSecond: 100, retryAfterMs: 0 };
  const control = {
    current: () => (world.live ? view() : undefined),
    ensure: async () => view(),
    isRevoked: () => false,
    keysEpoch: () => 0,
    status: () => ({ health: 'up' as const, lastFailure: null, deadlineMs: 100 }),
    async permit(_ask: unknown, _scope: unknown, tokens = 1): Promise<Permit> {
      world.tokens.push(tokens);
      return world.permit ?? { kind: 'granted', view: view(), bucket };
    },
  };
  const log = createDecisionLog({
    async insert(records) {
      world.whileWriting();
      if (world.tableFails) return err({ kind: 'unavailable', detail: 'down' });
      world.rows.push(...records);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: 1_000_000,
    batchMax: 10,
    batchBytesMax: 1_000_000,
    ownerMsMax: 1_000,
  });
  const ids = createIdSource({ clock: time, random: { bytes: (length) => new Uint8Array(length).fill(1) } });
  const options = {
    authenticator: { authenticate: async () => ok(key) },
    bodyLimits: { bodyBytesMax: 1_000_000, bodyDeadlineMs: 1_000, timers: time },
    barsMax: 100,
    registry: { current: () => catalogOf(model) },
    control,
    idempotency: {
      claim: async () => world.claim,
      complete: async (_claim: unknown, kept: KeptAnswer) => void world.kept.push(kept),
    },
    pipeline: createPipeline({
      arms: { choose: (question) => question, compare: () => undefined },
      control,
      log,
      clock: time,
      timers: time,
      ids,
      writer: createWriter(ids),
      receiptSecret: 'r'.repeat(32),
      configHash: 'c'.repeat(64),
      freshnessGraceMs: 3_600_000,
    }),
    clock: time,
    isDraining: () => false,
  };
  const app = new Hono<Environment>();
  app.use('*', (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    return next();
  });
  app.post('/one', createDecideRoute(options));
  app.post('/batch', createDecideBatchRoute(options));
  const scope = { waitUntil: (work: Promise<void>) => void work, clientAddress: '192.0.2.1' };
  async function post(path: '/one' | '/batch', body: unknown, headers: Record<string, string> = {}) {
    const response = await app.request(
      path,
      { method: 'POST', body: JSON.stringify(body), headers },
      { scope },
    );
    await time.advance(0);
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  return { world, time, post };
}

const features = (first: number) => Object.fromEntries(names.map((name, at) => [name, at === 0 ? first : 0]));
const bars = (endMs: number) =>
  Array.from({ length: 70 }, (_, index) => ({
    t: endMs - (70 - index) * dayMs,
    o: 10 + Math.sin(index),
    h: 12 + Math.sin(index),
    l: 8 + Math.sin(index),
    c: 10 + Math.sin(index + 1),
    v: 100 + (index % 7),
  }));
/** Whatever a single request may come to, in one batch. */
const mixed: readonly object[] = [
  { symbol: 'DEMO', features: features(0.9), strategy: 's' },
  { symbol: 'DEMO', features: features(0.1), position: '-2.5' },
  { symbol: 'DEMO', features: features(0.5) },
  { symbol: 'DEMO', features: features(0.9), explain: true },
  { symbol: 'DEMO', features: features(2e9) },
  { symbol: 'DEMO', features: features(0.9), asOf: '2020-01-01T00:00:00Z' },
  { symbol: 'DEMO', features: { nope: 1 } },
  { symbol: 'NOPE', features: features(0.9) },
  { symbol: 'DEMO' },
  { symbol: 'DEMO', bars: bars(Date.parse('2026-03-02T00:00:00Z')) },
  { symbol: 'DEMO', bars: bars(Date.parse('2026-02-27T00:00:00Z')) },
  { symbol: 'DEMO', bars: bars(Date.parse('2026-03-02T00:00:00Z')).slice(9) },
  { symbol: 'DEMO', bars: [], unknown: 1 },
  'no object',
  null,
] as const as readonly object[];

/** Less what differs by call: ids, times and what is computed over them. */
function comparable(item: Record<string, unknown>): object {
  const { id: _id, at: _at, validUntil: _until, recordHash: _hash, receipt: _receipt, ...rest } = item;
  return rest;
}

describe('POST /v1/decisions/batch', () => {
  it.each<TradingState>(['ACTIVE', 'REDUCING', 'HALTED'])(
    'answers each item as the single route would, whatever it is (%s)',
    async (tradingState) => {
      const { world, post } = setUp();
      world.tradingState = tradingState;
      const { status, body } = await post('/batch', { items: mixed });
      expect(status).toBe(200);
      expect(body.items).toHaveLength(mixed.length);
      for (const [index, item] of mixed.entries()) {
        const single = await post('/one', item);
        expect(comparable(body.items[index]), `item ${index}`).toEqual(comparable(single.body));
        expect(body.items[index].status ?? 200).toBe(single.status);
      }
    },
  );

  it('runs a model once, takes a token for each item that is decided, and writes one row', async () => {
    const { world, post } = setUp();
    const { body } = await post('/batch', {
      items: mixed.filter((item) => !JSON.stringify(item).includes('explain')),
    });
    const decided = body.items.filter((item: object) => 'action' in item);
    expect(decided.length).toBeGreaterThan(6);
    expect(world.tokens).toEqual([decided.length]);
    expect(world.runs).toHaveLength(1);
    expect(world.rows).toHaveLength(1);
  });

  it('keeps every item in that row, by the hash and under the id that its answer has', async () => {
    const { world, post } = setUp();
    const { body } = await post('/batch', { items: mixed });
    const [row] = world.rows;
    if (!row) throw new Error('no row');
    const { itemHashes } = JSON.parse(row.record);
    expect(itemHashes).toEqual(body.items.map((item: { recordHash?: string }) => item.recordHash ?? null));
    for (const [index, kept] of JSON.parse(row.items ?? '[]').entries()) {
      const { id, recordHash: _, receipt: __, ...answer } = body.items[index];
      if (kept === null) expect(body.items[index].code).toBeDefined();
      else expect(kept.answer).toEqual({ id: `${row.id}.${index}`, ...answer });
      if (kept !== null) expect(id).toBe(`${row.id}.${index}`);
    }
    expect(row).toMatchObject({ symbol: 'DEMO', action: '*' });
  });

  it.each<[string, unknown, string]>([
    ['no items', { items: [] }, 'items'],
    ['no list of items', { items: {} }, 'items'],
    ['257 items', { items: Array(257).fill({}) }, 'items'],
    ['a field it does not know', { items: [{}], nope: 1 }, 'nope'],
    ['a durability it does not know', { items: [{}], durability: 'never' }, 'durability'],
    ['no object', [], ''],
  ])('is refused as a whole with %s', async (_, body, path) => {
    const refused = await setUp().post('/batch', body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'INVALID_REQUEST', errors: [{ path }] } });
  });

  it('is refused where it could never have its tokens at once', async () => {
    const { world, post } = setUp();
    Object.assign(key, { burst: 2 });
    const refused = await post('/batch', { items: Array(3).fill(mixed[0]) });
    Object.assign(key, { burst: 256 });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'items', code: 'OVER_BURST' }] } });
    expect(world.tokens).toEqual([]);
  });

  it('refuses an item that asks for a durability or an idempotency of its own', async () => {
    const items = [
      { ...mixed[0], durability: 'ack' },
      { ...mixed[0], clientDecisionId: 'x' },
    ];
    const { body } = await setUp().post('/batch', { items });
    expect(body.items.map((item: { errors: { path: string }[] }) => item.errors[0]?.path)).toEqual([
      'durability',
      'clientDecisionId',
    ]);
  });

  it('asks for no permission when every item is refused', async () => {
    const { world, post } = setUp();
    const { status, body } = await post('/batch', { items: [null, { symbol: 'NOPE' }] });
    expect(status).toBe(200);
    expect(body.items.map(({ code }: { code: string }) => code)).toEqual([
      'INVALID_REQUEST',
      'UNKNOWN_SYMBOL',
    ]);
    expect([world.tokens, world.rows]).toEqual([[], []]);
  });

  it('is refused as a whole when not all tokens can be had', async () => {
    const { world, post } = setUp();
    const bucket = { remaining: 3, burst: 256, ratePerSecond: 100, retryAfterMs: 1_500 };
    world.permit = { kind: 'limited', bucket };
    const refused = await post('/batch', { items: mixed });
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(world.rows).toEqual([]);
  });

  it('holds every item without a permission', async () => {
    const { world, post } = setUp();
    world.live = false;
    world.permit = { kind: 'unavailable', detail: 'x' };
    const { body } = await post('/batch', { items: mixed.slice(0, 3) });
    for (const { reasons } of body.items) expect(reasons[0].code).toBe('CONTROL_UNAVAILABLE');
  });

  it('with `ack` answers when the row is written, and is refused when it cannot be', async () => {
    const { world, post, time } = setUp();
    const acked = await post('/batch', { items: mixed.slice(0, 3), durability: 'ack' });
    expect(acked.body.items.map(({ durability }: { durability: string }) => durability)).toEqual(
      Array(3).fill('acked'),
    );
    expect(world.rows).toHaveLength(1);
    world.tableFails = true;
    const refused = await post('/batch', { items: mixed.slice(0, 3), durability: 'ack' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'RECORD_UNAVAILABLE' } });
    world.tableFails = false;
    await time.advance(2_000);
    const [, written, voided] = world.rows;
    const voids = { id: written?.id, seq: written?.seq, reason: 'not-recorded' };
    expect(JSON.parse(voided?.record ?? '{}').voids).toEqual(voids);
  });

  it('lets no action leave after a halt came while its row was written, and what is HOLD all the same', async () => {
    const { world, post } = setUp();
    world.whileWriting = () => void Object.assign(world, { tradingState: 'HALTED' });
    const { body } = await post('/batch', { items: mixed.slice(0, 3), durability: 'ack' });
    expect(body.items.map((item: { code?: string; action?: string }) => item.code ?? item.action)).toEqual([
      'SUPERSEDED',
      'SUPERSEDED',
      'HOLD',
    ]);
    const [row, ...voids] = world.rows;
    expect(voids.map(({ record }) => JSON.parse(record).voids.id)).toEqual([`${row?.id}.0`, `${row?.id}.1`]);
  });

  it('is kept under its idempotency key until the first of its answers ends', async () => {
    const { world, post, time } = setUp();
    const { body } = await post('/batch', { items: mixed, clientDecisionId: 'once' });
    expect(world.kept).toEqual([{ status: 200, body: JSON.stringify(body), validForMs: 700, epoch: 7 }]);
    const expiresAtMs = time.monotonicMs() + 700;
    world.claim = { kind: 'replay', status: 200, body: world.kept[0]?.body ?? '', expiresAtMs };
    expect((await post('/batch', { items: mixed, clientDecisionId: 'once' })).body).toEqual(body);
    world.tradingState = 'HALTED';
    const halted = await post('/batch', { items: mixed, clientDecisionId: 'once' });
    expect(halted.body).toMatchObject({ code: 'SUPERSEDED' });
    world.tradingState = 'ACTIVE';
    await time.advance(700);
    const late = await post('/batch', { items: mixed, clientDecisionId: 'once' });
    expect(late.body).toMatchObject({ code: 'SUPERSEDED' });
  });
});
