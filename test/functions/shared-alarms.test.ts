import { expect, it } from 'vitest';
import { sharedAlarms } from '../../functions/shared-alarms.ts';
import { VirtualTime } from '../virtual-time.ts';

function setUp() {
  const time = new VirtualTime();
  const timers: number[] = [];
  const own = {
    setAlarm(durationMs: number, ring: () => void) {
      timers.push(durationMs);
      return time.setAlarm(durationMs, ring);
    },
  };
  return { time, timers, alarms: sharedAlarms(own, time) };
}

it('rings each alarm once, never early and at most a tenth of a second late', async () => {
  const { time, alarms } = setUp();
  const startMs = time.monotonicMs();
  const rungAfterMs: number[] = [];
  for (const durationMs of [5_000, 1_000, 2_345]) {
    alarms.setAlarm(durationMs, () => rungAfterMs.push(time.monotonicMs() - startMs - durationMs));
    await time.advance(37);
  }
  await time.advance(10_000);
  expect(rungAfterMs).toHaveLength(3);
  for (const [index, setAfterMs] of [37, 74, 0].entries()) {
    const lateMs = (rungAfterMs[index] ?? Number.NaN) - setAfterMs;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(100);
  }
});

it('does not ring what was called off, and stops its timer when nothing waits', async () => {
  const { time, timers, alarms } = setUp();
  let rung = 0;
  const ring = () => {
    rung += 1;
  };
  for (let body = 0; body < 100; body += 1) alarms.setAlarm(10_000, ring)();
  expect(timers).toEqual([100]);
  await time.advance(60_000);
  expect(timers).toEqual([100]);
  alarms.setAlarm(1_000, ring);
  await time.advance(60_000);
  expect(rung).toBe(1);
});

it('leaves a short alarm a timer of its own', async () => {
  const { time, timers, alarms } = setUp();
  let rung = false;
  alarms.setAlarm(10, () => {
    rung = true;
  });
  await time.advance(10);
  expect(rung).toBe(true);
  expect(timers).toEqual([10]);
});
