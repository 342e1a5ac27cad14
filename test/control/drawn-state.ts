import fc from 'fast-check';
import { freshState, withEntry } from '../../src/control/control-state.ts';
import type { ControlState, TargetState } from '../../src/control/view.ts';

/** One thing that was said, under an epoch. */
export const drawnWord: fc.Arbitrary<TargetState> = fc.record({
  target: fc.constantFrom('global', 'account:a', 'model:m'),
  tradingState: fc.constantFrom('ACTIVE' as const, 'REDUCING' as const, 'HALTED' as const),
  epoch: fc.integer({ min: 1, max: 7 }),
});

/** What somebody knows who heard these words, and no others, of a fresh deployment. */
export const stateAfter = (words: readonly TargetState[]): ControlState =>
  words.reduce(withEntry, freshState);

/** What somebody may know. */
export const drawnState: fc.Arbitrary<ControlState> = fc.array(drawnWord, { maxLength: 6 }).map(stateAfter);
