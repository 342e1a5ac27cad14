import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditTrail } from '../../src/audit/audit-trail.ts';
import { createChain } from '../../src/audit/chain.ts';
import { createWriter } from '../../src/audit/writer.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok } from '../../src/core/result.ts';
import { createDemote } from '../../src/experiments/demote.ts';
import { loadExperiments } from '../../src/experiments/load-experiments.ts';
import { setExperiment } from '../../src/experiments/set-experiment.ts';
import { createTrialLog } from '../../src/experiments/trial-log.ts';
import type { Authenticator } from '../../src/http/auth.ts';
import type { Environment } from '../../src/http/context.ts';
import { createPutExperimentRoute } from '../../src/http/experiments/put-experiment.ts';
import { createReadExperimentRoute } from '../../src/http/experiments/read-experiment.ts';
import type { Database } from '../../src/store/database.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { catalogOf, constantModel } from '../http/served-model.ts';
import { VirtualTime } from '../virtual-time.ts';
import { abTerms, shadowTerms } from './experiment-of.ts';
import { plainPrincipal } from './plain-principal.ts';

const time = new VirtualTime();
let opened: DatabaseInTest;
let database: Database;
let drawn = 0;

beforeAll(async () => {
  opened = await openDatabaseInTest();
  ({ database } = opened);
});
afterAll(() => opened.close());
beforeEach(async () => {
  await database.client.executeMultiple('DELETE FROM experiments; DELETE FROM trials');
});

function setUp() {
  const models = [
    constantModel(0.7, { name: 'production' }),
    constantModel(0.2, { name: 'candidate' }),
    constantModel(0.2, { name: 'elsewhere', symbols: ['OTHER'] }),
    constantModel(0.2, { name: 'other-calendar', calendar: 'XNYS' }),
  ];
  const state = { scope: 'approve', hasView: true };
  const authenticator: Authenticator = {
    authenticate: async (_, scopes) =>
      [scopes].flat().some((scope) => scope === state.scope)
        ? ok(plainPrincipal)
        : err({ code: 'SCOPE_MISSING' }),
  };
  const view = {
    sentAtMs: 0,
    expiresAtMs: 1,
    epoch: 1,
    tradingState: 'ACTIVE',
    stateEpoch: 1,
    targets: [],
    registryEpoch: 0,
  } as const;
  const control = { ensure: async () => (state.hasView ? view : undefined) };
  const ids = createIdSource({
    clock: time,
    random: { bytes: (length) => new Uint8Array(length).fill(++drawn) },
  });
  const trail = createAuditTrail({
    client: database.client,
    writer: createWriter(ids),
    chain: createChain(),
    ids,
    clock: time,
    receiptSecret: 'r'.repeat(32),
  });
  const writer = { database, trail, clock: time };
  const app = new Hono<Environment>();
  app.use('*', async (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    await next();
  });
  app.get(
    '/v1/experiments/:name',
    createReadExperimentRoute({
      authenticator,
      control,
      loadExperiments: (name) => loadExperiments(database, name),
      loadEvidence: async () => ok([]),
    }),
  );
  app.put(
    '/v1/experiments/:name',
    createPutExperimentRoute({
      ...writer,
      authenticator,
      control,
      registry: { current: () => catalogOf(...models) },
      bodyLimits: { bodyBytesMax: 10_000, bodyDeadlineMs: 1_000, timers: time },
      loadExperiments: () => loadExperiments(database),
    }),
  );
  async function call(method: 'GET' | 'PUT', name: string, body?: unknown) {
    const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
    state.scope = method === 'GET' ? 'observe' : 'approve';
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await app.request(`/v1/experiments/${name}`, init, { scope });
    return { status: response.status, body: await response.json() };
  }
  const entries = async () => {
    const { rows } = await database.client.execute(
      "SELECT verb, target, key_id, record FROM audit_entries WHERE verb = 'set-experiment' ORDER BY rowid",
    );
    return rows.map((row) => ({ ...row, record: JSON.parse(String(row['record'])) }));
  };
  return { call, entries, writer, state };
}

const candidate = (name: string) => ({ name, version: '0'.repeat(12) });
const running = { terms: abTerms(0.2), state: 'running', reason: 'a first look' };

describe('experiments', () => {
  it('are made by an approver, read by an observer, and leave an audit entry with what they were and are', async () => {
    const { call, entries } = setUp();
    const before = (await entries()).length;
    const made = await call('PUT', 'wide-trees', running);
    expect(made).toMatchObject({
      status: 200,
      body: { name: 'wide-trees', epoch: 1, trialEpoch: 1, state: 'running', changedBy: 'k1' },
    });
    const { results, ...read } = (await call('GET', 'wide-trees')).body;
    expect(read).toEqual(made.body);
    expect(results).toMatchObject({ trials: 0, decision: 'continue', evidence: { needed: 20 } });
    await call('PUT', 'wide-trees', { ...running, state: 'stopped', reason: 'enough' });
    const [first, second] = (await entries()).slice(before);
    expect(first?.record).toMatchObject({
      target: 'experiment:wide-trees',
      reason: 'a first look',
      before: null,
      after: { epoch: 1, state: 'running', terms: abTerms(0.2) },
      actor: { kind: 'key', keyId: 'k1' },
      clientAddress: '192.0.2.1',
    });
    expect(second?.record).toMatchObject({ before: { epoch: 1 }, after: { epoch: 2, state: 'stopped' } });
  });

  it('begin anew under other terms and after a stop, and go on where only the reason is another', async () => {
    const { call } = setUp();
    const epochs = async (change: object) => {
      const { body } = await call('PUT', 'e', { ...running, ...change });
      return [body.epoch, body.trialEpoch];
    };
    expect(await epochs({})).toEqual([1, 1]);
    expect(await epochs({ reason: 'still looking' })).toEqual([2, 1]);
    expect(await epochs({ terms: abTerms(0.3) })).toEqual([3, 3]);
    expect(await epochs({ terms: abTerms(0.3), state: 'stopped' })).toEqual([4, 3]);
    expect(await epochs({ terms: abTerms(0.3) })).toEqual([5, 5]);
  });

  it('of two changes at once only one is written, and only that one has an entry', async () => {
    const { call, entries, writer } = setUp();
    await call('PUT', 'e', running);
    const loaded = await loadExperiments(database, 'e');
    if (!loaded.ok) throw new Error(loaded.error);
    const [current] = loaded.value;
    const count = (await entries()).length;
    const change = {
      name: 'e',
      terms: shadowTerms,
      state: 'running',
      reason: 'r',
      actor: { kind: 'key', keyId: 'k', account: 'a' },
      clientAddress: null,
    } as const;
    const written = [
      await setExperiment(writer, current, change),
      await setExperiment(writer, current, { ...change, state: 'stopped' }),
    ];
    expect(written).toMatchObject([{ ok: true }, { ok: false, error: 'changed' }]);
    expect((await entries()).length).toBe(count + 1);
    expect((await call('GET', 'e')).body.state).toBe('running');
  });

  it('are demoted by the service in its own name, once', async () => {
    const { call, entries, writer } = setUp();
    await call('PUT', 'e', running);
    const loaded = await loadExperiments(database, 'e');
    const [current] = loaded.ok ? loaded.value : [];
    if (!current) throw new Error('no experiment');
    const reported: unknown[] = [];
    const demote = createDemote({ ...writer, report: (failure) => void reported.push(failure) });
    const count = (await entries()).length;
    await Promise.all([demote(current, 'it failed'), demote(current, 'it failed')]);
    expect((await call('GET', 'e')).body).toMatchObject({ epoch: 2, trialEpoch: 1, state: 'demoted' });
    const added = (await entries()).slice(count);
    expect(added).toHaveLength(1);
    expect(added[0]?.record.actor).toEqual({ kind: 'component', name: 'experiments' });
    expect(reported).toEqual([]);
  });

  it.each([
    ['a model that is not served', { candidate: candidate('ghost') }, 'no model of that name and version'],
    ['the model in production', { candidate: candidate('production') }, 'serves DEMO in production'],
    ['a model that does not serve the symbol', { candidate: candidate('elsewhere') }, 'does not serve DEMO'],
    ['a model of another calendar', { candidate: candidate('other-calendar') }, 'follows the calendar XNYS'],
    [
      'another version',
      { candidate: { name: 'candidate', version: '1'.repeat(12) } },
      'no model of that name',
    ],
    ['a symbol that nothing serves', { symbols: ['NONE'] }, 'no model serves it'],
    ['terms that are none', { share: 2 }, 'expected number to be <=0.9'],
    ['a field of another kind', { sizeMax: 0.1 }, 'UNKNOWN_FIELD'],
  ])('are refused for %s', async (_, change, message) => {
    const { call } = setUp();
    const { status, body } = await call('PUT', 'e', { ...running, terms: { ...abTerms(0.2), ...change } });
    expect(status).toBe(422);
    expect(body.code).toBe('INVALID_REQUEST');
    expect(JSON.stringify(body.errors)).toContain(message);
    expect((await call('GET', 'e')).status).toBe(404);
  });

  it('are refused where another one runs on the symbol, which can be stopped', async () => {
    const { call } = setUp();
    await call('PUT', 'first', running);
    const refused = await call('PUT', 'second', running);
    expect(refused).toMatchObject({ status: 422 });
    expect(JSON.stringify(refused.body)).toContain('the experiment first runs on it');
    await call('PUT', 'first', { ...running, state: 'stopped' });
    expect((await call('PUT', 'second', running)).status).toBe(200);
  });

  it('are nobody else’s to change, and nobody’s while it is not known whether the key is good', async () => {
    const { call, state } = setUp();
    expect((await call('PUT', 'Not_A_Name', running)).status).toBe(422);
    state.hasView = false;
    expect((await call('PUT', 'e', running)).status).toBe(503);
    expect((await call('GET', 'e')).status).toBe(503);
  });

  it('keep the first trial of a bar, whichever isolate wrote it', async () => {
    const trial = {
      experiment: 'e',
      trialEpoch: 1,
      symbol: 'DEMO',
      barMs: 86_400_000,
      decisionId: 'd1',
      decidedAtMs: 1,
      productionAction: 'BUY',
      productionSize: 0.5,
      productionCode: null,
      productionVersion: '0'.repeat(12),
      candidateAction: 'HOLD',
      candidateSize: 0,
      candidateCode: 'BELOW_THRESHOLD',
    } as const;
    const [one, other] = [createTrialLog(database), createTrialLog(database)];
    expect(one.has(trial)).toBe(false);
    await one.write(trial);
    await other.write({ ...trial, decisionId: 'd2' });
    expect(one.has(trial)).toBe(true);
    const { rows } = await database.client.execute('SELECT decision_id FROM trials');
    expect(rows.map((row) => row['decision_id'])).toEqual(['d1']);
  });
});
