import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf, mergeControlStates, withEntry } from '../../src/control/control-state.ts';
import type { ControlState } from '../../src/control/view.ts';
import { isTradingState } from '../../src/risk/trading-state.ts';
import { drawnState, drawnWord, stateAfter } from './drawn-state.ts';

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

  it('does not depend on order, grouping or repetition of what was said before either', () => {
    fc.assert(
      fc.property(drawnState, drawnState, drawnState, (a, b, c) => {
        const ab = mergeControlStates(a, b);
        expect(ab).toEqual(mergeControlStates(b, a));
        expect(mergeControlStates(ab, c)).toEqual(mergeControlStates(a, mergeControlStates(b, c)));
        expect(mergeControlStates(ab, b)).toEqual(ab);
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds what was restricted until a resume has a higher epoch, whatever else was said, and wherever', () => {
    fc.assert(
      fc.property(fc.array(drawnWord, { maxLength: 8 }), fc.nat({ max: 8 }), (words, cut) => {
        const merged = mergeControlStates(stateAfter(words.slice(cut)), stateAfter(words.slice(0, cut)));
        for (const name of ['global', ...names]) {
          const epochOf = (said: string): number =>
            Math.max(
              0,
              ...words
                .filter(({ target, tradingState }) => target === name && tradingState === said)
                .map((word) => word.epoch),
            );
          const [resumed, reduced, halted] = ['ACTIVE', 'REDUCING', 'HALTED'].map(epochOf) as [
            number,
            number,
            number,
          ];
          const isFresh = name === 'global' && resumed + reduced + halted === 0;
          const isHalted = isFresh || (halted > 0 && halted >= resumed);
          const isReduced = reduced > 0 && reduced >= resumed;
          const now = isHalted ? 'HALTED' : isReduced ? 'REDUCING' : 'ACTIVE';
          expect(entryOf(merged, name).tradingState).toBe(now);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not brought back to a halt by somebody who slept through its end', () => {
    const slept = withEntry(none, { target: 'global', tradingState: 'HALTED', epoch: 2 });
    const woken = [
      { target: 'global', tradingState: 'ACTIVE', epoch: 3 },
      { target: 'global', tradingState: 'REDUCING', epoch: 4 },
    ] as const;
    const told = woken.reduce<ControlState>(withEntry, none);
    expect(mergeControlStates(slept, told)).toMatchObject({ tradingState: 'REDUCING', resumedEpoch: 3 });
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
