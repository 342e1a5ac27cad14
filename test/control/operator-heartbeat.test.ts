import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOperatorHeartbeats } from '../../src/control/operator-heartbeat.ts';
import { redisKeys } from '../../src/control/redis-keys.ts';
import { createRedis } from '../../src/store/redis.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';
import { backendFetch } from './backend-fetch.ts';
import { active, createFleet, type Fleet, type Isolate } from './fleet.ts';
import { stateOf } from './state-of.ts';

const ask = { keyId: 'k', ratePerSecond: 1_000, burst: 1_000 };

/** A fleet whose operators may be silent for so long. */
async function switched(heartbeatMsMax: number) {
  const fleet = await createFleet({ heartbeatMsMax });
  const redis = createRedis({
    url: 'http://redis',
    token: 'token',
    fetch: backendFetch(fleet.redis),
    timers: { sleep: () => new Promise(() => undefined) },
    deadlineMs: 1_000,
  });
  const heartbeats = createOperatorHeartbeats({ redis, heartbeatMsMax });
  return { fleet, heartbeats, isolates: [fleet.isolate(), fleet.isolate()] as const };
}

async function stateAt({ time }: Fleet, isolate: Isolate): Promise<string> {
  // Past the life of any view it holds.
  await time.pass(2_000);
  const permit = await time.until(isolate.permit(ask));
  return permit.kind === 'granted' ? permit.view.tradingState : permit.kind;
}

describe("the dead man's switch over a fleet", () => {
  it('is off at 0: silence changes nothing', async () => {
    const { fleet, isolates } = await switched(0);
    expect(await stateAt(fleet, isolates[0])).toBe('ACTIVE');
    expect(isolates[0].control.status().operatorHeartbeat).toBe('off');
    await fleet.close();
  });

  it('reduces where nobody was ever heard, and lets go on every isolate once somebody is', async () => {
    const { fleet, heartbeats, isolates } = await switched(60_000);
    expect(await stateAt(fleet, isolates[0])).toBe('REDUCING');
    expect(isolates[0].control.status().operatorHeartbeat).toBe('silent');
    // What nobody said is never written.
    expect(isolates[0].control.highest()).toMatchObject({ tradingState: 'ACTIVE', epoch: 1 });
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 'silent' });
    expect(await stateAt(fleet, isolates[0])).toBe('ACTIVE');
    expect(await stateAt(fleet, isolates[1])).toBe('ACTIVE');
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 'heard' });
    await fleet.close();
  });

  it('reduces again, everywhere, when the time is over by the clock of Redis', async () => {
    const { fleet, heartbeats, isolates } = await switched(60_000);
    await heartbeats.beat();
    await fleet.time.pass(50_000);
    for (const isolate of isolates) expect(await stateAt(fleet, isolate)).toBe('ACTIVE');
    await fleet.time.pass(7_000);
    for (const isolate of isolates) expect(await stateAt(fleet, isolate)).toBe('REDUCING');
    await fleet.close();
  });

  it('lets go of nothing that a person held back', async () => {
    for (const tradingState of ['HALTED', 'REDUCING'] as const) {
      const { fleet, heartbeats, isolates } = await switched(60_000);
      Object.assign(fleet, { durable: { ok: true, value: stateOf({ epoch: 2, tradingState }) } });
      expect(await stateAt(fleet, isolates[0])).toBe(tradingState);
      await heartbeats.beat();
      expect(await stateAt(fleet, isolates[0])).toBe(tradingState);
      await fleet.close();
    }
  });

  it('takes a Redis that was wiped, and one whose clock was set back, for silence', async () => {
    const { fleet, heartbeats, isolates } = await switched(60_000);
    await heartbeats.beat();
    expect(await stateAt(fleet, isolates[0])).toBe('ACTIVE');
    fleet.redis.run(['FLUSHALL']);
    expect(await stateAt(fleet, isolates[0])).toBe('REDUCING');
    await heartbeats.beat();
    expect(await stateAt(fleet, isolates[0])).toBe('ACTIVE');
    const ahead = String((fleet.time.nowMs() + 50_000) * 1_000);
    fleet.redis.run(['HSET', redisKeys.control, 'heartbeatAt', ahead]);
    expect(await stateAt(fleet, isolates[0])).toBe('REDUCING');
    await fleet.close();
  });

  it('shows in a view that is held, once a sync has told', async () => {
    const { fleet, isolates } = await switched(60_000);
    const [isolate] = isolates;
    expect(await stateAt(fleet, isolate)).toBe('REDUCING');
    isolate.control.learn(active);
    expect(isolate.control.current()?.tradingState ?? 'REDUCING').toBe('REDUCING');
    await fleet.close();
  });
});

describe.each(redisBackends())('who tells of a silence, on $name', ({ open }) => {
  let store: TestRedis;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(async () => void (await store.run('FLUSHALL')));

  const heartbeatsOf = (heartbeatMsMax: number) =>
    createOperatorHeartbeats({ redis: store.redis, heartbeatMsMax });
  const lastHeardAt = (us: number) => store.run('HSET', redisKeys.control, 'heartbeatAt', String(us));

  it('is one for each silence, and another where the first one never said that it did', async () => {
    const { claimSilence, tellSilence, beat } = heartbeatsOf(60_000);
    const never = { heartbeatAtUs: 0 };
    expect(await claimSilence()).toEqual({ ok: true, value: never });
    expect(await claimSilence()).toEqual({ ok: true, value: undefined });
    await store.run('HSET', redisKeys.control, 'silenceClaimUntil', '5');
    expect(await claimSilence()).toEqual({ ok: true, value: never });
    await tellSilence(never);
    expect(await claimSilence()).toEqual({ ok: true, value: undefined });
    expect(await beat()).toEqual({ ok: true, value: 'silent' });
    expect(await claimSilence()).toEqual({ ok: true, value: undefined });
    await lastHeardAt(1_000_000);
    expect(await claimSilence()).toEqual({ ok: true, value: { heartbeatAtUs: 1_000_000 } });
  });

  it('is nobody where the switch is off', async () => {
    const { claimSilence, beat } = heartbeatsOf(0);
    expect(await claimSilence()).toEqual({ ok: true, value: undefined });
    expect(await beat()).toEqual({ ok: true, value: 'off' });
  });
});
