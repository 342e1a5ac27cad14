import { globalName, type TargetName } from '../risk/target.ts';
import { isStricter } from '../risk/trading-state.ts';
import type { ControlState, OperatorHeartbeat, TargetState } from './view.ts';

type Setting = Omit<TargetState, 'target'>;

/** The highest epoch at which each was said of a target, as far as it may count; 0 for never. */
interface Words {
  readonly resumed: number;
  readonly reduced: number;
  readonly halted: number;
}

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
export function entryOf(state: ControlState, target: TargetName): TargetState {
  const { targets } = state;
  if (target === globalName) return { target, ...wholeOf(state) };
  return targets.find((entry) => entry.target === target) ?? { target, tradingState: 'ACTIVE', epoch: 0 };
}

/** The state once it is known what was said of one target. */
export function withEntry(state: ControlState, entry: TargetState): ControlState {
  const { target, epoch: stateEpoch, ...said } = entry;
  const told = target === globalName ? { ...said, stateEpoch } : { targets: [entry] };
  return mergeControlStates(state, { ...freshState, epoch: stateEpoch, ...told });
}

/**
 * The state in force when both are known, target by target and for the whole (`mergeEntries`). So what halted one
 * target is not undone by a later word about another, in whichever store either was written. Epochs and registry
 * epochs merge by themselves. Commutative, associative and idempotent; `lua/merge.ts` is the same merge inside Redis.
 */
export function mergeControlStates(left: ControlState, right: ControlState): ControlState {
  const { epoch: stateEpoch, ...whole } = mergeEntries(wholeOf(left), wholeOf(right));
  return {
    ...whole,
    epoch: Math.max(left.epoch, right.epoch),
    stateEpoch,
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
function isMissing(state: ControlState, known: ControlState): boolean {
  const merged = mergeControlStates(state, known);
  return entriesOf(merged).some((entry) => {
    const held = entryOf(state, entry.target);
    return !isEqual(entry, held) && !(held.epoch === 0 && isForgotten(entry, merged));
  });
}

/** Each word of `known` that holds something back, counts by both, and is not in `state`. */
export function restrictionsBehind(state: ControlState, known: ControlState): readonly TargetState[] {
  return entriesOf(mergeControlStates(state, known)).flatMap(({ target, ...merged }) => {
    const { halted, reduced } = wordsOf(merged);
    const held = wordsOf(entryOf(state, target));
    const words = [
      { target, tradingState: 'HALTED', epoch: halted > held.halted ? halted : 0 },
      { target, tradingState: 'REDUCING', epoch: reduced > held.reduced ? reduced : 0 },
    ] as const;
    return words.filter(({ epoch }) => epoch > 0);
  });
}

/**
 * Whether one lacks something that is known. Not by the epoch alone: a halt that Redis confirmed and then lost in a rollback
 * may have had the epoch that a resume was given since.
 */
export const isBehind = (held: ControlState, known: ControlState | undefined): boolean =>
  known !== undefined && (held.epoch < known.epoch || isMissing(held, known));

const isEqual = (left: Setting, right: Setting): boolean =>
  left.epoch === right.epoch &&
  left.tradingState === right.tradingState &&
  left.resumedEpoch === right.resumedEpoch &&
  left.haltedEpoch === right.haltedEpoch;

/** What was last said of the whole, and of each target. */
export const entriesOf = (state: ControlState): readonly TargetState[] => [
  entryOf(state, globalName),
  ...state.targets,
];

function mergeTargets(left: readonly TargetState[], right: readonly TargetState[]): readonly TargetState[] {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const merged = new Map(left.map((entry) => [entry.target, entry]));
  for (const entry of right) {
    const held = merged.get(entry.target);
    merged.set(entry.target, held ? { target: entry.target, ...mergeEntries(held, entry) } : entry);
  }
  return [...merged.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/**
 * What holds of a target when both are known. Each word keeps the highest epoch at which it was said, and only a resume ends
 * anything: a halt holds while no resume has a higher epoch, whatever was reduced since, and so does a reduction. At the same epoch
 * the more restrictive wins, since two writers raced and only one of them can have meant to stop.
 */
export function mergeEntries(left: Setting, right: Setting): Setting {
  if (isEqual(left, right)) return left;
  const [one, other] = [wordsOf(left), wordsOf(right)];
  return settingBy({
    resumed: Math.max(one.resumed, other.resumed),
    reduced: Math.max(one.reduced, other.reduced),
    halted: Math.max(one.halted, other.halted),
  });
}

function wordsOf({ tradingState, epoch, resumedEpoch = 0, haltedEpoch = epoch }: Setting): Words {
  switch (tradingState) {
    case 'ACTIVE':
      return { resumed: epoch, reduced: 0, halted: 0 };
    case 'REDUCING':
      return { resumed: resumedEpoch, reduced: epoch, halted: 0 };
    case 'HALTED':
      return { resumed: 0, reduced: haltedEpoch < epoch ? epoch : 0, halted: haltedEpoch };
  }
}

/** Leaves out what cannot count any more, whatever it is merged with. Of which nothing was said is the whole of a fresh deployment. */
function settingBy({ resumed, reduced, halted }: Words): Setting {
  if (halted > 0 && halted >= resumed)
    return halted < reduced
      ? { tradingState: 'HALTED', epoch: reduced, haltedEpoch: halted }
      : { tradingState: 'HALTED', epoch: halted };
  if (reduced > 0 && reduced >= resumed)
    return { tradingState: 'REDUCING', epoch: reduced, ...(resumed > 0 ? { resumedEpoch: resumed } : {}) };
  return resumed > 0 ? { tradingState: 'ACTIVE', epoch: resumed } : { tradingState: 'HALTED', epoch: 0 };
}

const wholeOf = ({ tradingState, stateEpoch, resumedEpoch, haltedEpoch }: ControlState): Setting => ({
  tradingState,
  epoch: stateEpoch,
  ...(resumedEpoch === undefined ? {} : { resumedEpoch }),
  ...(haltedEpoch === undefined ? {} : { haltedEpoch }),
});
