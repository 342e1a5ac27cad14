import { err, ok, type Result } from '../core/result.ts';
import { type DecisionTargets, targetsOf } from './decision-targets.ts';
import { type Effect, isExit } from './effect.ts';
import { globalName, nameOf, type Target, type TargetName } from './target.ts';
import type { TradingState } from './trading-state.ts';

/** How far one target is held back. */
export interface Setting {
  readonly target: TargetName;
  readonly tradingState: TradingState;
}

/** The trading state of the whole, and of each target that was ever named. */
export interface TradingStates {
  readonly tradingState: TradingState;
  readonly targets: readonly Setting[];
}

/** One target that keeps something from being done. */
export interface Refusal {
  readonly target: TargetName;
  readonly tradingState: Exclude<TradingState, 'ACTIVE'>;
}

/** All that keep it from being done; the strictest first, and among equals the whole. */
export type Refusals = readonly [Refusal, ...Refusal[]];

/** A private field and no brand: a copy with other values in it is no longer approved. Shallow, so what is approved is flat. */
class Checked<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = Object.freeze(value);
    Object.freeze(this);
  }

  get value(): T {
    return this.#value;
  }
}

/** What passed the check, as it was then. Nobody makes one but `check`. */
export type Approved<T> = Checked<T>;

/**
 * Whether an intent may leave: by the state of the whole, and of every target that it is about. Each may only forbid, so
 * the strictest counts.
 */
export function check<T extends { readonly effect: Effect }>(
  intent: T,
  about: DecisionTargets,
  { tradingState, targets }: TradingStates,
): Result<Approved<T>, Refusals> {
  // Mostly nothing is held back, and then nobody needs the names of what it is about.
  if (tradingState === 'ACTIVE' && !targets.some(isHeld)) return ok(new Checked(intent));
  const settings = [{ target: globalName, tradingState }, ...settingsOn(targets, targetsOf(about))];
  const refusals = settings.flatMap((setting) => refusalBy(setting, intent.effect));
  const [first, ...others] = [
    ...refusals.filter((refusal) => refusal.tradingState === 'HALTED'),
    ...refusals.filter((refusal) => refusal.tradingState === 'REDUCING'),
  ];
  return first ? err([first, ...others]) : ok(new Checked(intent));
}

const isHeld = ({ tradingState }: Setting): boolean => tradingState !== 'ACTIVE';

/** The settings that hold back any of `about`, as they are ordered. */
export function settingsOn<T extends Setting>(
  settings: readonly T[],
  about: readonly Target[],
): readonly T[] {
  const held = settings.filter(isHeld);
  if (held.length === 0) return held;
  const names = new Set(about.map(nameOf));
  return held.filter(({ target }) => names.has(target));
}

const refusalBy = ({ target, tradingState }: Setting, effect: Effect): readonly Refusal[] =>
  tradingState === 'ACTIVE' || permits(tradingState, effect) ? [] : [{ target, tradingState }];

/** HALTED lets nothing new happen, REDUCING only exits. */
function permits(state: Refusal['tradingState'], effect: Effect): boolean {
  switch (state) {
    case 'HALTED':
      return effect === 'none';
    case 'REDUCING':
      return effect === 'none' || isExit(effect);
  }
}
