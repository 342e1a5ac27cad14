import { describe, expect, it } from 'vitest';
import { hasItsItems, itemOf } from '../../src/audit/batch-record.ts';
import { partedHashOf } from '../../src/audit/parted-record.ts';
import { provesItself, takeApart } from '../../src/audit/restored-answer.ts';
import { ok } from '../../src/core/result.ts';
import { replayDecision } from '../../src/decision/replay.ts';
import type { TradingState } from '../../src/risk/trading-state.ts';
import { configHash, decidingWorld, key, receiptSecret } from './deciding-world.ts';
import { constantModel } from './served-model.ts';

const dayMs = 86_400_000;
const names = constantModel(0.5).bundle.manifest.features.names;

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
      const { world, post } = decidingWorld();
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
    const { world, post } = decidingWorld();
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
    const { world, post } = decidingWorld();
    const { body } = await post('/batch', { items: mixed });
    const [row] = world.rows;
    if (!row) throw new Error('no row');
    const { itemHashes } = JSON.parse(row.record);
    expect(itemHashes).toEqual(body.items.map((item: { recordHash?: string }) => item.recordHash ?? null));
    for (const [index, told] of body.items.entries()) {
      const kept = itemOf(receiptSecret, { items: null, ...row }, index);
      if (kept === undefined || kept === 'damaged') {
        expect([kept, told.code]).toEqual([undefined, expect.any(String)]);
        continue;
      }
      const { id, recordHash, receipt, ...answer } = told;
      expect(kept).toMatchObject({ id, recordHash, receipt });
      expect(JSON.parse(kept.record)).toMatchObject({ id, action: answer.action, answer: { id, ...answer } });
      expect(id).toBe(`${row.id}.${index}`);
    }
    expect(hasItsItems({ items: null, ...row })).toBe(true);
    expect(row).toMatchObject({ symbol: 'DEMO', action: '*' });
  });

  it('is replayed item by item to the same bytes, and each proves itself by its receipt', async () => {
    const { world, post, model } = decidingWorld();
    const { body } = await post('/batch', { items: mixed });
    const [row] = world.rows;
    if (!row) throw new Error('no row');
    const options = { receiptSecret, configHash, freshnessGraceMs: 3_600_000 };
    const modelByHash = async () => ok({ model, release: () => undefined });
    for (const [index, told] of body.items.entries()) {
      const kept = itemOf(receiptSecret, { items: null, ...row }, index);
      if (kept === undefined || kept === 'damaged') continue;
      const replayed = await replayDecision(kept.record, { ...options, modelByHash });
      if (replayed.kind !== 'replayed') throw new Error(replayed.kind);
      expect(replayed.deviations, `item ${index}`).toEqual([]);
      expect(replayed.record).toBe(kept.record);
      expect(partedHashOf(replayed.record ?? '')).toBe(kept.recordHash);
      expect(provesItself(receiptSecret, key.account, takeApart(told))).toBe(true);
      expect(provesItself(receiptSecret, 'another', takeApart(told))).toBe(false);
    }
  });

  it.each<[string, unknown, string]>([
    ['no items', { items: [] }, 'items'],
    ['no list of items', { items: {} }, 'items'],
    ['257 items', { items: Array(257).fill({}) }, 'items'],
    ['a field it does not know', { items: [{}], nope: 1 }, 'nope'],
    ['a durability it does not know', { items: [{}], durability: 'never' }, 'durability'],
    ['no object', [], ''],
  ])('is refused as a whole with %s', async (_, body, path) => {
    const refused = await decidingWorld().post('/batch', body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'INVALID_REQUEST', errors: [{ path }] } });
  });

  it('is refused where it could never have its tokens at once', async () => {
    const { world, post } = decidingWorld();
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
    const { body } = await decidingWorld().post('/batch', { items });
    expect(body.items.map((item: { errors: { path: string }[] }) => item.errors[0]?.path)).toEqual([
      'durability',
      'clientDecisionId',
    ]);
  });

  it('asks for no permission when every item is refused', async () => {
    const { world, post } = decidingWorld();
    const { status, body } = await post('/batch', { items: [null, { symbol: 'NOPE' }] });
    expect(status).toBe(200);
    expect(body.items.map(({ code }: { code: string }) => code)).toEqual([
      'INVALID_REQUEST',
      'UNKNOWN_SYMBOL',
    ]);
    expect([world.tokens, world.rows]).toEqual([[], []]);
  });

  it('is refused as a whole when not all tokens can be had', async () => {
    const { world, post } = decidingWorld();
    const bucket = { remaining: 3, burst: 256, ratePerSecond: 100, retryAfterMs: 1_500 };
    world.permit = { kind: 'limited', bucket };
    const refused = await post('/batch', { items: mixed });
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(world.rows).toEqual([]);
  });

  it('holds every item without a permission', async () => {
    const { world, post } = decidingWorld();
    world.live = false;
    world.permit = { kind: 'unavailable', detail: 'x' };
    const { body } = await post('/batch', { items: mixed.slice(0, 3) });
    for (const { reasons } of body.items) expect(reasons[0].code).toBe('CONTROL_UNAVAILABLE');
  });

  it('with `ack` answers when the row is written, and is refused when it cannot be', async () => {
    const { world, post, time } = decidingWorld();
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
    const { world, post } = decidingWorld();
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
    const { world, post, time } = decidingWorld();
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
