import { describe, expect, it } from 'vitest';
import { sleeplessClock } from '../../functions/sleepless-clock.ts';
import { clock, timers } from '../../functions/web-platform.ts';
import { composeService } from '../http/composed-service.ts';
import { released } from '../models/stored-registry.ts';

describe('a clock that goes on while its machine sleeps', () => {
  const own = { wallMs: 1_700_000_000_000, monotonicMs: 50 };
  const sleepless = sleeplessClock({ nowMs: () => own.wallMs, monotonicMs: () => own.monotonicMs });
  const pass = (wallMs: number, monotonicMs: number) => {
    const fromMs = sleepless.monotonicMs();
    own.wallMs += wallMs;
    own.monotonicMs += monotonicMs;
    return sleepless.monotonicMs() - fromMs;
  };

  it.each([
    ['time passes', 700, 700, 700],
    ['the machine slept', 3_600_000, 20, 3_600_000],
    ['the wall clock is set right a little', 220, 20, 20],
    ['the wall clock is set back', -60_000, 20, 20],
    ['the wall clock is set ahead again', 60_000, 20, 60_000],
  ])('goes on where %s', (_, wallMs, monotonicMs, expectedMs) => {
    expect(pass(wallMs, monotonicMs)).toBeCloseTo(expectedMs, 6);
    expect(sleepless.nowMs()).toBe(own.wallMs);
  });
});

describe('an isolate whose machine slept through a halt', () => {
  it('acts on no permission of before', async () => {
    const service = await composeService({ bull: released(3, { name: 'bull' }).files });
    const asleep = { ms: 0 };
    // The kernel's monotonic clock knows nothing of the hour; a view of before would still be live.
    const own = { nowMs: () => clock.nowMs() + asleep.ms, monotonicMs: clock.monotonicMs };
    const slept = await service.isolate({ time: { ...timers, ...sleeplessClock(own) } });
    const request = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };
    const bot = slept.client(service.keys.decide);
    await bot.decide(request);
    expect(await bot.decide(request)).toMatchObject({ value: { action: 'BUY', actionable: true } });
    const restricted = await (await service.isolate()).client(service.keys.operate).halt({ reason: 'drill' });
    expect(restricted).toMatchObject({ kind: 'ok' });
    asleep.ms = 3_600_000;
    expect(await bot.decide(request)).toMatchObject({ value: { action: 'HOLD', actionable: false } });
    await service.close();
  });
});
