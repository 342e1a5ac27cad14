import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../../src/client/client.ts';
import { released } from '../../models/stored-registry.ts';
import { composeService } from '../composed-service.ts';

/** Says BUY of every row. */
const bull = released(2, { name: 'bull' });

let service: Awaited<ReturnType<typeof composeService>>;
let isolates: readonly Awaited<ReturnType<typeof service.isolate>>[];
let operator: Client;
let approver: Client;
let observer: Client;

beforeEach(async () => {
  service = await composeService({ bull: bull.files });
  isolates = [await service.isolate(), await service.isolate()];
  const [isolate] = isolates;
  if (!isolate) throw new Error('no isolate');
  operator = isolate.client(service.keys.operate);
  approver = isolate.client(service.keys.approve);
  observer = isolate.client(service.keys.observe);
});
afterEach(() => service.close());

const request = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 }, strategy: 'breakout' };

/** What each isolate says of a request. */
async function answers(asked: object = request): Promise<readonly string[]> {
  return Promise.all(
    isolates.map(async (isolate) => {
      const reply = await isolate.client(service.keys.decide).decide({ ...request, ...asked });
      if (reply.kind !== 'ok') return reply.kind;
      return reply.value.actionable ? reply.value.action : (reply.value.reasons[0]?.detail ?? '');
    }),
  );
}

/** Once a view of its own has told the other isolate as well. */
const untilAll = (said: string, asked: object = request) =>
  vi.waitFor(async () => expect(await answers(asked)).toEqual([said, said]), { timeout: 10_000 });

let nonces = 0;
const nonce = () => `nonce-of-a-resume-${++nonces}`;

describe('POST /v1/control/halt and resume with a target', () => {
  it.each(['account:local', 'strategy:breakout', 'model:bull', 'symbol:DEMO'])(
    'hold %s on every isolate, and let it go by its epoch',
    async (target) => {
      expect(await answers()).toEqual(['BUY', 'BUY']);
      expect(await operator.halt({ reason: 'a drill', target })).toMatchObject({
        value: { target, tradingState: 'HALTED', epoch: 2 },
      });
      await untilAll(`trading of ${target} is halted`);
      expect(await observer.control()).toMatchObject({
        value: {
          tradingState: 'ACTIVE',
          epoch: 2,
          targets: target.startsWith('strategy') ? [] : [{ target, tradingState: 'HALTED', epoch: 2 }],
        },
      });
      const said = { reason: 'it was a drill', nonce: nonce(), epoch: 2 };
      expect(await approver.resume(said)).toMatchObject({ problem: { code: 'ALREADY_ACTIVE' } });
      expect(await approver.resume({ ...said, target })).toMatchObject({
        value: { outcome: 'resumed', target, epoch: 3 },
      });
      await untilAll('BUY');
    },
  );

  it('leave what they do not name: another strategy goes on', async () => {
    await operator.halt({ reason: 'a drill', target: 'strategy:breakout' });
    await untilAll('trading of strategy:breakout is halted');
    expect(await answers({ strategy: 'mean reversion' })).toEqual(['BUY', 'BUY']);
    await operator.halt({ reason: 'a drill', target: 'strategy:mean%20reversion' });
    await untilAll('trading of strategy:mean%20reversion is halted', { strategy: 'mean reversion' });
    expect(await operator.control()).toMatchObject({
      value: { targets: [{ target: 'strategy:breakout' }, { target: 'strategy:mean%20reversion' }] },
    });
  });

  it.each([
    'SPX',
    'symbol:',
    'symbol:a b',
    'symbol',
    'venue:XNYS',
    'desk:a',
    `symbol:${'x'.repeat(129)}`,
    'global:x',
  ])('refuse the target %s', async (target) => {
    const problem = { code: 'INVALID_REQUEST', errors: [{ path: 'target' }] };
    expect(await operator.halt({ reason: 'x', target })).toMatchObject({ status: 422, problem });
    const said = { reason: 'x', nonce: nonce(), epoch: 1 };
    expect(await approver.resume({ ...said, target })).toMatchObject({ status: 422, problem });
  });

  it('keep a halt of the whole where a target is let go, and name both', async () => {
    await operator.halt({ reason: 'a drill', target: 'symbol:DEMO' });
    await operator.halt({ reason: 'a drill' });
    const reply = await isolates[0]?.client(service.keys.decide).decide(request);
    expect(reply).toMatchObject({
      value: {
        reasons: [
          { code: 'TRADING_HALTED', detail: 'trading is halted' },
          { code: 'TRADING_HALTED', detail: 'trading of symbol:DEMO is halted' },
        ],
      },
    });
    const said = { reason: 'it was a drill', nonce: nonce(), epoch: 3, target: 'symbol:DEMO' };
    expect(await approver.resume(said)).toMatchObject({ kind: 'ok' });
    expect(await observer.control()).toMatchObject({ value: { tradingState: 'HALTED', targets: [] } });
  });

  it('supersede an answer under its idempotency key', async () => {
    const [first] = isolates;
    const client = first?.client(service.keys.decide);
    const once = { idempotencyKey: 'once' };
    expect(await client?.decide(request, once)).toMatchObject({ value: { actionable: true } });
    expect(await client?.decide(request, once)).toMatchObject({ value: { actionable: true } });
    await operator.halt({ reason: 'a drill', target: 'symbol:DEMO' });
    expect(await client?.decide(request, once)).toMatchObject({ problem: { code: 'SUPERSEDED' } });
  });
});
