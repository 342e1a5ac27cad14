import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTradingState, mergeControlStates } from '../../src/control/control-state.ts';
import type { ControlState } from '../../src/control/view.ts';

const state: fc.Arbitrary<ControlState> = fc.record({
  epoch: fc.nat({ max: 4 }),
  tradingState: fc.constantFrom('ACTIVE' as const, 'REDUCING' as const, 'HALTED' as const),
  registryEpoch: fc.nat({ max: 4 }),
});

describe('merging what is known of the control state', () => {
  it('does not depend on order, grouping or repetition', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        const ab = mergeControlStates(a, b);
        expect(ab).toEqual(mergeControlStates(b, a));
        expect(mergeControlStates(ab, c)).toEqual(mergeControlStates(a, mergeControlStates(b, c)));
        expect(mergeControlStates(ab, b)).toEqual(ab);
      }),
    );
  });

  it('never lowers an epoch, and never lifts a restriction within one', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const merged = mergeControlStates(a, b);
        expect(merged.epoch).toBe(Math.max(a.epoch, b.epoch));
        expect(merged.registryEpoch).toBe(Math.max(a.registryEpoch, b.registryEpoch));
        if (a.epoch === b.epoch && a.tradingState === 'HALTED') expect(merged.tradingState).toBe('HALTED');
      }),
    );
  });
});

describe('a trading state', () => {
  it('is one of three words', () => {
    expect(['ACTIVE', 'REDUCING', 'HALTED', 'active', '', 'toString'].map(isTradingState)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
