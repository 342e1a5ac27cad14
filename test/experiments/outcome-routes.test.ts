import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealBatch, sealItems } from '../../src/audit/batch-record.ts';
import { createChain } from '../../src/audit/chain.ts';
import { commitDecisions } from '../../src/audit/commit.ts';
import { type RecordColumns, sealRecord } from '../../src/audit/decision-record.ts';
import { sharedPart } from '../../src/audit/parted-record.ts';
import type { Permit } from '../../src/control/view.ts';
import { err, ok } from '../../src/core/result.ts';
import type { Experiment } from '../../src/experiments/experiment.ts';
import { createJudgeRunning } from '../../src/experiments/judge-running.ts';
import { loadEvidence } from '../../src/experiments/load-evidence.ts';
import { recordOutcomes } from '../../src/experiments/record-outcomes.ts';
import { createTrialLog } from '../../src/experiments/trial-log.ts';
import type { Environment } from '../../src/http/context.ts';
import { createReportOutcomesRoute } from '../../src/http/outcomes/report-outcomes.ts';
import type { Database } from '../../src/store/database.ts';
import { loadBarOutcomes, loadTrialsBetween } from '../../src/store/outcomes.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { wholeItemsRow } from '../audit/whole-items-row.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { catalogOf, constantModel } from '../http/served-model.ts';
import { VirtualTime } from '../virtual-time.ts';
import { experimentOf, shadowTerms } from './experiment-of.ts';
import { plainPrincipal } from './plain-principal.ts';

const dayMs = 86_400_000;
const time = new VirtualTime();
const todayMs = Math.floor(time.nowMs() / dayMs) * dayMs;
let opened: DatabaseInTest;
let database: Database;
let made = 0;

beforeAll(async () => {
  opened = await openDatabaseInTest();
  ({ database } = opened);
});
afterAll(() => opened.close());
beforeEach(() => database.client.executeMultiple('DELETE FROM trials; DELETE FROM outcomes'));

/** A batch's row with one item, the second, as batches are kept now. */
function itemInParts(row: RecordColumns, bars: unknown) {
  const answer = `{"id":"${row.id}.1"}`;
  const own = `{"answer":${answer},"input":{"bars":${JSON.stringify(bars)}}}`;
  const shared = sharedPart(`{"answer":{},"input":{},"symbol":"${row.symbol}"}`, row.account, '{}');
  const parts = { shared, ownAnswer: answer, own };
  const [seal] = sealItems('r'.repeat(32), [parts]);
  if (!seal) throw new Error('no seal');
  return sealBatch('r'.repeat(32), row, [null, { ...parts, ...seal }]);
}

/** A decision `daysAgo` on bars that end the day before it, and its trial: the candidate buys, production holds. */
async function decide(
  daysAgo: number,
  account = 'a1',
  form: 'bars' | 'no-bars' | 'item' | 'whole item' = 'bars',
): Promise<string> {
  made += 1;
  const isItem = form === 'item' || form === 'whole item';
  const id = isItem ? `d${made}.1` : `d${made}`;
  const barMs = todayMs - (daysAgo + 1) * dayMs;
  const columns = {
    id,
    writer: 'w',
    seq: made,
    account,
    keyId: 'k',
    symbol: 'DEMO',
    action: 'HOLD',
    decidedAtMs: barMs + dayMs,
  } as const;
  const series = [barMs - dayMs, barMs].map((tMs) => [tMs, 1, 1, 1, 1, 1]);
  const bars = form === 'no-bars' ? null : series;
  const record = sealRecord('r'.repeat(32), columns, { ...columns, input: { bars } });
  const row = { ...columns, id: `d${made}`, writer: `w${made}` };
  const keptIn = {
    item: () => itemInParts(row, bars),
    'whole item': () => wholeItemsRow('r'.repeat(32), row, [null, record]),
    bars: () => record,
    'no-bars': () => record,
  };
  const kept = keptIn[form]();
  const written = await commitDecisions({ client: database.client, chain: createChain() }, [kept]);
  if (!written.ok) throw new Error(written.error.detail);
  await createTrialLog(database).write({
    experiment: 'e1',
    trialEpoch: 2,
    symbol: 'DEMO',
    barMs,
    decisionId: id,
    decidedAtMs: columns.decidedAtMs,
    productionAction: 'HOLD',
    productionSize: 0,
    productionCode: 'BELOW_THRESHOLD',
    productionVersion: '0'.repeat(12),
    candidateAction: 'BUY',
    candidateSize: 1,
    candidateCode: null,
  });
  return id;
}

function setUp() {
  const experiment = experimentOf(shadowTerms);
  const demoted: string[] = [];
  const bucket = { remaining: 9, burst: 10, ratePerSecond: 1, retryAfterMs: 0 };
  const view = { sentAtMs: 0, expiresAtMs: 1, epoch: 1, tradingState: 'ACTIVE', registryEpoch: 0 } as const;
  const state = { permit: { kind: 'granted', view, bucket } as Permit, behind: [] as Promise<void>[] };
  const calendarOf = () => '24x7' as const;
  const evidenceOf = (of: Experiment) => loadEvidence(of, { database, calendarOf });
  const app = new Hono<Environment>();
  app.use('*', async (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    await next();
  });
  app.post(
    '/v1/outcomes',
    createReportOutcomesRoute({
      authenticator: {
        authenticate: async (_, scope) =>
          scope === 'decide' ? ok(plainPrincipal) : err({ code: 'SCOPE_MISSING' }),
      },
      control: { keysNews: () => 0, permit: async () => state.permit },
      registry: { current: () => catalogOf(constantModel(0.5)) },
      bodyLimits: { bodyBytesMax: 100_000, bodyDeadlineMs: 1_000, timers: time },
      barsMax: 100,
      clock: time,
      loadTrials: (wanted) => loadTrialsBetween(database, wanted),
      record: (reported, reporter) => recordOutcomes(reported, reporter, { database, calendarOf }),
      judgeRunning: createJudgeRunning({
        loadExperiments: async () => ok([experiment]),
        loadEvidence: evidenceOf,
        demote: async (_, reason) => void demoted.push(reason),
        report: (failure) => {
          throw failure;
        },
      }),
    }),
  );
  async function report(body: unknown) {
    const scope = { waitUntil: (work: Promise<void>) => void state.behind.push(work), clientAddress: '::1' };
    const response = await app.request(
      '/v1/outcomes',
      { method: 'POST', body: JSON.stringify(body) },
      { scope },
    );
    const answer = { status: response.status, body: await response.json() };
    await Promise.all(state.behind);
    return answer;
  }
  const evidence = async () => {
    const loaded = await evidenceOf(experiment);
    if (!loaded.ok) throw new Error(loaded.error);
    return loaded.value;
  };
  return { report, evidence, demoted, state };
}

const report1 = (decisionId: string, outcome: number) => ({
  horizonBars: 1,
  outcomes: [{ decisionId, outcome }],
});

describe('POST /v1/outcomes', () => {
  it('keeps the first report of a decision, and says of a second whether it is the same', async () => {
    const { report, evidence } = setUp();
    const id = await decide(5);
    expect(await report(report1(id, 0.01))).toEqual({
      status: 200,
      body: { recorded: [id], known: [], conflicting: [], unknown: [] },
    });
    expect((await report(report1(id, 0.01))).body).toMatchObject({ recorded: [], known: [id] });
    expect((await report(report1(id, 0.5))).body).toMatchObject({ recorded: [], conflicting: [id] });
    expect(await evidence()).toMatchObject([{ outcome: 0.01, candidate: { action: 'BUY' } }]);
  });

  it('takes no report on a decision of another account, or on one that is not there', async () => {
    const { report, evidence } = setUp();
    const other = await decide(5, 'a2');
    expect((await report(report1(other, 0.01))).body).toMatchObject({ recorded: [], unknown: [other] });
    expect((await report(report1('ghost', 0.01))).body).toMatchObject({ unknown: ['ghost'] });
    expect(await evidence()).toMatchObject([{ outcome: null }]);
  });

  it('takes a report on a decision without bars, which belongs to no bar', async () => {
    const { report } = setUp();
    const id = await decide(7, 'a1', 'no-bars');
    expect((await report(report1(id, 0.01))).body).toMatchObject({ recorded: [id] });
    const { rows } = await database.client.execute('SELECT bar_ms FROM outcomes');
    expect(rows[0]?.['bar_ms']).toBeNull();
  });

  it.each(['item', 'whole item'] as const)(
    'takes reports on items of a batch, by their own ids (%s)',
    async (form) => {
      const { report, evidence } = setUp();
      const id = await decide(8, 'a1', form);
      const [row = ''] = id.split('.');
      const { body } = await report({
        horizonBars: 1,
        outcomes: [id, row, `${row}.0`, `${row}.2`].map((decisionId) => ({ decisionId, outcome: 0.02 })),
      });
      expect(body).toEqual({
        recorded: [id],
        known: [],
        conflicting: [],
        unknown: [row, `${row}.0`, `${row}.2`],
      });
      expect(await evidence()).toMatchObject([{ outcome: 0.02 }]);
    },
  );

  it('gives an account one vote on a bar, however many of its decisions it reports, and takes the first voters', async () => {
    const { evidence } = setUp();
    await decide(5);
    const barMs = todayMs - 6 * dayMs;
    let reported = 0;
    const vote = (account: string, outcome: number) => {
      reported += 1;
      return database.client.execute({
        sql: `INSERT INTO outcomes VALUES (?, 1, ?, 'DEMO', ?, ?, ?, 'k')`,
        args: [`o${reported}`, account, barMs, outcome, reported],
      });
    };
    for (let count = 0; count < 9; count++) await vote('loud', 0.5);
    for (const account of ['b', 'c']) await vote(account, 0.01);
    expect(await evidence()).toMatchObject([{ outcome: 0.01 }]);
    await vote('b', 0.7);
    expect(await evidence()).toMatchObject([{ outcome: 0.01 }]);
    for (let count = 0; count < 40; count++) await vote(`late-${count}`, 0.9);
    expect(await evidence()).toMatchObject([{ outcome: 0.9 }]);
    const { rows } = await database.client.execute('SELECT 1 FROM outcomes');
    expect(rows).toHaveLength(52);
    const loaded = await loadBarOutcomes(database, {
      ...{ name: 'e1', trialEpoch: 2, symbols: ['DEMO'], horizonBars: 1 },
    });
    expect(loaded).toEqual({ ok: true, value: [{ symbol: 'DEMO', barMs, outcome: 0.9 }] });
    const elsewhere = { name: 'e1', trialEpoch: 3, symbols: ['DEMO'], horizonBars: 1 };
    expect(await loadBarOutcomes(database, elsewhere)).toEqual({ ok: true, value: [] });
  });

  it('counts an outcome only at the horizon of the experiment', async () => {
    const { report, evidence } = setUp();
    const id = await decide(9);
    await report({ ...report1(id, 0.04), horizonBars: 5 });
    expect(await evidence()).toMatchObject([{ outcome: null }]);
  });

  it('takes the outcomes of the account’s trials from the market’s bars', async () => {
    const { report, evidence } = setUp();
    const [first, second, open] = [await decide(6), await decide(5, 'a1', 'item'), await decide(2)];
    const other = await decide(4, 'a2');
    const bars = Array.from({ length: 6 }, (_, index) => {
      const open = 100 + index * index;
      return { t: todayMs - (8 - index) * dayMs, o: open, h: open + 1, l: open - 1, c: open, v: 1 };
    });
    const { body } = await report({ horizonBars: 1, symbol: 'DEMO', bars });
    expect(body).toMatchObject({ recorded: [first, second], conflicting: [], unknown: [] });
    expect([...body.recorded]).not.toContain(open);
    expect([...body.recorded]).not.toContain(other);
    expect((await evidence()).map(({ outcome }) => outcome)).toEqual([
      109 / 104 - 1,
      116 / 109 - 1,
      null,
      null,
    ]);
  });

  it('demotes behind the answer what has been shown to be worse', async () => {
    const { report, demoted } = setUp();
    const ids: string[] = [];
    for (let daysAgo = 60; daysAgo > 20; daysAgo -= 1) ids.push(await decide(daysAgo));
    const losses = ids.map((decisionId) => ({ decisionId, outcome: -0.015 }));
    expect((await report({ horizonBars: 1, outcomes: losses.slice(0, 4) })).status).toBe(200);
    expect(demoted).toEqual([]);
    await report({ horizonBars: 1, outcomes: losses.slice(4) });
    expect(demoted).toEqual(['the candidate is shown to be worse']);
  });

  it.each([
    ['neither of both', { horizonBars: 1 }],
    ['both', { ...report1('d', 0.1), symbol: 'DEMO', bars: [] }],
    ['bars of nothing', { horizonBars: 1, bars: [] }],
    [
      'a decision twice',
      { horizonBars: 1, outcomes: [...report1('d', 0.1).outcomes, ...report1('d', 0.2).outcomes] },
    ],
    ['a return that is none', report1('d', -2)],
    ['no horizon', { outcomes: report1('d', 0.1).outcomes }],
    ['a symbol that nothing serves', { horizonBars: 1, symbol: 'NONE', bars: [] }],
  ])('refuses %s', async (_, body) => {
    expect((await setUp().report(body)).status).toBe(422);
  });

  it('writes nothing without a permit', async () => {
    const { report, state, evidence } = setUp();
    const id = await decide(11);
    state.permit = { kind: 'unavailable', detail: 'late' };
    expect((await report(report1(id, 0.01))).status).toBe(503);
    state.permit = { kind: 'revoked' };
    expect((await report(report1(id, 0.01))).status).toBe(401);
    expect(await evidence()).toMatchObject([{ outcome: null }]);
  });
});
