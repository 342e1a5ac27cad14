import { globalName, type TargetName, targetOf } from '../risk/target.ts';
import { isTradingState } from '../risk/trading-state.ts';
import { entriesOf } from './control-state.ts';
import type { ControlState, EarlierWords, TargetState } from './view.ts';

/** Targets as Redis keeps them: `<target> <state> <epoch>` each, all with one space between. */
export const writeTargets = (targets: readonly TargetState[]): string =>
  targets.map(({ target, tradingState, epoch }) => `${target} ${tradingState} ${epoch}`).join(' ');

/**
 * Sorted by name, whatever order they come in: Redis' Lua sorts by the collation of its machine. Undefined where the text is
 * otherwise not exactly what `writeTargets` writes.
 */
export function readTargets(text: string): readonly TargetState[] | undefined {
  if (text === '') return [];
  const words = text.split(' ');
  const targets = new Map<string, TargetState>();
  for (let index = 0; index < words.length; index += 3) {
    const [target = '', tradingState = '', digits = ''] = words.slice(index, index + 3);
    const isKnown = targetOf(target) !== undefined && !targets.has(target);
    if (!isKnown || !isTradingState(tradingState) || !/^\d{1,16}$/.test(digits)) return undefined;
    targets.set(target, { target, tradingState, epoch: Number(digits) });
  }
  return [...targets.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** What was said before of the whole and of targets, where that may count: `<target> <resumed> <halted>` each, 0 for nothing. */
export const writeWords = (state: ControlState): string =>
  entriesOf(state)
    .filter(({ resumedEpoch, haltedEpoch }) => resumedEpoch !== undefined || haltedEpoch !== undefined)
    .map(({ target, resumedEpoch = 0, haltedEpoch = 0 }) => `${target} ${resumedEpoch} ${haltedEpoch}`)
    .join(' ');

/** By target; undefined where the text is not what `writeWords` writes. */
export function readWords(text: string): ReadonlyMap<TargetName, EarlierWords> | undefined {
  const said = new Map<TargetName, EarlierWords>();
  const words = text === '' ? [] : text.split(' ');
  for (let index = 0; index < words.length; index += 3) {
    const [target = '', resumed = '', halted = ''] = words.slice(index, index + 3);
    if (targetOf(target) === undefined || said.has(target)) return undefined;
    if (![resumed, halted].every((digits) => /^\d{1,16}$/.test(digits))) return undefined;
    const resumedEpoch = Number(resumed);
    const haltedEpoch = Number(halted);
    said.set(target, {
      ...(resumedEpoch > 0 ? { resumedEpoch } : {}),
      ...(haltedEpoch > 0 ? { haltedEpoch } : {}),
    });
  }
  return said;
}

/** The state with what was said before. */
export const withWords = (state: ControlState, words: ReadonlyMap<TargetName, EarlierWords>): ControlState =>
  words.size === 0
    ? state
    : {
        ...state,
        ...words.get(globalName),
        targets: state.targets.map((entry) => ({ ...entry, ...words.get(entry.target) })),
      };
