import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { LogStatus } from '../../src/audit/decision-log.ts';
import type { OutboxAmount } from '../../src/control/outbox.ts';
import type { Load } from '../../src/control/overload/load-state.ts';
import type { ControlView } from '../../src/control/view.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Environment } from '../../src/http/context.ts';
import { createReadyzRoute, healthz } from '../../src/http/health.ts';
import { stateOf } from '../control/state-of.ts';
import { VirtualTime } from '../virtual-time.ts';
import { catalogOf, constantModel } from './served-model.ts';

const secretText = 'Failed query: select "epoch" from "control_epochs" params: 1';

function setUp() {
  const time = new VirtualTime();
  const asked = { control: 0, database: 0 };
  const reported: unknown[] = [];
  const state = {
    view: undefined as ControlView | undefined,
    controlFailure: null as string | null,
    database: ok(1) as Result<unknown, string>,
    databaseMs: 0,
    log: {
      pendingRecords: 3,
      pendingBytes: 4_000,
      refusedRecords: 0,
      behindMs: 12.4,
      lastFailure: null,
    } as LogStatus,
    hasRoom: true,
    outbox: { lastFailure: null as string | null },
    amount: ok({ waiting: 2, setAside: 0, bytes: 900 }) as Result<OutboxAmount, string>,
    seals: { seq: 7 as number | null, lastFailure: null as string | null },
    load: 'normal' as Load,
    draining: false,
  };
  const live = (): ControlView => ({
    sentAtMs: time.monotonicMs(),
    expiresAtMs: time.monotonicMs() + 500,
    ...stateOf({ epoch: 7, tradingState: 'ACTIVE' }),
  });
  const app = new Hono<Environment>();
  app.get('/healthz', healthz);
  app.get(
    '/readyz',
    createReadyzRoute({
      runtime: 'node',
      isShielded: false,
      registry: { current: () => catalogOf(constantModel(0.5)) },
      control: {
        current: () => (state.view && time.monotonicMs() < state.view.expiresAtMs ? state.view : undefined),
        async ensure() {
          asked.control += 1;
          state.view = state.controlFailure === null ? live() : undefined;
          return state.view;
        },
        status: () => ({
          ...{ health: 'up', lastFailure: state.controlFailure, deadlineMs: 250 },
          operatorHeartbeat: 'silent',
        }),
      },
      outbox: { status: () => state.outbox },
      outboxAmount: async () => state.amount,
      sealer: { status: () => state.seals },
      overload: { load: () => state.load, refusedRequests: () => 4 },
      breakers: { status: () => [{ name: 'decision', state: 'half-open' }] },
      log: { isFull: () => !state.hasRoom, status: () => state.log },
      async probeDatabase() {
        asked.database += 1;
        if (state.databaseMs > 0) await time.sleep(state.databaseMs);
        return state.database;
      },
      isDraining: () => state.draining,
      report: (failure) => void reported.push(failure),
      clock: time,
      timers: time,
    }),
  );
  const ask = async (path = '/readyz') => {
    const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
    const response = await app.request(path, {}, { scope });
    const text = await response.text();
    return { response, text, body: JSON.parse(text) };
  };
  return { time, asked, reported, state, ask };
}

describe('GET /readyz', () => {
  it('says of each part whether it is ready, and how far the log is behind', async () => {
    const { response, body } = await setUp().ask();
    expect(response.status).toBe(200);
    expect(body.parts).toMatchObject({
      service: { ready: true, state: 'serving' },
      control: {
        ...{ ready: true, state: 'live', epoch: 7, tradingState: 'ACTIVE' },
        operatorHeartbeat: 'silent',
      },
      database: { ready: true, state: 'answering' },
      breakers: { ready: true, states: { decision: 'half-open' } },
      load: { ready: true, state: 'normal', refusedRequests: 4 },
      log: { ready: true, state: 'writing', pendingRecords: 3, pendingBytes: 4_000, behindMs: 12 },
      outbox: { ready: true, state: 'writing', waiting: 2, setAside: 0 },
      seals: { ready: true, state: 'sealing', seq: 7 },
      models: { ready: true },
    });
  });

  it('tells what was set aside until somebody has cleared it, in isolates that set nothing aside as well', async () => {
    const { state, ask, reported, time } = setUp();
    state.amount = ok({ waiting: 0, setAside: 3, bytes: 900 });
    for (let call = 0; call < 3; call++) {
      const { response, body } = await ask();
      expect(response.status).toBe(200);
      expect(body.parts.outbox).toEqual({ ready: true, state: 'degraded', waiting: 0, setAside: 3 });
      await time.advance(2_000);
    }
    expect(reported).toEqual(['outbox: 3 records are set aside: npm run audit -- aside']);
    state.amount = ok({ waiting: 0, setAside: 0, bytes: 0 });
    expect((await ask()).body.parts.outbox).toMatchObject({ state: 'writing' });
    await time.advance(2_000);
    state.amount = err('down');
    expect((await ask()).body.parts.outbox).toEqual({
      ready: true,
      state: 'failing',
      waiting: null,
      setAside: null,
    });
  });

  it('is ready though the log cannot be sealed, and tells the operator why', async () => {
    const { state, ask, reported } = setUp();
    state.seals = { seq: 7, lastFailure: 'the log was cut' };
    const { response, body } = await ask();
    expect(response.status).toBe(200);
    expect(body.parts.seals).toEqual({ ready: true, state: 'failing', seq: 7 });
    expect(reported).toEqual(['seals: the log was cut']);
  });

  it('tells the operator what failed, once, and the public a plain word', async () => {
    const { state, ask, reported, time } = setUp();
    state.controlFailure = secretText;
    state.database = err(secretText);
    state.log = { ...state.log, lastFailure: secretText };
    for (let call = 0; call < 3; call++) {
      const { response, text, body } = await ask();
      expect(response.status).toBe(503);
      expect(text).not.toContain('select');
      expect(body.parts).toMatchObject({
        control: { ready: false, state: 'unavailable' },
        database: { ready: false, state: 'unavailable' },
        log: { ready: true, state: 'failing' },
      });
      await time.advance(2_000);
    }
    expect(reported).toEqual(['control', 'database', 'log'].map((part) => `${part}: ${secretText}`));
  });

  it('reports another failure, and the same one when it comes back, but not its other numbers', async () => {
    const { state, ask, reported, time } = setUp();
    const failures = ['no answer within 100 ms', 'no answer within 117 ms', 'refused', null, 'refused'];
    for (const failure of failures) {
      state.database = failure === null ? ok(1) : err(failure);
      await ask();
      await time.advance(2_000);
    }
    expect(reported).toEqual(['database: no answer within 100 ms', 'database: refused', 'database: refused']);
  });

  it('asks the stores once a second, however many ask', async () => {
    const { state, ask, asked, time } = setUp();
    state.controlFailure = 'down';
    state.database = err('down');
    for (let call = 0; call < 100; call++) await ask();
    expect(asked).toEqual({ control: 1, database: 1 });
    await time.advance(1_000);
    await ask();
    expect(asked).toEqual({ control: 2, database: 2 });
  });

  it('asks them once for all who come while it asks', async () => {
    const { state, ask, asked, time } = setUp();
    state.databaseMs = 3_000;
    const answers = Array.from({ length: 50 }, () => ask());
    await time.advance(4_000);
    expect((await Promise.all(answers)).every(({ response }) => response.status === 200)).toBe(true);
    expect(asked).toEqual({ control: 1, database: 1 });
  });

  it('lets another request ask when the one that asked was cut off', async () => {
    const { state, ask, asked, time } = setUp();
    state.databaseMs = Number.MAX_SAFE_INTEGER;
    void ask();
    await time.advance(9_000);
    state.databaseMs = 0;
    const answer = ask();
    await time.advance(2_000);
    expect((await answer).response.status).toBe(200);
    expect(asked.database).toBe(2);
  });

  it('is not ready while it drains, or when the log is full', async () => {
    const { state, ask } = setUp();
    state.draining = true;
    expect((await ask()).body.parts.service).toEqual({ ready: false, state: 'draining' });
    state.draining = false;
    state.hasRoom = false;
    const { response, body } = await ask();
    expect(response.status).toBe(503);
    expect(body.parts.log).toMatchObject({ ready: false, state: 'full' });
  });
});

describe.each(['/healthz', '/readyz'])('GET %s', (path) => {
  it('is stored nowhere', async () => {
    expect((await setUp().ask(path)).response.headers.get('cache-control')).toBe('no-store');
  });
});
