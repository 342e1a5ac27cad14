import { targetOf } from '../risk/target.ts';
import { isTradingState } from '../risk/trading-state.ts';
import type { TargetState } from './view.ts';

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
