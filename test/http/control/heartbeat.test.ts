import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { released } from '../../models/stored-registry.ts';
import { composeService } from '../composed-service.ts';

/** Says BUY of every row. */
const bull = released(2, { name: 'bull' });
const request = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };
const settings = { OPERATOR_HEARTBEAT_MS_MAX: '2000' };
const patience = { timeout: 15_000, interval: 100 };

let service: Awaited<ReturnType<typeof composeService>>;
beforeEach(async () => {
  service = await composeService({ bull: bull.files });
});
afterEach(() => service.close());

const entries = async () => {
  const { rows } = await service.database.client.execute(
    "SELECT record FROM audit_entries WHERE verb IN ('reduce', 'heartbeat') ORDER BY ordinal",
  );
  return rows.map(({ record }) => JSON.parse(String(record)));
};

describe('POST /v1/control/heartbeat', () => {
  it('keeps entries going for as long as operators are heard, and their silence is told once', async () => {
    const [first, second] = [await service.isolate({ settings }), await service.isolate({ settings })];
    const operator = first.client(service.keys.operate);
    const said = (position?: number) =>
      second.client(service.keys.decide).decide(position === undefined ? request : { ...request, position });
    const reducing = { actionable: false, reasons: [{ code: 'TRADING_REDUCING' }] };

    expect(await said()).toMatchObject({ value: reducing });
    expect(await said(-1)).toMatchObject({ value: { actionable: true, effect: 'close' } });
    await first.service.scheduled('* * * * *');
    await second.service.scheduled('* * * * *');
    expect(await operator.control()).toMatchObject({
      value: {
        tradingState: 'REDUCING',
        stores: { redis: { tradingState: 'ACTIVE' } },
        operator: { heartbeat: 'silent', heartbeatMsMax: 2_000, heardAt: null },
      },
    });

    expect(await operator.heartbeat()).toMatchObject({
      value: { operatorHeartbeat: 'heard', heartbeatMsMax: 2_000 },
    });
    await vi.waitFor(
      async () => expect(await said()).toMatchObject({ value: { actionable: true } }),
      patience,
    );
    expect(await operator.control()).toMatchObject({
      value: { tradingState: 'ACTIVE', operator: { heartbeat: 'heard', heardAt: expect.any(String) } },
    });
    await vi.waitFor(async () => expect(await said()).toMatchObject({ value: reducing }), patience);
    await second.service.scheduled('* * * * *');
    await first.service.scheduled('* * * * *');

    await vi.waitFor(async () => {
      const told = await entries();
      expect(told.map(({ verb, target }) => `${verb} ${target}`).sort()).toEqual([
        'heartbeat global',
        'reduce global',
        'reduce global',
      ]);
      expect(told.find(({ verb }) => verb === 'heartbeat')).toMatchObject({
        actor: { keyId: 'local-operate' },
      });
      expect(told[0]).toMatchObject({
        actor: { kind: 'component', name: "dead man's switch" },
        before: { heardAtMs: null },
        after: { operatorHeartbeat: 'silent' },
      });
    }, patience);
    expect(JSON.parse(await (await second.ask('/readyz')).text()).parts.control).toMatchObject({
      tradingState: 'REDUCING',
      operatorHeartbeat: 'silent',
    });
  });

  it('resumes nothing that a person halted', async () => {
    const { client } = await service.isolate({ settings });
    await client(service.keys.operate).heartbeat();
    await client(service.keys.operate).halt({ reason: 'a drill' });
    expect(await client(service.keys.operate).heartbeat()).toMatchObject({ kind: 'ok' });
    expect(await client(service.keys.decide).decide(request)).toMatchObject({
      value: { reasons: [{ code: 'TRADING_HALTED' }] },
    });
    expect(await client(service.keys.operate).control()).toMatchObject({ value: { tradingState: 'HALTED' } });
  });

  it('is for those who operate, says when the switch is off, and that Redis did not take it', async () => {
    const { client } = await service.isolate();
    expect(await client(service.keys.decide).heartbeat()).toMatchObject({ status: 403 });
    expect(await client(service.keys.approve).heartbeat()).toMatchObject({
      value: { operatorHeartbeat: 'off', heartbeatMsMax: 0 },
    });
    const hanging = new Set<'redis'>();
    const cut = await service.isolate({ hanging });
    expect(await cut.client(service.keys.operate).heartbeat()).toMatchObject({ kind: 'ok' });
    hanging.add('redis');
    expect(await cut.client(service.keys.operate).heartbeat()).toMatchObject({ status: 503 });
  });
});
