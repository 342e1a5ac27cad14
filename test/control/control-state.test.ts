import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf, mergeControlStates, withEntry } from '../../src/control/control-state.ts';
import type { ControlState } from '../../src/control/view.ts';
import { isTradingState } from '../../src/risk/trading-state.ts';

const epoch = fc.nat({ max: 4 });
const tradingState = fc.constantFrom('ACTIVE' as const, 'REDUCING' as const, 'HALTED' as const);
const names = ['account:a', 'model:m'];

/** Epochs of a state's parts are at most its own. */
const state: fc.Arbitrary<ControlState> = fc
  .record({
    epoch,
    tradingState,
    stateEpoch: epoch,
    registryEpoch: epoch,
    targets: fc
      .subarray(names)
      .chain((chosen) =>
        fc.tuple(...chosen.map((target) => fc.record({ target: fc.constant(target), tradingState, epoch }))),
      ),
  })
  .map((drawn) => ({
    ...drawn,
    epoch: Math.max(drawn.epoch, drawn.stateEpoch, ...drawn.targets.map((entry) => entry.epoch)),
  }));

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

  it('never lowers an epoch, and never lifts a restriction but by a higher epoch of the same target', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const merged = mergeControlStates(a, b);
        expect(merged.epoch).toBe(Math.max(a.epoch, b.epoch));
        expect(merged.registryEpoch).toBe(Math.max(a.registryEpoch, b.registryEpoch));
        for (const name of ['global', ...names]) {
          const [left, right, now] = [a, b, merged].map((known) => entryOf(known, name));
          if (left?.tradingState === 'HALTED' && (right?.epoch ?? 0) <= left.epoch) expect(now).toEqual(left);
        }
      }),
    );
  });

  it('keeps the halt of one target through any later word about others', () => {
    const halted = withEntry(mergeControlStates(none, none), {
      target: 'account:a',
      tradingState: 'HALTED',
      epoch: 2,
    });
    const others = withEntry(none, { target: 'model:m', tradingState: 'ACTIVE', epoch: 9 });
    expect(entryOf(mergeControlStates(halted, others), 'account:a').tradingState).toBe('HALTED');
  });
});

const none: ControlState = {
  epoch: 1,
  tradingState: 'ACTIVE',
  stateEpoch: 1,
  targets: [],
  registryEpoch: 0,
};

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
