import { freshState } from '../../src/control/control-state.ts';
import type { ControlState } from '../../src/control/view.ts';

/** A control state whose trading state is of its own epoch, unless it is said otherwise. */
export const stateOf = (told: Partial<ControlState>): ControlState => ({
  ...freshState,
  stateEpoch: told.epoch ?? 0,
  ...told,
});
