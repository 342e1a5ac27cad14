import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { BreakerOperator, OperateOutcome } from '../../../src/control/breakers/breaker-operator.ts';
import { err, ok } from '../../../src/core/result.ts';
import { breakersSchema, operatedBreakerSchema } from '../../../src/http/breakers/breaker-schemas.ts';
import { createOperateBreakerRoute } from '../../../src/http/breakers/operate-breaker.ts';
import { createReadBreakersRoute } from '../../../src/http/breakers/read-breakers.ts';
import type { Environment } from '../../../src/http/context.ts';
import { Stages } from '../../../src/telemetry/stages.ts';
import { VirtualTime } from '../../virtual-time.ts';

const principal = {
  id: 'k',
  account: 'a',
  scopes: ['operate'],
  ratePerSecond: 1,
  burst: 1,
  person: 'k',
  isRetired: () => false,
} as const;
const shared = {
  decision: { state: 'open', generation: 7, waitMs: 1_500 },
  'decision-candidate': { state: 'closed', generation: 0 },
  'decision-light': { state: 'closed', generation: 0 },
  'decision-rules': { state: 'closed', generation: 0 },
  order: { state: 'tripped', generation: 9 },
  'market-data': { state: 'open', generation: 8, waitMs: 0 },
} as const;

function setUp(outcome: OperateOutcome = { kind: 'done', breaker: shared.order, isRecorded: true }) {
  const time = new VirtualTime();
  const asked: unknown[] = [];
  const state = { scope: 'operate', readable: true };
  const operate: BreakerOperator['trip'] = async (name, evidence) => {
    asked.push({ name, ...evidence });
    return outcome;
  };
  const operator: BreakerOperator = {
    read: async () => (state.readable ? ok(shared) : err('down')),
    trip: operate,
    reset: operate,
  };
  const options = {
    authenticator: {
      authenticate: async (_: unknown, scopes: unknown) =>
        [scopes].flat().includes(state.scope) ? ok(principal) : err({ code: 'SCOPE_MISSING' as const }),
    },
    control: { ensure: async () => ({ tradingState: 'ACTIVE' }) as never },
    operator,
    bodyLimits: { bodyBytesMax: 1_000, bodyDeadlineMs: 1_000, timers: time },
    clock: time,
    viewLifeMs: 1_000,
  };
  const app = new Hono<Environment>();
  app.use('*', async (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    await next();
  });
  app.get('/breakers', createReadBreakersRoute(options));
  app.post('/breakers/:name/trip', createOperateBreakerRoute({ ...options, verb: 'trip' }));
  app.post('/breakers/:name/reset', createOperateBreakerRoute({ ...options, verb: 'reset' }));
  const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
  const ask = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await app.request(path, init, { scope });
    return { status: response.status, body: await response.json() };
  };
  return { time, asked, state, ask };
}

describe('the routes of the breakers', () => {
  it('show what the fleet holds, half-open where an open one may be probed', async () => {
    const { status, body } = await setUp().ask('/breakers');
    expect(status).toBe(200);
    expect(breakersSchema.parse(body).breakers).toEqual([
      { name: 'decision', state: 'open', generation: 7, retryAfterMs: 1_500 },
      { name: 'decision-candidate', state: 'closed', generation: 0, retryAfterMs: null },
      { name: 'decision-light', state: 'closed', generation: 0, retryAfterMs: null },
      { name: 'decision-rules', state: 'closed', generation: 0, retryAfterMs: null },
      { name: 'order', state: 'tripped', generation: 9, retryAfterMs: null },
      { name: 'market-data', state: 'half-open', generation: 8, retryAfterMs: 0 },
    ]);
  });

  it('trip and reset with who asks and why, and say by when it is in force', async () => {
    const { time, asked, ask } = setUp();
    for (const verb of ['trip', 'reset']) {
      const { status, body } = await ask(`/breakers/order/${verb}`, { reason: 'fills look wrong' });
      expect(status).toBe(200);
      const answer = operatedBreakerSchema.parse(body);
      expect(answer).toMatchObject({ breaker: { name: 'order', state: 'tripped' }, entry: 'written' });
      expect(Date.parse(answer.effectiveBy)).toBe(time.nowMs() + 1_000);
    }
    const actor = { kind: 'key', keyId: 'k', account: 'a' };
    expect(asked).toEqual(Array(2).fill({ name: 'order', actor, reason: 'fills look wrong' }));
  });

  it.each<[string, unknown, number, string]>([
    ['/breakers/toaster/trip', { reason: 'x' }, 404, 'NOT_FOUND'],
    ['/breakers/order/trip', {}, 422, 'INVALID_REQUEST'],
    ['/breakers/order/trip', { reason: '' }, 422, 'INVALID_REQUEST'],
    ['/breakers/order/trip', { reason: '\ud800' }, 422, 'INVALID_REQUEST'],
    ['/breakers/order/reset', { reason: 'x', force: true }, 422, 'INVALID_REQUEST'],
  ])('refuse %s with %j', async (path, body, status, code) => {
    const { asked, ask } = setUp();
    expect(await ask(path, body)).toMatchObject({ status, body: { code } });
    expect(asked).toEqual([]);
  });

  it('are only for those who operate', async () => {
    const { state, asked, ask } = setUp();
    state.scope = 'decide';
    expect((await ask('/breakers')).status).toBe(403);
    expect((await ask('/breakers/order/trip', { reason: 'x' })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('say so when nothing is known of the outcome, and when a reset could not be recorded', async () => {
    const down = setUp({ kind: 'unavailable', detail: 'down' });
    down.state.readable = false;
    expect(await down.ask('/breakers')).toMatchObject({
      status: 503,
      body: { code: 'BREAKERS_UNAVAILABLE' },
    });
    expect(await down.ask('/breakers/order/trip', { reason: 'x' })).toMatchObject({
      status: 503,
      body: { code: 'BREAKERS_UNAVAILABLE' },
    });
    expect(
      await setUp({ kind: 'not-recorded', detail: 'down' }).ask('/breakers/order/reset', { reason: 'x' }),
    ).toMatchObject({ status: 503, body: { code: 'RECORD_UNAVAILABLE' } });
    expect(
      await setUp({ kind: 'done', breaker: shared.order, isRecorded: false }).ask('/breakers/order/trip', {
        reason: 'x',
      }),
    ).toMatchObject({ status: 200, body: { entry: 'pending' } });
  });
});
