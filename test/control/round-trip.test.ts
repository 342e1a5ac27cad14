import { describe, expect, it } from 'vitest';
import { createRoundTrip } from '../../src/control/round-trip.ts';

const observing = (...tookMs: number[]): number => {
  const roundTrip = createRoundTrip({ deadlineMsMin: 50, deadlineMsMax: 250 });
  for (const each of tookMs) roundTrip.observe(each);
  return roundTrip.deadlineMs();
};

describe('the deadline of a round trip', () => {
  it('is generous until one was measured', () => expect(observing()).toBe(500));
  it('is three times the first one measured', () => expect(observing(40)).toBe(120));
  it('closes in on a steady round trip', () => expect(observing(...Array(50).fill(60))).toBe(61));
  it('widens with the scatter', () => expect(observing(...Array(20).fill(60), 100)).toBeGreaterThan(100));
  it('stays within its bounds', () => {
    expect(observing(1, 1, 1, 1)).toBe(50);
    expect(observing(5_000)).toBe(250);
  });
});
