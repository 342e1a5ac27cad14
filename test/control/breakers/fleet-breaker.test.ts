import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../../../src/control/breakers/breaker.ts';
import { breakerSettings } from '../../../src/control/breakers/breaker-settings.ts';
import type { PermitAsk } from '../../../src/control/view.ts';
import { calm, createFleet, type Fleet, type Isolate, type Weather } from '../fleet.ts';

const { probes, probeLeaseMs, openMs, openMsMax } = breakerSettings.decision;
const key: PermitAsk = { keyId: 'key', ratePerSecond: 1_000, burst: 1_000 };

interface Calls {
  /** Probes begun and neither ended nor past their lease: until when each lives. */
  readonly liveUntilMs: Set<number>;
  mostAtOnce: number;
  readonly admitted: Record<Admission['kind'], number>;
}

const newCalls = (): Calls => ({
  liveUntilMs: new Set(),
  mostAtOnce: 0,
  admitted: { closed: 0, probe: 0, refused: 0 },
});

/** One decision at an isolate: a permission, then the model under its breaker, which takes `tookMs`. */
async function decide(
  fleet: Fleet,
  isolate: Isolate,
  calls: Calls,
  call: { readonly failed: boolean; readonly tookMs: number },
): Promise<Admission['kind'] | 'no permission'> {
  const permit = await isolate.permit(key);
  if (permit.kind !== 'granted') return 'no permission';
  const breaker = isolate.breakers.of('decision');
  const admission = breaker.admit(fleet.time.monotonicMs());
  calls.admitted[admission.kind] += 1;
  if (admission.kind === 'refused') return admission.kind;
  const endsAtMs = fleet.time.monotonicMs() + call.tookMs;
  if (admission.kind === 'probe') {
    for (const untilMs of calls.liveUntilMs) {
      if (untilMs <= fleet.time.monotonicMs()) calls.liveUntilMs.delete(untilMs);
    }
    calls.liveUntilMs.add(endsAtMs);
    calls.mostAtOnce = Math.max(calls.mostAtOnce, calls.liveUntilMs.size);
  }
  await fleet.time.sleep(call.tookMs);
  calls.liveUntilMs.delete(endsAtMs);
  const { failed } = call;
  breaker.settle(admission, { failed, tookMs: failed ? call.tookMs : 1 }, fleet.time.monotonicMs());
  return admission.kind;
}

const good = { failed: false, tookMs: 1 };
const failing = { failed: true, tookMs: 1 };

async function each(
  isolates: readonly Isolate[],
  run: (isolate: Isolate) => Promise<unknown>,
): Promise<void> {
  for (const isolate of isolates) await run(isolate);
}

async function openBy(fleet: Fleet, isolate: Isolate, calls: Calls): Promise<void> {
  for (let call = 0; call < 3; call++) await fleet.time.until(decide(fleet, isolate, calls, failing));
}

const stateOf = (isolate: Isolate) =>
  isolate.breakers.status().find(({ name }) => name === 'decision')?.state;

describe('a breaker across a fleet', () => {
  it('that one isolate opens is open in all of them with their next sync, and closes in all', async () => {
    const fleet = await createFleet();
    const isolates = Array.from({ length: 3 }, () => fleet.isolate());
    const calls = newCalls();
    const ask = (isolate: Isolate) => fleet.time.until(decide(fleet, isolate, calls, good));
    await each(isolates, ask);
    await openBy(fleet, isolates[0] as Isolate, calls);
    await fleet.time.pass(600);
    // The first request tells, the second is after the sync that was behind the first.
    for (let turn = 0; turn < 2; turn++) {
      await each(isolates, ask);
      await fleet.time.pass(600);
    }
    expect(isolates.map(stateOf)).toEqual(['open', 'open', 'open']);
    await fleet.time.pass(openMs);
    for (let turn = 0; turn < 8; turn++) {
      await each(isolates, ask);
      await fleet.time.pass(600);
    }
    expect(isolates.map(stateOf)).toEqual(['closed', 'closed', 'closed']);
    expect(calls.admitted.probe).toBe(probes);
    await fleet.close();
  });

  it('stays open for twice as long after a probe that failed', async () => {
    const fleet = await createFleet();
    const isolate = fleet.isolate();
    const calls = newCalls();
    await openBy(fleet, isolate, calls);
    const askFor = async (ms: number, call: typeof good) => {
      for (let waitedMs = 0; waitedMs < ms; waitedMs += 500) {
        await fleet.time.until(decide(fleet, isolate, calls, call));
        await fleet.time.pass(500);
      }
    };
    await askFor(openMs + 3_000, failing);
    expect(calls.admitted.probe).toBe(1);
    await askFor(openMs, good);
    expect(calls.admitted.probe).toBe(1);
    await askFor(openMs + 3_000, good);
    expect(stateOf(isolate)).toBe('closed');
    await fleet.close();
  });

  it('that was tripped is tripped again in a Redis that was wiped', async () => {
    const fleet = await createFleet();
    const [knows, asks] = [fleet.isolate(), fleet.isolate()];
    const calls = newCalls();
    const ask = (isolate: Isolate) => fleet.time.until(decide(fleet, isolate, calls, good));
    await each([knows, asks], ask);
    fleet.redis.run(['HSET', 'ultrathink:breakers', 'decision', 'tripped 1900000000000000 0 0 0 ']);
    fleet.redis.run(['HSET', 'ultrathink:control', 'breakers', '1900000000000001']);
    await fleet.time.pass(1_100);
    await ask(knows);
    expect(stateOf(knows)).toBe('tripped');
    fleet.redis.run(['FLUSHALL']);
    for (let turn = 0; turn < 4; turn++) {
      await fleet.time.pass(600);
      await each([knows, asks], ask);
    }
    expect([stateOf(knows), stateOf(asks)]).toEqual(['tripped', 'tripped']);
    await fleet.close();
  });

  it('never has more live probes than it needs, and closes within its bound once all is well, whatever the network did', async () => {
    const weather: fc.Arbitrary<Weather> = fc.record(
      {
        thereMs: fc.nat({ max: 150 }),
        backMs: fc.nat({ max: 150 }),
        lost: fc.constantFrom('request' as const, 'reply' as const),
        againMs: fc.nat({ max: 1_500 }),
      },
      { requiredKeys: ['thereMs', 'backMs'] },
    );
    const deed = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          by: fc.nat({ max: 3 }),
          failed: fc.boolean(),
          tookMs: fc.nat({ max: 7_000 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ passMs: fc.oneof(fc.nat({ max: 700 }), fc.nat({ max: 40_000 })) }),
      },
      { weight: 1, arbitrary: fc.record({ cut: fc.nat({ max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ weather: fc.array(weather, { minLength: 1, maxLength: 5 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 60 }), async (deeds) => {
        const fleet = await createFleet();
        const isolates = Array.from({ length: 4 }, () => fleet.isolate());
        const calls = newCalls();
        const askFor = async (seconds: number) => {
          for (let second = 0; second < seconds; second++) {
            for (const isolate of isolates) void decide(fleet, isolate, calls, good);
            await fleet.time.pass(1_000);
          }
        };
        try {
          for (const done of deeds) {
            if ('by' in done) {
              void decide(fleet, isolates[done.by] as Isolate, calls, done);
              await fleet.time.pass(1);
            } else if ('passMs' in done) await fleet.time.pass(done.passMs);
            else if ('cut' in done) isolates[done.cut]?.cutOff();
            else {
              let sent = 0;
              fleet.setWeather(() => done.weather[sent++ % done.weather.length] as Weather);
            }
            expect(calls.mostAtOnce).toBeLessThanOrEqual(probes);
          }
          fleet.setWeather(() => calm);
          // Long enough for every call under way to end, and to be told.
          await askFor(9);
          await fleet.time.pass(openMsMax + probeLeaseMs);
          await askFor(12);
          expect(isolates.map(stateOf)).toEqual(isolates.map(() => 'closed'));
          expect(calls.mostAtOnce).toBeLessThanOrEqual(probes);
        } finally {
          await fleet.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
