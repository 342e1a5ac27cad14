import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInFlight } from '../../../src/control/overload/in-flight.ts';

const lifeMs = 20_000;

describe('what is in flight', () => {
  it('is what entered and has not left, whenever that was within a life', () => {
    const step = fc.record({ passMs: fc.nat(300), enters: fc.boolean(), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (list) => {
        const flight = createInFlight(lifeMs);
        const open: number[] = [];
        let nowMs = 0;
        for (const { passMs, enters, pick } of list) {
          nowMs += passMs;
          if (enters) open.push(flight.enter(nowMs));
          else if (open.length > 0) flight.leave(open.splice(pick % open.length, 1)[0] ?? Number.NaN);
          expect(flight.count(nowMs)).toBe(open.length);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('forgets what was cut off and never left, and is not confused by one that leaves after that', () => {
    const flight = createInFlight(lifeMs);
    const cutOff = flight.enter(0);
    flight.enter(0);
    expect(flight.count(lifeMs)).toBe(2);
    expect(flight.count(lifeMs * 1.1)).toBe(0);
    const entered = flight.enter(lifeMs * 1.1);
    flight.leave(cutOff);
    expect(flight.count(lifeMs * 1.1)).toBe(1);
    flight.leave(entered);
    expect(flight.count(lifeMs * 50)).toBe(0);
  });
});
