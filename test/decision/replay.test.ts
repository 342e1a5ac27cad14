import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../src/audit/decision-record.ts';
import type { Admission } from '../../src/control/breakers/breaker.ts';
import { freshState } from '../../src/control/control-state.ts';
import type { Load } from '../../src/control/overload/load-state.ts';
import type { ControlView } from '../../src/control/view.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { err, ok } from '../../src/core/result.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { liftOutcomes } from '../../src/decision/named-override.ts';
import { createPipeline } from '../../src/decision/pipeline.ts';
import type { Question } from '../../src/decision/question.ts';
import { replayDecision } from '../../src/decision/replay.ts';
import { type Rung, rungs } from '../../src/decision/rung.ts';
import type { Experiment } from '../../src/experiments/experiment.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { ServedModel } from '../../src/models/catalog.ts';
import type { TradingState } from '../../src/risk/trading-state.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { constantModel } from '../http/served-model.ts';

const dayMs = 86_400_000;
const startMs = Date.parse('2026-03-02T12:00:00Z');
const receiptSecret = 'r'.repeat(32);
const configHash = 'c'.repeat(64);
/** Undefined: of before records had one. */
const buildHashes = ['b'.repeat(64), null, undefined] as const;
const freshnessGraceMs = 3_600_000;
const canary: Experiment = {
  name: 'trial',
  epoch: 3,
  trialEpoch: 3,
  state: 'running',
  changedAtMs: 1,
  changedBy: 'k',
  reason: 'r',
  terms: {
    kind: 'canary',
    symbols: ['DEMO'],
    candidate: { name: 'constant', version: '0'.repeat(12) },
    horizonBars: 1,
    roundTripCost: 0,
    gainMax: 1,
    alpha: 0.05,
    share: 0.1,
    sizeMax: 0.2,
  },
};

function draw<T>(random: SeededRandom, ...choices: readonly T[]): T {
  return choices[random.below(choices.length)] as T;
}

function drawQuestion(random: SeededRandom, model: ServedModel): Question {
  const endMs = draw(random, startMs - dayMs / 2, startMs - 3 * dayMs);
  const bars = Array.from({ length: 70 }, (_, index) => ({
    tMs: endMs - (70 - index) * dayMs,
    open: 10 + random.uniform(),
    high: 12 + random.uniform(),
    low: 8 + random.uniform(),
    close: 10 + random.uniform(),
    volume: random.below(100),
  }));
  const values = Float32Array.from(model.bundle.manifest.features.names, () => random.normal());
  return {
    key: { id: 'k', account: 'a', ratePerSecond: 1, burst: 1, isRetired: () => false },
    model,
    isModelNamed: draw(random, true, false),
    ...draw(
      random,
      { arm: 'production', experiment: null } as const,
      { arm: 'candidate', experiment: canary } as const,
    ),
    rung: 'FULL',
    symbol: 'DEMO',
    input: draw<Question['input']>(
      random,
      { kind: 'bars', from: 'request', bars },
      { kind: 'bars', from: 'fetched', bars },
      { kind: 'bars', from: 'cached', bars },
      { kind: 'features', values },
      { kind: 'features', values },
      { kind: 'none', missing: 'the source is away' },
    ),
    position: draw(random, undefined, -1, 0, 1),
    strategy: draw(random, null, 'breakout "漢"'),
    asOfMs: draw(random, null, null, startMs - dayMs / 3),
    clientDecisionId: draw(random, null, 'mine'),
    durability: draw(random, 'pending', 'outbox', 'ack'),
    explain: draw(random, true, false),
    overrideId: draw(random, null, 'o-1'),
  };
}

/** A question as a stream asks it: over its last bar, which is fresh or long past, and a vector without a value where it is flat. */
function asWindow(question: Question, isFlat: boolean): Question {
  const { names } = question.model.bundle.manifest.features;
  const isFresh = question.position !== 0;
  const tMs = startMs - (isFresh ? 1.5 : 9) * dayMs;
  const lastBar = { tMs, open: 1, high: 1, low: 1, close: 1, volume: 1 };
  const values = Float32Array.from(names, (_, index) => (isFlat && index === 1 ? Number.NaN : index / 7));
  const undefinedNames = isFlat ? names.slice(1, 3) : [];
  return { ...question, asOfMs: null, input: { kind: 'window', lastBar, values, undefinedNames } };
}

/** Mostly nothing, so that decisions act; else some of all there is, with what the decision is not about. */
function drawTargets(random: SeededRandom): ControlView['targets'] {
  if (random.below(3) > 0) return [];
  const names = [
    'account:a',
    'account:b',
    'model:constant',
    `strategy:${encodeURIComponent('breakout "漢"')}`,
    'symbol:DEMO',
    'symbol:OTHER',
  ];
  return names
    .filter(() => random.below(2) === 0)
    .map((target, epoch) => ({
      target,
      tradingState: draw<TradingState>(random, 'ACTIVE', 'REDUCING', 'HALTED'),
      epoch,
    }));
}

/** A third of decisions find the breaker not closed; the one that acts does not. */
const loadOf = (seed: number): Load =>
  (['normal', 'busy', 'normal', 'shedding'] as const)[seed % 4] ?? 'normal';

/** What is refused was asked of the model itself: no rung is chosen whose breaker is not closed. */
const rungOf = (seed: number): Rung =>
  admissionOf(seed).kind === 'refused' ? 'FULL' : (rungs[seed % rungs.length] ?? 'FULL');

function admissionOf(seed: number): Admission {
  const generation = seed % 5;
  if (seed === actionableSeed || seed % 3 > 0) return { kind: 'closed', generation };
  if (seed % 2 === 0) return { kind: 'probe', generation, lease: 'l' };
  return { kind: 'refused', generation, retryAfterMs: seed % 9 === 0 ? null : 3 };
}

/** One decision under circumstances that are drawn, with a clock that moves at every reading; and its record. */
async function decide(
  seed: number,
  change: (question: Question) => Question = (question) => question,
): Promise<{ readonly record: DecisionRecord; readonly model: ServedModel }> {
  const random = new SeededRandom(seed);
  const model = constantModel(
    draw<[number, number]>(random, [0.9, 0.1], [0.1, 0.1], [0.5, 0.1], [0.9, 0.95], [0.62, 0.1], [0.38, 0.1]),
  );
  const featureForm = seed % 2 === 0 ? 'bits' : 'decimals';
  let readings = 0;
  const clock = { nowMs: () => startMs + ++readings, monotonicMs: () => 1_000.25 + ++readings };
  const view = (): ControlView => ({
    ...freshState,
    sentAtMs: 0,
    expiresAtMs: clock.monotonicMs() + draw(random, 0, 3, 700),
    epoch: random.below(9),
    registryEpoch: random.below(9),
    tradingState: draw<TradingState>(random, 'ACTIVE', 'ACTIVE', 'REDUCING', 'HALTED'),
    targets: drawTargets(random),
  });
  const granted = draw(random, undefined, view(), view(), view());
  const current = draw(random, undefined, view(), granted, granted);
  const records: DecisionRecord[] = [];
  const keep = async (record: DecisionRecord) => {
    records.push(record);
    return ok(undefined);
  };
  const admission = admissionOf(seed);
  const load = loadOf(seed);
  const pipeline = createPipeline({
    arms: { choose: (question) => question, compare: () => undefined },
    ladder: {
      choose: (question) => question,
      breakerOf: () => ({ admit: () => admission, settle: () => undefined }),
    },
    lift: async () => draw(random, 'applied', ...liftOutcomes),
    supplyBars: async (question) => question,
    load: () => load,
    control: { current: () => current, ensure: async () => current, isRevoked: () => false },
    log: {
      hasRoom: () => true,
      isFull: () => false,
      paceMs: () => 0,
      append: (record) => void records.push(record),
      acknowledge: keep,
      putOut: keep,
      drain: async () => true,
      status: () => ({
        pendingRecords: 0,
        pendingBytes: 0,
        refusedRecords: 0,
        behindMs: 0,
        lastFailure: null,
      }),
    },
    clock,
    timers: { sleep: async () => undefined },
    ids: { next: () => `d-${seed}` },
    writer: { nextPlace: () => ({ writer: 'w', seq: seed }) },
    receiptSecret,
    configHash,
    freshnessGraceMs,
    featureForm,
    buildHash: buildHashes[seed % buildHashes.length],
  });
  const scope = { waitUntil: () => undefined, clientAddress: '' };
  const question = { ...change(drawQuestion(random, model)), rung: rungOf(seed) };
  await pipeline.decide(question, granted, scope, new Stages(clock, 'auth'));
  const [record] = records;
  if (!record) throw new Error(`seed ${seed} left no record`);
  return { record, model };
}

const optionsOf = (model: ServedModel | undefined) => ({
  modelByHash: async () => ok(model && { model, release: () => undefined }),
  receiptSecret,
  configHash,
  freshnessGraceMs,
});

describe('a replay', () => {
  it('gives the bytes of 500 decisions from their records alone, inputs as bits or, as in older ones, decimals', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 500; seed++) {
      const { record, model } = await decide(seed);
      const { answer, input } = JSON.parse(record.record);
      expect(canonicalJson(JSON.parse(record.record)), `seed ${seed}`).toBe(record.record);
      seen.add(typeof input.features);
      seen.add(answer.action).add(answer.effect);
      for (const { code, detail } of answer.reasons) seen.add(code).add(detail);
      const replayed = await replayDecision(record.record, optionsOf(model));
      expect(replayed, `seed ${seed}`).toMatchObject({ kind: 'replayed', deviations: [] });
      expect(replayed.kind === 'replayed' && replayed.record, `seed ${seed}`).toBe(record.record);
      expect(replayed.kind === 'replayed' && replayed.recordHash).toBe(record.recordHash);
    }
    const everything = ['BUY', 'SELL', 'HOLD', 'open', 'increase', 'reduce', 'close', 'none'];
    const codes = [
      'CONTROL_UNAVAILABLE',
      'TRADING_HALTED',
      'TRADING_REDUCING',
      'STALE_INPUT',
      'BELOW_THRESHOLD',
      'BREAKER_OPEN',
    ];
    const others = ['MARKET_DATA_UNAVAILABLE', 'RISK_ABOVE_LIMIT', 'string', 'object'];
    const targets = [
      'trading of symbol:DEMO is halted',
      'open would add exposure, and account:a may only reduce it',
    ];
    expect([...seen]).toEqual(expect.arrayContaining([...everything, ...codes, ...others, ...targets]));
  });

  it('names another configuration, and a model whose numbers are others', async () => {
    const { record } = await decide(actionableSeed);
    const otherConfig = { ...optionsOf(constantModel([0.9, 0.1])), configHash: 'd'.repeat(64) };
    const replayed = await replayDecision(record.record, {
      ...otherConfig,
      ...optionsOf(constantModel([0.8, 0.1])),
    });
    expect(replayed.kind === 'replayed' && replayed.deviations.map(({ path }) => path)).toContain(
      'answer.confidence',
    );
    const configured = await replayDecision(record.record, otherConfig);
    expect(configured.kind === 'replayed' && configured.deviations).toContainEqual({
      path: 'configHash',
      recorded: configHash,
      replayed: 'd'.repeat(64),
    });
  });

  it('goes by what the record says of an override, whatever became of it since', async () => {
    const risky = constantModel([0.9, 0.95]);
    const seen = new Set<string>();
    for (let seed = 1; seed <= 300; seed++) {
      const { record } = await decide(seed, (question) => ({
        ...question,
        ...{ model: risky, overrideId: 'o-1', position: undefined, asOfMs: null },
        input: { kind: 'features', values: new Float32Array(dailyV1.indicators.length) },
      }));
      const { answer } = JSON.parse(record.record);
      seen.add(`${answer.override.outcome} ${answer.action}`);
      for (const { code } of answer.reasons) seen.add(code);
      expect(canonicalJson(JSON.parse(record.record)), `seed ${seed}`).toBe(record.record);
      const replayed = await replayDecision(record.record, optionsOf(risky));
      expect(replayed, `seed ${seed}`).toMatchObject({ record: record.record, deviations: [] });
    }
    const outcomes = liftOutcomes.filter((outcome) => outcome !== 'applied');
    expect([...seen]).toEqual(
      expect.arrayContaining([
        ...['applied BUY', 'applied HOLD', 'OVERRIDE_REFUSED', 'OVERRIDE_UNAVAILABLE', 'TRADING_HALTED'],
        ...outcomes.map((outcome) => `${outcome} HOLD`),
      ]),
    );
  });

  it('of a stream takes what was folded over its window as it is recorded, and judges it anew', async () => {
    const codes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { record, model } = await decide(seed, (question) => asWindow(question, seed % 3 === 0));
      const replayed = await replayDecision(record.record, optionsOf(model));
      expect(replayed, `seed ${seed}`).toMatchObject({ record: record.record, deviations: [] });
      const { answer, input } = JSON.parse(record.record);
      expect(input).toMatchObject({ kind: 'window', bars: [expect.anything()] });
      codes.add(answer.reasons[0]?.code ?? answer.action);
    }
    const some = ['BUY', 'STALE_INPUT', 'FEATURES_UNDEFINED', 'CONTROL_UNAVAILABLE', 'BELOW_THRESHOLD'];
    expect([...codes]).toEqual(expect.arrayContaining(some));
  });

  it('tells under which code the decision was made, and takes the same bytes of another one for the same', async () => {
    for (const [seed, buildHash] of [...buildHashes, ...buildHashes].entries()) {
      const { record, model } = await decide(seed);
      expect('buildHash' in JSON.parse(record.record)).toBe(buildHash !== undefined);
      expect(await replayDecision(record.record, optionsOf(model)), `seed ${seed}`).toMatchObject({
        record: record.record,
        deviations: [],
        buildHash: buildHash ?? null,
      });
    }
  });

  it('names a model that is gone, and says when its store does not answer', async () => {
    const { record } = await decide(1);
    expect(await replayDecision(record.record, optionsOf(undefined))).toEqual({
      kind: 'replayed',
      record: undefined,
      recordHash: null,
      deviations: [{ path: 'bundleHash', recorded: '0'.repeat(64), replayed: null }],
      buildHash: buildHashes[1],
    });
    const away = { ...optionsOf(undefined), modelByHash: async () => err('away') };
    expect(await replayDecision(record.record, away)).toEqual({ kind: 'unavailable' });
  });

  it('gives the model back', async () => {
    const { record, model } = await decide(1);
    let released = 0;
    const release = () => {
      released += 1;
    };
    await replayDecision(record.record, {
      ...optionsOf(model),
      modelByHash: async () => ok({ model, release }),
    });
    expect(released).toBe(1);
  });

  it('is of decisions only', async () => {
    const options = optionsOf(constantModel(0.9));
    expect(await replayDecision('{"voids":{"id":"d"}}', options)).toEqual({ kind: 'no-decision' });
    expect(await replayDecision('no JSON', options)).toEqual({ kind: 'no-decision' });
  });
});

/** Of a BUY. */
const actionableSeed = 4;
