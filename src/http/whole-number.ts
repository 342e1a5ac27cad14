import { err, ok, type Result } from '../core/result.ts';
import type { Problem } from './problem.ts';

interface WholeNumberBounds {
  /** Where the parameter is left out. */
  readonly fallback: number;
  readonly min: number;
  readonly max?: number;
}

/** A query parameter that is a whole number within bounds. */
export function wholeNumberOf(
  name: string,
  text: string | undefined,
  { fallback, min, max = Number.MAX_SAFE_INTEGER }: WholeNumberBounds,
): Result<number, Problem> {
  if (text === undefined) return ok(fallback);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return ok(value);
  return err({ code: 'INVALID_REQUEST', detail: `${name} takes a whole number from ${min} to ${max}` });
}
