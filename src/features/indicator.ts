import type { Bar } from './bar.ts';

/**
 * A feature as a fold over bars, oldest first. Training, request and stream run the same one.
 *
 * The memory is finite and stated: `value` depends on the last `warmupBars` bars that were folded and on
 * nothing else, bit for bit, however long the history before them was. Recursions without an end in the
 * textbook (Wilder's averages, EMAs) are therefore seeded at the oldest bar of a stated window.
 *
 * Only `+ − × ÷ √`, comparisons and the functions of `core/` are used, and every sum runs oldest to newest, so
 * that all engines give the same bits.
 */
export interface Indicator<State> {
  /** Unique in its set, on the wire and in manifests, e.g. `rsi_14`. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Bars needed before there is a value, and also all the bars the value depends on. */
  readonly warmupBars: number;
  initial(): State;
  /**
   * Takes the next bar in. The state belongs to the fold: it is changed in place and returned, so a caller
   * that needs the state before the bar folds again from `initial`.
   */
  update(state: State, bar: Bar): State;
  /** NaN before the warm-up, and where the formula is undefined on these bars, such as 0/0 in a flat window. */
  value(state: State): number;
}
