import { describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import type { DecisionRecord } from '../../src/audit/decision-record.ts';
import { createWriter } from '../../src/audit/writer.ts';
import { createBreaker } from '../../src/control/breakers/breaker.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import type { Load } from '../../src/control/overload/load-state.ts';
import type { TargetState } from '../../src/control/view.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { createArms } from '../../src/decision/arms.ts';
import type { Unsealed } from '../../src/decision/compose-answer.ts';
import { createPipeline } from '../../src/decision/pipeline.ts';
import type { Question } from '../../src/decision/question.ts';
import type { Experiment } from '../../src/experiments/experiment.ts';
import type { Trial } from '../../src/experiments/trial.ts';
import type { ServedModel } from '../../src/models/catalog.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { abTerms, canaryTerms, experimentOf, shadowTerms } from '../experiments/experiment-of.ts';
import { catalogOf, constantModel } from '../http/served-model.ts';
import { VirtualTime } from '../virtual-time.ts';
import { plainQuestion } from './plain-question.ts';

const dayMs = 86_400_000;
const barMs = Date.parse('2026-03-01T00:00:00Z');

interface SetUp {
  readonly experiment?: Experiment | undefined;
  readonly candidate?: ServedModel;
  readonly production?: ServedModel;
}

function setUp({ experiment, candidate, production }: SetUp = {}) {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  const rows: DecisionRecord[] = [];
  const state = {
    experiment,
    trials: [] as Trial[],
    written: ok(undefined) as Result<unknown, string>,
    demoted: [] as string[],
    paceMs: 0,
    load: 'normal' as Load,
    reported: [] as unknown[],
    ran: 0,
    entered: 0,
    targets: [] as readonly TargetState[],
  };
  const models = {
    production: production ?? constantModel(0.7, { name: 'production' }),
    candidate: counted(candidate ?? constantModel(0.2, { name: 'candidate' }), () => {
      state.ran += 1;
    }),
  };
  const log = createDecisionLog({
    outbox: { keep: async () => ok(undefined), follow: () => undefined },
    async insert(records) {
      rows.push(...records);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: 1_000_000,
    batchMax: 10,
    batchBytesMax: 1_000_000,
    ownerMsMax: 1_000,
    overtimeMs: 0,
    gatherMs: 0,
  });
  const view = () =>
    ({
      sentAtMs: 0,
      expiresAtMs: time.monotonicMs() + 900_000,
      epoch: 1,
      tradingState: 'ACTIVE',
      stateEpoch: 1,
      targets: state.targets,
      registryEpoch: 0,
    }) as const;
  const control = { current: view, ensure: async () => view(), isRevoked: () => false };
  const arms = createArms({
    experiments: {
      on: () => state.experiment,
      suspend: () => {
        state.experiment = undefined;
      },
    },
    trials: {
      has: ({ barMs: wanted }) => state.trials.some((trial) => trial.barMs === wanted),
      async write(trial) {
        state.trials.push(trial);
        return state.written;
      },
    },
    demote: async (_, reason) => void state.demoted.push(reason),
    registry: {
      current: () => catalogOf(models.production, models.candidate),
      enter: () => {
        state.entered += 1;
        return () => {
          state.entered -= 1;
        };
      },
    },
    control,
    load: () => state.load,
    log: { isFull: log.isFull, paceMs: () => state.paceMs },
    clock: time,
    timers: time,
    freshnessGraceMs: 3_600_000,
    report: (failure) => void state.reported.push(failure),
  });
  const ids = createIdSource({ clock: time, random: { bytes: (length) => new Uint8Array(length).fill(1) } });
  const breaker = createBreaker(breakerSettings.decision);
  const pipeline = createPipeline({
    arms,
    ladder: { choose: (asked) => asked, breakerOf: () => breaker },
    lift: async () => 'unused',
    supplyBars: async (question) => question,
    load: () => state.load,
    control,
    log,
    clock: time,
    timers: time,
    ids,
    writer: createWriter(ids),
    receiptSecret: 'r'.repeat(32),
    configHash: 'c'.repeat(64),
    freshnessGraceMs: 3_600_000,
    featureForm: 'bits',
    buildHash: null,
  });
  const scope = { waitUntil: (work: Promise<void>) => void work, clientAddress: '127.0.0.1' };
  async function ask(change: Partial<Question> = {}): Promise<Unsealed> {
    const asked = { ...question(models.production), ...change };
    const outcome = await pipeline.decide(asked, view(), scope, new Stages(time, 'auth'));
    if (outcome.kind !== 'answered') throw new Error(outcome.kind);
    return outcome.answer;
  }
  return { time, rows, state, ask, models };
}

function counted(model: ServedModel, count: () => void): ServedModel {
  const { run } = model.runnable;
  return {
    ...model,
    runnable: {
      ...model.runnable,
      run: (...row) => {
        count();
        return run(...row);
      },
    },
  };
}

const failing = (): ServedModel => {
  const model = constantModel(0.2, { name: 'candidate' });
  const run = async () => err({ kind: 'threw', detail: 'boom' } as const);
  return { ...model, runnable: { ...model.runnable, run } };
};

function question(model: ServedModel): Question {
  const bars = Array.from({ length: 70 }, (_, index) => ({
    tMs: barMs - (69 - index) * dayMs,
    open: 10 + Math.sin(index),
    high: 12 + Math.sin(index),
    low: 8 + Math.sin(index),
    close: 10 + Math.sin(index + 1),
    volume: 100 + (index % 7),
  }));
  return plainQuestion(model, { input: { kind: 'bars', from: 'request', bars } });
}

/** Accounts of an experiment of half and half, one of each arm. */
async function bothArms(ask: ReturnType<typeof setUp>['ask']) {
  const answers = new Map<string, { readonly account: string; readonly answer: Unsealed }>();
  for (let i = 0; answers.size < 2 && i < 64; i += 1) {
    const account = `a${i}`;
    const answer = await ask({
      key: { id: 'k', account, ratePerSecond: 1, burst: 1, isRetired: () => false },
    });
    answers.set(answer.model.arm, { account, answer });
  }
  const [production, candidate] = [answers.get('production'), answers.get('candidate')];
  if (!production || !candidate) throw new Error('one arm answered all');
  return { production, candidate };
}

/** What of an answer does not depend on when it was made. */
const sameOf = ({ id: _, at: __, ...rest }: Unsealed) => rest;

describe('a model that is halted', () => {
  it.each([
    ['model:production', ['HOLD', 'SELL']],
    ['model:candidate', ['BUY', 'HOLD']],
  ])('answers as no arm: %s', async (target, actions) => {
    const { ask, state } = setUp({ experiment: experimentOf(abTerms(0.5)) });
    state.targets = [{ target, tradingState: 'HALTED', epoch: 1 }];
    const { production, candidate } = await bothArms(ask);
    expect([production, candidate].map(({ answer }) => answer.action)).toEqual(actions);
  });
});

describe('a shadow', () => {
  it('changes nothing of the answer and is kept behind it, both arms as if the client held nothing', async () => {
    const without = await setUp().ask({ position: 1 });
    const { ask, state, time } = setUp({ experiment: experimentOf(shadowTerms) });
    const answer = await ask({ position: 1 });
    expect(sameOf(answer)).toEqual(sameOf(without));
    expect(state.ran).toBe(0);
    // Its models stay loaded until it is done, though the request is over.
    expect(state.entered).toBe(1);
    await time.advance(1);
    expect(state.entered).toBe(0);
    expect(state.trials).toEqual([
      {
        experiment: 'e1',
        trialEpoch: 2,
        symbol: 'DEMO',
        barMs,
        decisionId: answer.id,
        decidedAtMs: Date.parse(answer.at),
        productionAction: 'BUY',
        productionSize: 0.7999,
        productionCode: null,
        productionVersion: '0'.repeat(12),
        candidateAction: 'SELL',
        candidateSize: 1,
        candidateCode: null,
      },
    ]);
  });

  it('runs behind every decision and is written once a bar', async () => {
    const { ask, state, time } = setUp({ experiment: experimentOf(shadowTerms) });
    for (let i = 0; i < 3; i += 1) {
      await ask();
      await time.advance(1);
    }
    expect(state.ran).toBe(3);
    expect(state.trials).toHaveLength(1);
  });

  it('is left out first: where the isolate or its log is behind, and beyond four at once', async () => {
    const { ask, state, time } = setUp({ experiment: experimentOf(shadowTerms) });
    state.paceMs = 1;
    expect(await ask()).toMatchObject({ action: 'BUY' });
    await time.advance(1);
    expect(state.ran).toBe(0);
    state.paceMs = 0;
    state.load = 'busy';
    expect(await ask()).toMatchObject({ action: 'BUY', load: 'busy' });
    await time.advance(1);
    expect(state.ran).toBe(0);
    state.load = 'normal';
    for (let i = 0; i < 10; i += 1) expect(await ask()).toMatchObject({ action: 'BUY' });
    await time.advance(1);
    expect(state.ran).toBe(4);
  });

  it('changes nothing where it fails, and is demoted', async () => {
    const { ask, state, time } = setUp({ experiment: experimentOf(shadowTerms), candidate: failing() });
    expect(await ask()).toMatchObject({ action: 'BUY', model: { arm: 'production' } });
    await time.advance(1);
    expect(state.trials[0]).toMatchObject({ candidateAction: 'HOLD', candidateCode: 'MODEL_FAILED' });
    expect(state.demoted).toEqual(['candidate failed on a row of the trained range']);
    expect(state.experiment).toBeUndefined();
  });

  it('is told to the operator where it cannot be written or throws, and to nobody else', async () => {
    const { ask, state, time } = setUp({ experiment: experimentOf(shadowTerms) });
    state.written = err('down');
    expect(await ask()).toMatchObject({ action: 'BUY' });
    await time.advance(1);
    expect(state.reported).toEqual(['trials: down']);
  });

  it('makes no trial of what is not a bar of now: features, history, an old bar', async () => {
    const { ask, state, time } = setUp({ experiment: experimentOf(shadowTerms) });
    const values = new Float32Array(constantModel(0.5).bundle.manifest.features.names.length);
    await ask({ input: { kind: 'features', values } });
    await ask({ asOfMs: Date.parse('2026-03-02T11:00:00Z') });
    await time.advance(3 * dayMs);
    await ask();
    await time.advance(1);
    expect(state.trials).toEqual([]);
  });
});

describe('an A/B experiment', () => {
  it('lets the arm of the account answer, says which, and puts it into the record', async () => {
    const { ask, rows, time } = setUp({ experiment: experimentOf(abTerms(0.5)) });
    const { production, candidate } = await bothArms(ask);
    expect(production.answer).toMatchObject({ action: 'BUY', model: { name: 'production' } });
    expect(candidate.answer).toMatchObject({ action: 'SELL', model: { name: 'candidate' } });
    await time.advance(10);
    const records = rows.map(({ record }) => JSON.parse(record));
    expect(records.find(({ id }) => id === candidate.answer.id)).toMatchObject({
      answer: { model: { arm: 'candidate' } },
      experiment: { name: 'e1', epoch: 3, kind: 'ab', sizeMax: null },
    });
  });

  it('leaves alone who names a model, asks of history, or brings what the candidate does not take', async () => {
    const { ask, models } = setUp({ experiment: experimentOf(abTerms(0.5)) });
    const { candidate } = await bothArms(ask);
    const key = { id: 'k', account: candidate.account, ratePerSecond: 1, burst: 1, isRetired: () => false };
    expect((await ask({ key })).model.arm).toBe('candidate');
    expect((await ask({ key, isModelNamed: true })).model.arm).toBe('production');
    expect((await ask({ key, asOfMs: Date.parse('2026-03-02T11:00:00Z') })).model.arm).toBe('production');
    const { features } = models.candidate.bundle.manifest;
    models.candidate.bundle.manifest.features = { ...features, windowBars: 500 };
    expect((await ask({ key })).model.arm).toBe('production');
    models.candidate.bundle.manifest.features = { ...features, names: [...features.names].reverse() };
    const values = new Float32Array(features.names.length);
    expect((await ask({ key, input: { kind: 'features', values } })).model.arm).toBe('production');
  });

  it('holds where the candidate fails, ends the experiment at once, and production answers the next', async () => {
    const { ask, state } = setUp({ experiment: experimentOf(abTerms(0.9)), candidate: failing() });
    let failed: Unsealed | undefined;
    for (let i = 0; failed === undefined && i < 64; i += 1) {
      const account = `a${i}`;
      const answer = await ask({
        key: { id: 'k', account, ratePerSecond: 1, burst: 1, isRetired: () => false },
      });
      if (answer.model.arm === 'candidate') failed = answer;
    }
    expect(failed).toMatchObject({ action: 'HOLD', holdKind: 'safety', reasons: [{ code: 'MODEL_FAILED' }] });
    expect(state.demoted).toHaveLength(1);
    expect(await ask()).toMatchObject({ action: 'BUY', model: { arm: 'production' } });
  });
});

describe('a canary', () => {
  it('opens by its cap at most, and is not held back from closing', async () => {
    const { ask } = setUp({ experiment: experimentOf(canaryTerms(0.2, 0.1)) });
    const { candidate, production } = await bothArms(ask);
    expect(candidate.answer).toMatchObject({ action: 'SELL', effect: 'open', size: 0.1 });
    expect(production.answer).toMatchObject({ action: 'BUY', effect: 'open', size: 0.7999 });
    const key = { id: 'k', account: candidate.account, ratePerSecond: 1, burst: 1, isRetired: () => false };
    expect(await ask({ key, position: 1 })).toMatchObject({ action: 'SELL', effect: 'close', size: 1 });
  });
});
