import { globalName, type TargetName } from '../risk/target.ts';
import { isStricter } from '../risk/trading-state.ts';
import type { ControlState, OperatorHeartbeat, TargetState } from './view.ts';

type Setting = Omit<TargetState, 'target'>;

/** A fresh deployment: HALTED until somebody resumes it. */
export const freshState: ControlState = {
  epoch: 0,
  tradingState: 'HALTED',
  stateEpoch: 0,
  targets: [],
  registryEpoch: 0,
};

/** What is in force of a state: the dead man's switch holds back what no person held back further, and is never written. */
export const underOperator = (state: ControlState, heartbeat: OperatorHeartbeat): ControlState =>
  heartbeat === 'silent' && isStricter('REDUCING', state.tradingState)
    ? { ...state, tradingState: 'REDUCING' }
    : state;

/** What was last said of one target, or of the whole. */
export function entryOf(
  { tradingState, stateEpoch, targets }: ControlState,
  target: TargetName,
): TargetState {
  if (target === globalName) return { target, tradingState, epoch: stateEpoch };
  return targets.find((entry) => entry.target === target) ?? { target, tradingState: 'ACTIVE', epoch: 0 };
}

/** The state once it is known what was said of one target. */
export function withEntry(state: ControlState, entry: TargetState): ControlState {
  const { target, tradingState, epoch } = entry;
  const told = target === globalName ? { tradingState, stateEpoch: epoch } : { targets: [entry] };
  return mergeControlStates(state, { ...freshState, epoch, ...told });
}

/**
 * The state in force when both are known, target by target and for the whole: what the higher epoch set; at the same
 * epoch the more restrictive, since two writers raced and only one of them can have meant to stop. So what halted one
 * target is not undone by a later word about another, in whichever store either was written. Epochs and registry
 * epochs merge by themselves. Commutative, associative and idempotent; `lua/merge.ts` is the same merge inside Redis.
 */
export function mergeControlStates(left: ControlState, right: ControlState): ControlState {
  const whole = later(wholeOf(left), wholeOf(right));
  return {
    epoch: Math.max(left.epoch, right.epoch),
    tradingState: whole.tradingState,
    stateEpoch: whole.epoch,
    registryEpoch: Math.max(left.registryEpoch, right.registryEpoch),
    targets: mergeTargets(left.targets, right.targets),
  };
}

/** For so many words of operators Redis remembers that a target was let go; libSQL does for ever. */
export const rememberedEpochs = 256;

/**
 * Whether Redis forgets an entry (`keep` in lua/merge.ts does), so that its syncs do not carry every name that there ever was.
 * A target that is not named is ACTIVE, so to forget lifts nothing; what a Redis that was rolled back holds again is merged
 * with libSQL's word.
 */
export const isForgotten = ({ target, tradingState, epoch }: TargetState, state: ControlState): boolean =>
  target !== globalName && tradingState === 'ACTIVE' && state.epoch - epoch > rememberedEpochs;

/** What `known` says of targets, or of the whole, that `state` does not, and did not forget. */
export function entriesBehind(state: ControlState, known: ControlState): readonly TargetState[] {
  const merged = mergeControlStates(state, known);
  return [globalName, ...merged.targets.map(({ target }) => target)]
    .map((name) => entryOf(merged, name))
    .filter((entry) => {
      const held = entryOf(state, entry.target);
      return !isEqual(entry, held) && !(held.epoch === 0 && isForgotten(entry, merged));
    });
}

/**
 * Whether one lacks something that is known. Not by the epoch alone: a halt that Redis confirmed and then lost in a rollback
 * may have had the epoch that a resume was given since.
 */
export const isBehind = (held: ControlState, known: ControlState | undefined): boolean =>
  known !== undefined && (held.epoch < known.epoch || entriesBehind(held, known).length > 0);

const isEqual = (left: Setting, right: Setting): boolean =>
  left.epoch === right.epoch && left.tradingState === right.tradingState;

function mergeTargets(left: readonly TargetState[], right: readonly TargetState[]): readonly TargetState[] {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const merged = new Map(left.map((entry) => [entry.target, entry]));
  for (const entry of right) {
    const held = merged.get(entry.target);
    merged.set(entry.target, held ? later(held, entry) : entry);
  }
  return [...merged.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

const later = <T extends Setting>(left: T, right: T): T => (isLater(right, left) ? right : left);

const isLater = (left: Setting, right: Setting): boolean =>
  left.epoch > right.epoch ||
  (left.epoch === right.epoch && isStricter(left.tradingState, right.tradingState));

const wholeOf = ({ tradingState, stateEpoch }: ControlState): Setting => ({
  tradingState,
  epoch: stateEpoch,
});
