import { expect, it } from 'vitest';
import { sharedAlarms } from '../../functions/shared-alarms.ts';
import { VirtualTime } from '../virtual-time.ts';

/** `cutOff`: timers that are set from then on never ring, as of a request that was ended. */
function setUp() {
  const time = new VirtualTime();
  const timers: number[] = [];
  const kept: Promise<void>[] = [];
  let isCutOff = false;
  const own = {
    setAlarm(durationMs: number, ring: () => void) {
      timers.push(durationMs);
      const cut = isCutOff;
      return time.setAlarm(durationMs, () => cut || ring());
    },
  };
  const alarms = sharedAlarms({ own, clock: time, waitUntil: (work) => void kept.push(work) });
  return {
    time,
    timers,
    kept,
    alarms,
    cutOff: (cut: boolean) => {
      isCutOff = cut;
    },
  };
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

it('leaves an alarm that would outlive the work behind an answer a timer of its own', async () => {
  const { timers, alarms } = setUp();
  alarms.setAlarm(30_000, () => undefined);
  expect(timers).toEqual([30_000]);
});

it('keeps the request that watches alive for as long as somebody waits, and never for 30 s', async () => {
  const { time, alarms, kept } = setUp();
  const endsMs: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    alarms.setAlarm(20_000, () => undefined);
    const work = kept[endsMs.length];
    const setAtMs = time.monotonicMs();
    if (work) {
      const index = endsMs.push(Infinity) - 1;
      void work.then(() => {
        endsMs[index] = time.monotonicMs() - setAtMs;
      });
    }
    await time.advance(1_000);
  }
  await time.advance(30_000);
  expect(endsMs.length).toBeGreaterThan(5);
  for (const endMs of endsMs) expect(endMs).toBeLessThan(30_000);
});

it('has the next alarm take over those whose request was cut off', async () => {
  const { time, alarms, cutOff } = setUp();
  const rung: string[] = [];
  cutOff(true);
  alarms.setAlarm(1_000, () => rung.push('first'));
  alarms.setAlarm(1_000, () => rung.push('called off'))();
  await time.advance(1_500);
  expect(rung).toEqual([]);
  cutOff(false);
  const stop = alarms.setAlarm(1_000, () => rung.push('second'));
  await time.advance(200);
  expect(rung).toEqual(['first']);
  stop();
  await time.advance(5_000);
  expect(rung).toEqual(['first']);
});
