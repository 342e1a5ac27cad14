import { describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import type { DecisionRecord } from '../../src/audit/decision-record.ts';
import { openingIn } from '../../src/audit/decision-record.ts';
import { createWriter } from '../../src/audit/writer.ts';
import { createBreaker } from '../../src/control/breakers/breaker.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import type { Load } from '../../src/control/overload/load-state.ts';
import type { ControlView } from '../../src/control/view.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { hmacSha256Hex, sha256Hex } from '../../src/core/digest.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok } from '../../src/core/result.ts';
import type { LiftAsk } from '../../src/decision/lift.ts';
import { type LiftOutcome, liftOutcomes } from '../../src/decision/named-override.ts';
import { createPipeline, type Outcome } from '../../src/decision/pipeline.ts';
import type { Question } from '../../src/decision/question.ts';
import { scoreGuarded } from '../../src/decision/score-guarded.ts';
import type { Bar } from '../../src/features/bar.ts';
import type { ServedModel } from '../../src/models/catalog.ts';
import type { TradingState } from '../../src/risk/trading-state.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { stateOf } from '../control/state-of.ts';
import { constantModel } from '../http/served-model.ts';
import { VirtualTime } from '../virtual-time.ts';
import { plainQuestion } from './plain-question.ts';

const dayMs = 86_400_000;
const receiptSecret = 'r'.repeat(32);

function setUp(options: { readonly pendingBytesMax?: number } = {}) {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  const rows: DecisionRecord[] = [];
  const shared = {
    tradingState: 'ACTIVE' as TradingState,
    epoch: 7,
    live: true,
    isRevoked: false,
    isRetired: false,
    load: 'normal' as Load,
    tableFails: false,
    outboxFails: false,
    whileWriting: async () => {},
    lift: async (_asked: LiftAsk): Promise<LiftOutcome> => 'unused',
    supplyBars: async (question: Question): Promise<Question> => question,
  };
  const putOut: DecisionRecord[] = [];
  const log = createDecisionLog({
    outbox: {
      async keep(record) {
        await shared.whileWriting();
        if (shared.outboxFails) return err('down');
        putOut.push(record);
        return ok(undefined);
      },
      follow: () => undefined,
    },
    async insert(records) {
      await shared.whileWriting();
      if (shared.tableFails) return err({ kind: 'unavailable', detail: 'down' });
      rows.push(...records);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: options.pendingBytesMax ?? 1_000_000,
    batchMax: 10,
    batchBytesMax: 1_000_000,
    ownerMsMax: 1_000,
    overtimeMs: 0,
    gatherMs: 0,
  });
  const current = (): ControlView | undefined =>
    shared.live
      ? {
          sentAtMs: time.monotonicMs(),
          expiresAtMs: time.monotonicMs() + 700,
          ...stateOf({ epoch: shared.epoch, tradingState: shared.tradingState }),
        }
      : undefined;
  const ids = createIdSource({ clock: time, random: { bytes: (length) => new Uint8Array(length).fill(1) } });
  const breaker = createBreaker(breakerSettings.decision);
  const pipeline = createPipeline({
    arms: { choose: (asked) => asked, compare: () => undefined },
    control: {
      current,
      ensure: async () => current(),
      isRevoked: () => shared.isRevoked,
    },
    ladder: { choose: (asked) => asked, breakerOf: () => breaker },
    lift: (asked) => shared.lift(asked),
    supplyBars: (question) => shared.supplyBars(question),
    load: () => shared.load,
    log,
    clock: time,
    timers: time,
    ids,
    writer: createWriter(ids),
    receiptSecret,
    configHash: 'c'.repeat(64),
    freshnessGraceMs: 3_600_000,
    featureForm: 'bits',
    buildHash: null,
  });
  const scope = { waitUntil: (work: Promise<void>) => void work, clientAddress: '127.0.0.1' };
  const ask = (question: Question, view = current()) =>
    pipeline.decide(question, view, scope, new Stages(time, 'auth'));
  return { time, rows, putOut, shared, breaker, ask };
}

function barsUntil(endMs: number, count: number): readonly Bar[] {
  return Array.from({ length: count }, (_, index) => ({
    tMs: endMs - (count - index) * dayMs,
    open: 10 + Math.sin(index),
    high: 12 + Math.sin(index),
    low: 8 + Math.sin(index),
    close: 10 + Math.sin(index + 1),
    volume: 100 + (index % 7),
  }));
}

const question = (model: ServedModel, change: Partial<Question> = {}): Question =>
  plainQuestion(model, {
    input: { kind: 'bars', from: 'request', bars: barsUntil(Date.parse('2026-03-02T00:00:00Z'), 70) },
    ...change,
  });

describe('the decision pipeline', () => {
  it('answers a BUY that may be acted upon until the permission or the policy ends', async () => {
    const { ask, time } = setUp();
    const outcome = await ask(question(constantModel(0.7)));
    expect(outcome).toMatchObject({
      kind: 'answered',
      epoch: 7,
      answer: { action: 'BUY', effect: 'open', actionable: true, holdKind: null, reasons: [], size: 0.7999 },
    });
    if (outcome.kind !== 'answered') return;
    expect(Date.parse(outcome.answer.validUntil ?? '')).toBe(time.nowMs() + 700);
  });

  it('writes a record whose hash and receipt are those of the answer', async () => {
    const { ask, time, rows } = setUp();
    const outcome = await ask(question(constantModel(0.7)));
    await time.advance(10);
    const [row] = rows;
    if (outcome.kind !== 'answered' || !row) throw new Error('no record');
    const { recordHash, receipt, ...answered } = JSON.parse(outcome.text);
    expect(recordHash).toBe(sha256Hex(row.record));
    expect(receipt).toBe(hmacSha256Hex(receiptSecret, row.recordHash + openingIn(row.record)));
    expect(canonicalJson(JSON.parse(row.record))).toBe(row.record);
    expect(JSON.parse(row.record).answer).toEqual(answered);
    expect(answered).toEqual(outcome.answer);
  });

  it.each<[string, Partial<Question>, string, string]>([
    [
      'nothing to decide on',
      { input: { kind: 'none', missing: 'none' } },
      'safety',
      'MARKET_DATA_UNAVAILABLE',
    ],
    [
      'a last bar that is old',
      { input: { kind: 'bars', from: 'request', bars: barsUntil(Date.parse('2026-02-28T00:00:00Z'), 70) } },
      'safety',
      'STALE_INPUT',
    ],
    [
      'a last bar that is still open',
      { input: { kind: 'bars', from: 'request', bars: barsUntil(Date.parse('2026-03-03T00:00:00Z'), 70) } },
      'safety',
      'STALE_INPUT',
    ],
    [
      'a flat series',
      { input: { kind: 'bars', from: 'request', bars: flat() } },
      'abstain',
      'FEATURES_UNDEFINED',
    ],
    [
      'an input outside the trained range',
      { input: { kind: 'features', values: new Float32Array(32).fill(2e9) } },
      'abstain',
      'OUT_OF_DOMAIN',
    ],
  ])('holds on %s', async (_, change, holdKind, code) => {
    const outcome = await setUp().ask(question(constantModel(0.9), change));
    expect(outcome).toMatchObject({
      answer: { action: 'HOLD', effect: 'none', actionable: false, size: 0, holdKind, reasons: [{ code }] },
    });
  });

  describe('on bars that the service fetched itself', () => {
    const bars = barsUntil(Date.parse('2026-03-02T00:00:00Z'), 70);
    const without = { kind: 'none', missing: 'none' } as const;
    const supplying = (from: 'fetched' | 'cached') => {
      const world = setUp();
      world.shared.supplyBars = async (asked) => ({ ...asked, input: { kind: 'bars', bars, from } });
      return world;
    };

    it('acts as on those of the request', async () => {
      const outcome = await supplying('fetched').ask(question(constantModel(0.7), { input: without }));
      expect(outcome).toMatchObject({
        answer: { action: 'BUY', actionable: true, data: { source: 'fetched' }, reasons: [] },
      });
    });

    it('lets only exposure shrink where they are of before', async () => {
      const { ask } = supplying('cached');
      for (const position of [undefined, 0, 1] as const) {
        const asked = question(constantModel(0.7), { input: without, position, overrideId: 'o' });
        expect(await ask(asked)).toMatchObject({
          answer: {
            ...{ action: 'HOLD', holdKind: 'safety', reasons: [{ code: 'MARKET_DATA_CACHED' }] },
            data: { source: 'cached' },
          },
        });
      }
      const exit = await ask(question(constantModel(0.7), { input: without, position: -1 }));
      expect(exit).toMatchObject({ answer: { action: 'BUY', actionable: true } });
    });

    it('fetches none without a permission', async () => {
      const { ask, shared } = supplying('fetched');
      shared.live = false;
      shared.supplyBars = () => Promise.reject(new Error('asked'));
      expect(await ask(question(constantModel(0.7), { input: without }), undefined)).toMatchObject({
        answer: { action: 'HOLD', reasons: [{ code: 'CONTROL_UNAVAILABLE' }] },
      });
    });
  });

  it('holds when the engine fails, and says so', async () => {
    const model = constantModel(0.9);
    const failing = {
      ...model,
      runnable: { ...model.runnable, run: async () => err({ kind: 'threw' as const, detail: 'x' }) },
    };
    expect(await setUp().ask(question(failing))).toMatchObject({
      answer: { action: 'HOLD', holdKind: 'safety', reasons: [{ code: 'MODEL_FAILED' }] },
    });
  });

  describe('under its circuit breaker', () => {
    const failingBy = (run: ServedModel['runnable']['run']): ServedModel => {
      const model = constantModel(0.9);
      return { ...model, runnable: { ...model.runnable, run } };
    };
    const failing = failingBy(async () => err({ kind: 'threw', detail: 'x' }));
    const codeOf = (outcome: Outcome) =>
      outcome.kind === 'answered' ? (outcome.answer.reasons[0]?.code ?? outcome.answer.action) : outcome.kind;

    it.each<[string, ServedModel['runnable']['run']]>([
      ['fails', async () => err({ kind: 'not-a-probability', detail: 'NaN' })],
      [
        'throws',
        async () => {
          throw new Error('wasm trap');
        },
      ],
      ['says nothing', async () => ok(new Float32Array())],
    ])('a model that %s three times is left alone, and every decision is HOLD', async (_text, run) => {
      const { ask, rows, time } = setUp();
      const codes: string[] = [];
      for (let call = 0; call < 4; call++) codes.push(codeOf(await ask(question(failingBy(run)))));
      expect(codes).toEqual(['MODEL_FAILED', 'MODEL_FAILED', 'MODEL_FAILED', 'BREAKER_OPEN']);
      const outcome = await ask(question(constantModel(0.9)));
      expect(outcome).toMatchObject({ answer: { action: 'HOLD', holdKind: 'safety', actionable: false } });
      await time.advance(10);
      const breakers = rows.map(({ record }) => JSON.parse(record).breaker.state);
      expect(breakers).toEqual(['closed', 'closed', 'closed', 'open', 'open']);
    });

    it('a model that misses its deadline has failed, and what it said is not used', async () => {
      const { ask, time } = setUp();
      const late = failingBy(async () => {
        await time.sleep(251);
        return ok(Float32Array.of(0.9));
      });
      const asked = ask(question(late));
      await time.advance(300);
      expect(await asked).toMatchObject({ answer: { action: 'HOLD', reasons: [{ code: 'MODEL_FAILED' }] } });
    });

    it('a batch is one call of it, and one failure whatever its rows', async () => {
      const { breaker, time } = setUp();
      const model = failingBy(async () => err({ kind: 'threw', detail: 'x' }));
      const rows = Array.from({ length: 5 }, () => new Float32Array(32));
      const options = { breaker, clock: time };
      for (let call = 0; call < 2; call++) await scoreGuarded(model, rows, options);
      expect(breaker.admit(time.monotonicMs()).kind).toBe('closed');
      await scoreGuarded(model, rows, options);
      const held = await scoreGuarded(constantModel(0.9), rows, options);
      expect(held.map(({ scored }) => scored.ok || scored.error.reasons[0].code)).toEqual(
        rows.map(() => 'BREAKER_OPEN'),
      );
    });

    it('counts neither bad input, nor an abstention, nor a permission that ended, nor a request that never ends', async () => {
      const { ask, shared, breaker, time } = setUp();
      const outside = { kind: 'features', values: new Float32Array(32).fill(2e9) } as const;
      const never = failingBy(() => new Promise(() => undefined));
      for (let call = 0; call < 5; call++) {
        await ask(question(failing, { input: outside }));
        await ask(question(failing, { input: { kind: 'none', missing: 'none' } }));
        await ask(question(failing, { input: { kind: 'bars', from: 'request', bars: flat() } }));
        void ask(question(never));
      }
      shared.live = false;
      await ask(question(constantModel(0.9)));
      shared.live = true;
      expect(breaker.admit(time.monotonicMs()).kind).toBe('closed');
      expect(codeOf(await ask(question(constantModel(0.9))))).toBe('BUY');
    });

    it('asks it again as a probe, and only then', async () => {
      const { ask, breaker, rows, time } = setUp();
      breaker.learn({ state: 'open', generation: 5, waitMs: 0 }, [], false, time.monotonicMs());
      expect(codeOf(await ask(question(constantModel(0.9))))).toBe('BREAKER_OPEN');
      breaker.grant(5, ['lease'], time.monotonicMs() + 1_000);
      expect(codeOf(await ask(question(constantModel(0.9))))).toBe('BUY');
      expect(codeOf(await ask(question(constantModel(0.9))))).toBe('BREAKER_OPEN');
      await time.advance(10);
      expect(rows.map(({ record }) => JSON.parse(record).breaker)).toEqual([
        { state: 'open', generation: 5 },
        { state: 'probe', generation: 5 },
        { state: 'open', generation: 5 },
      ]);
    });
  });

  it('evaluates history without ever being actionable', async () => {
    const asOfMs = Date.parse('2020-01-01T00:00:00Z');
    const input = { kind: 'bars' as const, from: 'request' as const, bars: barsUntil(asOfMs, 70) };
    const outcome = await setUp().ask(question(constantModel(0.9), { asOfMs, input }));
    expect(outcome).toMatchObject({
      answer: { action: 'BUY', actionable: false, validUntil: null, asOf: '2020-01-01T00:00:00.000Z' },
    });
  });

  it('holds without a permission', async () => {
    const { ask, shared } = setUp();
    shared.live = false;
    expect(await ask(question(constantModel(0.9)), undefined)).toMatchObject({
      answer: { action: 'HOLD', reasons: [{ code: 'CONTROL_UNAVAILABLE' }] },
    });
  });

  /** A model during whose run the world changes. */
  function whileRunning(change: () => void): ServedModel {
    const model = constantModel(0.9);
    const run: ServedModel['runnable']['run'] = (rows, rowCount) => {
      change();
      return model.runnable.run(rows, rowCount);
    };
    return { ...model, runnable: { ...model.runnable, run } };
  }

  it('holds when the permission ends while the model runs', async () => {
    const { ask, shared } = setUp();
    const model = whileRunning(() => {
      shared.live = false;
    });
    expect(await ask(question(model))).toMatchObject({ answer: { action: 'HOLD', actionable: false } });
  });

  it('holds when trading is halted while the model runs', async () => {
    const { ask, shared } = setUp();
    const model = whileRunning(() => Object.assign(shared, { tradingState: 'HALTED', epoch: 8 }));
    expect(await ask(question(model))).toMatchObject({
      epoch: 8,
      answer: { action: 'HOLD', reasons: [{ code: 'TRADING_HALTED' }] },
    });
  });

  it('lets an exit through while REDUCING, and no entry', async () => {
    const { ask, shared } = setUp();
    shared.tradingState = 'REDUCING';
    expect(await ask(question(constantModel(0.9), { position: -1 }))).toMatchObject({
      answer: { action: 'BUY', effect: 'close' },
    });
    expect(await ask(question(constantModel(0.9), { position: 1 }))).toMatchObject({
      answer: { action: 'HOLD', reasons: [{ code: 'TRADING_REDUCING' }] },
    });
  });

  it('holds without a record when the log is full', async () => {
    const { ask, shared, time } = setUp({ pendingBytesMax: 1 });
    shared.tableFails = true;
    await ask(question(constantModel(0.9)));
    const second = ask(question(constantModel(0.9)));
    await time.advance(50);
    const outcome = await second;
    if (outcome.kind !== 'answered') throw new Error(outcome.kind);
    expect(JSON.parse(outcome.text)).toMatchObject({
      action: 'HOLD',
      reasons: [{ code: 'LOG_UNAVAILABLE' }],
      durability: 'none',
      recordHash: null,
      receipt: null,
    });
  });

  it('refuses `ack` while the log has no room, without trying the row', async () => {
    const { ask, shared, time, rows } = setUp({ pendingBytesMax: 1 });
    shared.tableFails = true;
    await ask(question(constantModel(0.9)));
    const refused = ask(question(constantModel(0.9), { durability: 'ack' }));
    await time.advance(50);
    expect(await refused).toEqual({ kind: 'not-recorded' });
    shared.tableFails = false;
    await time.advance(1_000);
    expect(rows).toHaveLength(1);
  });

  it('answers `ack` only after the row is written', async () => {
    const { ask, rows } = setUp();
    expect(await ask(question(constantModel(0.9), { durability: 'ack' }))).toMatchObject({
      answer: { durability: 'acked' },
    });
    expect(rows).toHaveLength(1);
  });

  it('answers `outbox` only after the record is kept outside the isolate', async () => {
    const { ask, rows, putOut, shared } = setUp();
    shared.tableFails = true;
    expect(await ask(question(constantModel(0.9), { durability: 'outbox' }))).toMatchObject({
      answer: { durability: 'outboxed' },
    });
    expect(rows).toHaveLength(0);
    expect(putOut.map(({ record }) => JSON.parse(record).answer.durability)).toEqual(['outboxed']);
  });

  it('refuses `outbox` when the record cannot be kept, and notes that nobody was answered', async () => {
    const { ask, shared, rows, time } = setUp();
    shared.outboxFails = true;
    expect(await ask(question(constantModel(0.9), { durability: 'outbox' }))).toEqual({
      kind: 'not-recorded',
    });
    await time.advance(1_000);
    expect(rows.map(({ record }) => JSON.parse(record).voids?.reason)).toEqual([undefined, 'not-recorded']);
  });

  it('lets no action leave after a halt came while its record was kept outside', async () => {
    const world = setUp();
    world.shared.whileWriting = async () => void Object.assign(world.shared, { tradingState: 'HALTED' });
    const outcome = await world.ask(question(constantModel(0.9), { durability: 'outbox' }));
    expect(outcome).toEqual({ kind: 'superseded' });
  });

  it('refuses `ack` when the row cannot be written, and notes that nobody was answered', async () => {
    const { ask, shared, rows, time } = setUp();
    shared.tableFails = true;
    expect(await ask(question(constantModel(0.9), { durability: 'ack' }))).toEqual({ kind: 'not-recorded' });
    shared.tableFails = false;
    await time.advance(1_000);
    // The record's place in its chain was given, so it is written later; the second row says that it was never answered.
    const [written, voided] = rows;
    expect(rows).toHaveLength(2);
    expect(JSON.parse(voided?.record ?? '{}').voids).toEqual({
      id: written?.id,
      seq: written?.seq,
      reason: 'not-recorded',
    });
  });

  it.each<[string, (world: ReturnType<typeof setUp>) => void | Promise<void>]>([
    ['a newer epoch', ({ shared }) => void Object.assign(shared, { epoch: 8 })],
    ['a halt at the same epoch', ({ shared }) => void Object.assign(shared, { tradingState: 'HALTED' })],
    ['the end of the permission', ({ shared }) => void Object.assign(shared, { live: false })],
    ['the revocation of the key', ({ shared }) => void Object.assign(shared, { isRevoked: true })],
    ['the end of the secret', ({ shared }) => void Object.assign(shared, { isRetired: true })],
    ["the end of the answer's validity", ({ time }) => time.advance(700)],
  ])('lets no action leave after %s came while its row was written', async (_, change) => {
    const world = setUp();
    world.shared.whileWriting = async () => {
      world.shared.whileWriting = async () => {};
      await change(world);
    };
    const key = { ...question(constantModel(0.9)).key, isRetired: () => world.shared.isRetired };
    const outcome = await world.ask(question(constantModel(0.9), { durability: 'ack', key }));
    expect(outcome).toEqual({ kind: 'superseded' });
    await world.time.advance(10);
    const [written, voided] = world.rows;
    expect(JSON.parse(voided?.record ?? '{}').voids).toEqual({
      id: written?.id,
      seq: written?.seq,
      reason: 'superseded',
    });
  });

  it('holds back at a high risk, and record and answer hold what both heads said', async () => {
    const { ask, time, rows } = setUp();
    const outcome = await ask(question(constantModel([0.7, 0.8])));
    await time.advance(10);
    if (outcome.kind !== 'answered') throw new Error('not answered');
    expect(outcome.answer).toMatchObject({
      action: 'HOLD',
      holdKind: 'signal',
      size: 0,
      confidence: 0.7,
      risk: 0.8,
      reasons: [{ code: 'RISK_ABOVE_LIMIT' }],
    });
    expect(JSON.parse(rows[0]?.record ?? '{}').answer).toMatchObject({ confidence: 0.7, risk: 0.8 });
  });

  it('lets an override lift the risk limit alone, and names it in answer and record', async () => {
    const { ask, time, rows, shared } = setUp();
    const asked: LiftAsk[] = [];
    shared.lift = async (ask) => {
      asked.push(ask);
      return 'applied';
    };
    const named = { overrideId: 'o-1' };
    const lifted = await ask(question(constantModel([0.7, 0.8]), named));
    const free = await ask(question(constantModel([0.7, 0.1]), named));
    const unsure = await ask(question(constantModel([0.5, 0.8]), named));
    const exit = await ask(question(constantModel([0.7, 0.8]), { ...named, position: -1 }));
    await time.advance(10);
    if (lifted.kind !== 'answered') throw new Error('not answered');
    const intent = { action: 'BUY', effect: 'open', size: 0.7999, confidence: 0.7, risk: 0.8 };
    const override = { id: 'o-1', outcome: 'applied' };
    expect(lifted.answer).toMatchObject({ ...intent, actionable: true, reasons: [], override });
    expect(asked).toMatchObject([{ overrideId: 'o-1', decisionId: lifted.answer.id, intent }]);
    expect(JSON.parse(rows[0]?.record ?? '{}').answer).toMatchObject({ id: lifted.answer.id, override });
    expect(canonicalJson(JSON.parse(rows[0]?.record ?? ''))).toBe(rows[0]?.record);
    const unused = { override: { id: 'o-1', outcome: 'unused' } };
    expect(free).toMatchObject({ answer: { action: 'BUY', ...unused } });
    expect(unsure).toMatchObject({
      answer: { action: 'HOLD', reasons: [{ code: 'BELOW_THRESHOLD' }], ...unused },
    });
    expect(exit).toMatchObject({ answer: { action: 'BUY', ...unused } });
  });

  it('holds by the limit, and says why the override did nothing, whatever else became of it', async () => {
    const { ask, shared } = setUp();
    for (const outcome of liftOutcomes.filter((one) => one !== 'applied')) {
      shared.lift = async () => outcome;
      const code = outcome === 'unavailable' ? 'OVERRIDE_UNAVAILABLE' : 'OVERRIDE_REFUSED';
      const told = outcome === 'unused' ? [] : [{ code }];
      expect(await ask(question(constantModel([0.7, 0.8]), { overrideId: 'o' }))).toMatchObject({
        answer: {
          ...{ action: 'HOLD', actionable: false, size: 0, override: { id: 'o', outcome } },
          reasons: [{ code: 'RISK_ABOVE_LIMIT' }, ...told],
        },
      });
    }
  });

  it('holds while trading is halted, also where the halt came while an override was used', async () => {
    const { ask, shared } = setUp();
    shared.lift = async () => {
      shared.tradingState = 'HALTED';
      shared.epoch += 1;
      return 'applied';
    };
    expect(await ask(question(constantModel([0.7, 0.8]), { overrideId: 'o' }))).toMatchObject({
      answer: { action: 'HOLD', reasons: [{ code: 'TRADING_HALTED' }], override: { outcome: 'applied' } },
    });
  });

  it('acts at a low risk, and says null of the risk of a model without that head', async () => {
    const { ask } = setUp();
    expect(await ask(question(constantModel([0.7, 0.2])))).toMatchObject({
      answer: { action: 'BUY', risk: 0.2 },
    });
    expect(await ask(question(constantModel(0.7)))).toMatchObject({ answer: { action: 'BUY', risk: null } });
  });

  it('keeps what the heads said when the permission holds it back', async () => {
    const { ask, shared } = setUp();
    shared.tradingState = 'HALTED';
    expect(await ask(question(constantModel([0.7, 0.2])))).toMatchObject({
      answer: { action: 'HOLD', holdKind: 'safety', confidence: 0.7, risk: 0.2 },
    });
  });

  it('does not decide where a head of the model says nothing', async () => {
    const model = constantModel([0.7, 0.2]);
    const run = async () => ok(Float32Array.of(0.7));
    const outcome = await setUp().ask(question({ ...model, runnable: { ...model.runnable, run } }));
    expect(outcome).toMatchObject({ answer: { action: 'HOLD', reasons: [{ code: 'MODEL_FAILED' }] } });
  });

  it('attributes the direction and not the risk', async () => {
    const model = constantModel([0.7, 0.2]);
    // The direction falls by a tenth and the risk rises where the third input is at the baseline.
    const run = async (rows: Float32Array, rowCount: number) => {
      const width = rows.length / rowCount;
      const row = (at: number) => (rows[at * width + 2] === 0 ? [0.6, 0.9] : [0.7, 0.2]);
      return ok(Float32Array.from(Array.from({ length: rowCount }, (_, at) => row(at)).flat()));
    };
    const values = new Float32Array(32).fill(1);
    const asked = { explain: true, input: { kind: 'features', values } as const };
    const outcome = await setUp().ask(question({ ...model, runnable: { ...model.runnable, run } }, asked));
    if (outcome.kind !== 'answered') throw new Error('not answered');
    expect(outcome.answer.features?.map(({ attribution }) => attribution)).toEqual(
      Array.from({ length: 32 }, (_, at) => expect.closeTo(at === 2 ? 0.1 : 0, 6)),
    );
  });

  it('explains what it abstains from by the values alone', async () => {
    const outcome = await setUp().ask(
      question(constantModel(0.9), {
        explain: true,
        input: { kind: 'features', values: new Float32Array(32).fill(2e9) },
      }),
    );
    if (outcome.kind !== 'answered') throw new Error('not answered');
    expect(outcome.answer.features).toHaveLength(32);
    expect(outcome.answer.features?.every(({ attribution }) => attribution === null)).toBe(true);
  });

  it('leaves the explanation out where it has no time, and says so', async () => {
    const model = constantModel(0.9);
    const { ask, shared } = setUp();
    shared.load = 'busy';
    const outcome = await ask(question(model, { explain: true }));
    if (outcome.kind !== 'answered') throw new Error(outcome.kind);
    expect(outcome.answer).toMatchObject({ action: 'BUY', load: 'busy', mode: 'FULL' });
    expect(outcome.answer.features).toHaveLength(model.bundle.manifest.features.names.length);
    expect(outcome.answer.features?.every(({ attribution }) => attribution === null)).toBe(true);
  });

  it('explains a decision by what each input moved', async () => {
    const model = constantModel(0.9);
    const outcome = await setUp().ask(question(model, { explain: true }));
    if (outcome.kind !== 'answered') throw new Error('not answered');
    expect(outcome.answer.features?.map((feature) => feature.name)).toEqual(
      model.bundle.manifest.features.names,
    );
    expect(outcome.answer.features?.every((feature) => feature.attribution === 0)).toBe(true);
  });
});

function flat(): readonly Bar[] {
  return barsUntil(Date.parse('2026-03-02T00:00:00Z'), 70).map(({ tMs }) => ({
    tMs,
    open: 10,
    high: 10,
    low: 10,
    close: 10,
    volume: 0,
  }));
}
