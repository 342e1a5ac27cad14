import type { TargetName } from '../risk/target.ts';
import { entryOf } from './control-state.ts';
import type { ControlState } from './view.ts';

/** The epoch of a target's halt that is in force by what is known; 0 for none. */
export function haltedEpochOf(known: ControlState, target: TargetName): number {
  const { tradingState, epoch, haltedEpoch = epoch } = entryOf(known, target);
  return tradingState === 'HALTED' ? haltedEpoch : 0;
}
