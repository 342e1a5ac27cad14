import { err, ok, type Result } from '../../core/result.ts';

/** What a model is to foresee, from the fill at the open after the decision's bar. */
export type Target =
  /** Whether the return over the horizon lies above the median of training. */
  | { readonly kind: 'forward-return'; readonly horizonBars: number }
  /**
   * Whether a close first rises `takeAt` or falls `stopAt` times the volatility of one bar from the fill; where
   * neither happens within the horizon, whether the return over it is positive.
   */
  | {
      readonly kind: 'triple-barrier';
      readonly horizonBars: number;
      readonly takeAt: number;
      readonly stopAt: number;
    }
  /** Whether the return over the horizon, either way, lies above this quantile of training. */
  | { readonly kind: 'large-move'; readonly horizonBars: number; readonly quantile: number };

/** Reads `forward-return:5`, `triple-barrier:10:2:2` (horizon, take, stop) or `large-move:5:0.8`. */
export function parseTarget(text: string): Result<Target, string> {
  const [kind, ...parts] = text.split(':');
  const numbers = parts.map((part) => (NUMBER.test(part) ? Number(part) : NaN));
  const [horizonBars = NaN, second = NaN, third = NaN] = numbers;
  const hasHorizon = Number.isInteger(horizonBars) && horizonBars >= 1 && horizonBars <= HORIZON_BARS_MAX;
  switch (kind) {
    case 'forward-return':
      return hasHorizon && parts.length === 1 ? ok({ kind, horizonBars }) : err(usage(text));
    case 'triple-barrier':
      return hasHorizon && parts.length === 3 && second > 0 && third > 0
        ? ok({ kind, horizonBars, takeAt: second, stopAt: third })
        : err(usage(text));
    case 'large-move':
      return hasHorizon && parts.length === 2 && second > 0 && second < 1
        ? ok({ kind, horizonBars, quantile: second })
        : err(usage(text));
    default:
      return err(usage(text));
  }
}

/** The target as {@link parseTarget} reads it. */
export function targetText(target: Target): string {
  switch (target.kind) {
    case 'forward-return':
      return `${target.kind}:${target.horizonBars}`;
    case 'triple-barrier':
      return `${target.kind}:${target.horizonBars}:${target.takeAt}:${target.stopAt}`;
    case 'large-move':
      return `${target.kind}:${target.horizonBars}:${target.quantile}`;
  }
}

/** What a label of 1 says, for people. */
export function targetSentence(target: Target, hurdle: number): string {
  const bars = target.horizonBars === 1 ? 'one bar' : `${target.horizonBars} bars`;
  const percent = `${(hurdle * 100).toFixed(4)} %`;
  switch (target.kind) {
    case 'forward-return':
      return `from the next bar's open, the return over ${bars} lies above ${percent}, the median of training`;
    case 'triple-barrier':
      return `from the next bar's open, a close first rises ${target.takeAt} volatilities rather than falls ${target.stopAt}, or the return over ${bars} is positive`;
    case 'large-move':
      return `from the next bar's open, the return over ${bars}, up or down, exceeds ${percent}, which ${Math.round(target.quantile * 100)} % of training did not`;
  }
}

const NUMBER = /^\d+(\.\d+)?$/;
const HORIZON_BARS_MAX = 250;

const usage = (text: string): string =>
  `target "${text}" is none of forward-return:BARS, triple-barrier:BARS:TAKE:STOP (in volatilities, > 0) and ` +
  `large-move:BARS:QUANTILE (in (0, 1)); BARS is an integer from 1 to ${HORIZON_BARS_MAX}`;
