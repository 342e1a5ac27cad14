import { describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import type { DecisionRecord } from '../../src/audit/decision-record.ts';
import { createWriter } from '../../src/audit/writer.ts';
import type { SharedBreaker } from '../../src/control/breakers/breaker.ts';
import { type BreakerName, breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { createBreakers } from '../../src/control/breakers/breakers.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok } from '../../src/core/result.ts';
import { createLadder } from '../../src/decision/ladder.ts';
import { createPipeline } from '../../src/decision/pipeline.ts';
import type { Question } from '../../src/decision/question.ts';
import { replayDecision } from '../../src/decision/replay.ts';
import { createCatalog, type ServedModel } from '../../src/models/catalog.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { stateOf } from '../control/state-of.ts';
import { constantModel } from '../http/served-model.ts';
import { VirtualTime } from '../virtual-time.ts';
import { plainQuestion } from './plain-question.ts';

const receiptSecret = 'r'.repeat(32);
const configHash = 'c'.repeat(64);
const { failures, openMs } = breakerSettings.decision;

/** A model that a test can make fail; it says BUY, under a hash of its own. */
function fallible(name: string, manifest: Partial<ServedModel['bundle']['manifest']> = {}) {
  const model = constantModel(0.9, { name: 'm', ...manifest });
  const stage = { fails: false, runs: 0 };
  const run: ServedModel['runnable']['run'] = async (rows, rowCount) => {
    stage.runs += 1;
    return stage.fails ? err({ kind: 'threw', detail: name }) : model.runnable.run(rows, rowCount);
  };
  const hash = name.padEnd(64, '0');
  const bundle = { ...model.bundle, hash, version: hash.slice(0, 12) };
  return { stage, hash, model: { ...model, bundle, runnable: { ...model.runnable, run } } };
}

function setUp(rungs: readonly ('light' | 'rules')[] = ['light', 'rules']) {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  const full = fallible('full');
  const light = fallible('light', { purpose: 'production', rung: 'light' });
  const rules = fallible('rules', { purpose: 'production', rung: 'rules' });
  const all = { light, rules };
  const catalog = createCatalog({
    registryEpoch: 0,
    models: [full.model],
    candidates: [],
    rungs: rungs.map((rung) => all[rung].model),
    faults: new Map(),
    withheldSymbols: new Set(),
  });
  const breakers = createBreakers({ settings: breakerSettings, clock: time, report: () => undefined });
  const records: DecisionRecord[] = [];
  const log = createDecisionLog({
    outbox: { keep: async () => ok(undefined), follow: () => undefined },
    async insert(rows) {
      records.push(...rows);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: 10_000_000,
    batchMax: 10,
    batchBytesMax: 1_000_000,
    ownerMsMax: 1_000,
    overtimeMs: 0,
    gatherMs: 0,
  });
  const view = () => ({
    sentAtMs: time.monotonicMs(),
    expiresAtMs: time.monotonicMs() + 700,
    ...stateOf({ epoch: 1, tradingState: 'ACTIVE' as const }),
  });
  const ids = createIdSource({ clock: time, random: { bytes: (length) => new Uint8Array(length).fill(1) } });
  const reported: unknown[] = [];
  const pipeline = createPipeline({
    arms: { choose: (question) => question, compare: () => undefined },
    ladder: createLadder({
      breakers,
      registry: { current: () => catalog, enter: () => () => undefined },
      clock: time,
      timers: time,
      freshnessGraceMs: 3_600_000,
      report: (failure) => void reported.push(failure),
    }),
    lift: async () => 'unused',
    supplyBars: async (question) => question,
    load: () => 'normal',
    control: { current: view, ensure: async () => view(), isRevoked: () => false },
    log,
    clock: time,
    timers: time,
    ids,
    writer: createWriter(ids),
    receiptSecret,
    configHash,
    freshnessGraceMs: 3_600_000,
    featureForm: 'bits',
    buildHash: undefined,
  });
  const scope = { waitUntil: (work: Promise<void>) => void work, clientAddress: '127.0.0.1' };
  async function ask(change: Partial<Question> = {}) {
    const asked = { ...question(full.model), ...change };
    const outcome = await pipeline.decide(asked, view(), scope, new Stages(time, 'auth'));
    await time.advance(1);
    if (outcome.kind !== 'answered') throw new Error(outcome.kind);
    return outcome.answer;
  }
  async function modes(count: number): Promise<readonly string[]> {
    const seen: string[] = [];
    for (let call = 0; call < count; call += 1) seen.push((await ask()).mode);
    return seen;
  }
  let revision = 0;
  /** What the fleet says of a breaker, by a sync. */
  function fleet(name: BreakerName, shared: SharedBreaker, leases: readonly string[] = []): void {
    revision += 1;
    const granted = leases.length > 0 ? [{ name, generation: shared.generation, leases }] : [];
    breakers.learn({ revision, shared: new Map([[name, shared]]), granted }, breakers.ask());
  }
  async function breakFull(): Promise<void> {
    full.stage.fails = true;
    for (let call = 0; call < failures; call += 1) await ask();
  }
  return { time, full, light, rules, breakers, records, reported, ask, modes, fleet, breakFull };
}

const question = (model: ServedModel): Question =>
  plainQuestion(model, {
    input: { kind: 'features', values: new Float32Array(model.bundle.manifest.features.names.length) },
  });

describe('the degraded ladder', () => {
  it('asks no other model while the one in production is well', async () => {
    const { ask, light, rules } = setUp();
    expect(await ask()).toMatchObject({ action: 'BUY', mode: 'FULL' });
    expect(light.stage.runs + rules.stage.runs).toBe(0);
  });

  it('holds what fails, and lets LIGHT answer once the breaker is open, under its own hash', async () => {
    const { ask, full, light, records } = setUp();
    full.stage.fails = true;
    for (let call = 0; call < failures; call += 1) {
      expect(await ask()).toMatchObject({
        action: 'HOLD',
        mode: 'FULL',
        reasons: [{ code: 'MODEL_FAILED' }],
      });
    }
    expect(light.stage.runs).toBe(0);
    expect(await ask()).toMatchObject({
      action: 'BUY',
      actionable: true,
      mode: 'LIGHT',
      model: { name: 'm', version: light.hash.slice(0, 12), arm: 'production' },
    });
    expect(full.stage.runs).toBe(failures);
    const record = JSON.parse(records.at(-1)?.record ?? '');
    expect(record).toMatchObject({ bundleHash: light.hash, breaker: { state: 'closed' } });
  });

  it('counts what a candidate fails by itself: the model in production goes on', async () => {
    const { ask, breakers } = setUp();
    const candidate = fallible('candidate');
    candidate.stage.fails = true;
    const ofCandidate = { model: candidate.model, arm: 'candidate' } as const;
    for (let call = 0; call < failures; call += 1) {
      expect(await ask(ofCandidate)).toMatchObject({ reasons: [{ code: 'MODEL_FAILED' }] });
    }
    expect(await ask(ofCandidate)).toMatchObject({ reasons: [{ code: 'BREAKER_OPEN' }] });
    expect(breakers.stateOf('decision')).toBe('closed');
    expect(await ask()).toMatchObject({ action: 'BUY', mode: 'FULL' });
  });

  it('goes down to RULES where LIGHT fails too, and then to HOLD', async () => {
    const { ask, breakFull, light, rules } = setUp();
    await breakFull();
    light.stage.fails = true;
    for (let call = 0; call < failures; call += 1) {
      expect(await ask()).toMatchObject({ action: 'HOLD', mode: 'LIGHT' });
    }
    expect(await ask()).toMatchObject({ action: 'BUY', mode: 'RULES', model: { version: 'rules0000000' } });
    rules.stage.fails = true;
    for (let call = 0; call < failures; call += 1) {
      expect(await ask()).toMatchObject({ action: 'HOLD', mode: 'RULES' });
    }
    expect(await ask()).toMatchObject({
      action: 'HOLD',
      mode: 'HOLD',
      model: { version: 'full00000000' },
      reasons: [{ code: 'BREAKER_OPEN' }],
    });
  });

  it('is HOLD where no rung was released', async () => {
    const { ask, breakFull } = setUp([]);
    await breakFull();
    expect(await ask()).toMatchObject({
      action: 'HOLD',
      mode: 'HOLD',
      reasons: [{ code: 'BREAKER_OPEN' }],
    });
  });

  it('is HOLD where an operator tripped the breaker: that is no failure', async () => {
    const { ask, fleet, light } = setUp();
    fleet('decision', { state: 'tripped', generation: 9 });
    expect(await ask()).toMatchObject({ action: 'HOLD', mode: 'HOLD', reasons: [{ code: 'BREAKER_OPEN' }] });
    expect(light.stage.runs).toBe(0);
  });

  it('is HOLD where what a client brings is not what the rung takes', async () => {
    const { ask, breakFull, light } = setUp(['light']);
    await breakFull();
    const { names } = light.model.bundle.manifest.features;
    // Its features have other names: the vector was made for the model in production.
    Object.assign(light.model.bundle.manifest.features, { names: names.toReversed() });
    expect(await ask()).toMatchObject({ action: 'HOLD', mode: 'HOLD' });
  });

  it('does not flap with an engine that does', async () => {
    const { ask, full, time, fleet } = setUp();
    const modes: string[] = [];
    for (let call = 0; call < 200; call += 1) {
      full.stage.fails = call % 2 === 1;
      modes.push((await ask()).mode);
      await time.advance(100);
    }
    const changes = modes.filter((mode, at) => at > 0 && mode !== modes[at - 1]);
    expect(changes).toEqual(['LIGHT']);
    // Its probes go wrong as often as right, and no answer tells of them.
    for (let round = 1; round <= 6; round += 1) {
      fleet('decision', { state: 'open', generation: round, waitMs: 1 }, []);
      await time.advance(2);
      full.stage.fails = round % 2 === 1;
      expect((await ask()).mode).toBe('LIGHT');
      fleet('decision', { state: 'open', generation: round, waitMs: 1 }, ['a']);
      expect((await ask()).mode).toBe('LIGHT');
      expect((await ask()).mode).toBe('LIGHT');
    }
  });

  it('probes behind its answers, and is FULL again when the fleet closes the breaker', async () => {
    const { ask, full, time, fleet, breakFull, breakers, modes, reported } = setUp();
    await breakFull();
    fleet('decision', { state: 'open', generation: 5, waitMs: openMs });
    const runs = full.stage.runs;
    expect(await modes(20)).toEqual(Array.from({ length: 20 }, () => 'LIGHT'));
    expect(full.stage.runs).toBe(runs);
    await time.advance(openMs);
    full.stage.fails = false;
    // The first one asks the fleet for a lease, under which the next one may probe.
    await ask();
    expect(breakers.ask().reports).toMatchObject([{ name: 'decision', report: { kind: 'probe' } }]);
    fleet('decision', { state: 'open', generation: 5, waitMs: 0 }, ['lease']);
    expect(await ask()).toMatchObject({ mode: 'LIGHT' });
    expect(full.stage.runs).toBe(runs + 1);
    expect(breakers.ask().reports).toContainEqual(
      expect.objectContaining({ report: { kind: 'succeeded', generation: 5, lease: 'lease' } }),
    );
    fleet('decision', { state: 'closed', generation: 6 });
    expect(await ask()).toMatchObject({ action: 'BUY', mode: 'FULL' });
    expect(reported).toEqual([]);
  });

  it('replays each of its modes to the bytes', async () => {
    const { ask, breakFull, records, full, light, rules, fleet } = setUp();
    await ask();
    await breakFull();
    await ask();
    fleet('decision-light', { state: 'open', generation: 3, waitMs: openMs });
    await ask();
    fleet('decision-rules', { state: 'tripped', generation: 4 });
    await ask();
    const seen = records.map(({ record }) => JSON.parse(record).answer.mode);
    expect(seen).toEqual([
      'FULL',
      ...Array.from({ length: failures }, () => 'FULL'),
      'LIGHT',
      'RULES',
      'HOLD',
    ]);
    const models = [full, light, rules];
    for (const { record, recordHash } of records) {
      full.stage.fails = record.includes('MODEL_FAILED');
      const replayed = await replayDecision(record, {
        modelByHash: async (hash) => {
          const found = models.find((one) => one.hash === hash);
          return ok(found && { model: found.model, release: () => undefined });
        },
        receiptSecret,
        configHash,
        freshnessGraceMs: 3_600_000,
      });
      expect(replayed).toMatchObject({ kind: 'replayed', recordHash, deviations: [] });
    }
  });
});
