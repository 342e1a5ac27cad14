import type { Result } from '../core/result.ts';
import type { Bar } from '../features/bar.ts';
import type { Calendar, Interval } from './calendar.ts';

export interface WantedBars {
  readonly symbol: string;
  readonly calendar: Calendar;
  readonly interval: Interval;
  /** Closed ones, at least 1. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * Why there are no bars. `refused`: it is well, and has none of these to give. `failed`: it did not answer in time, or with what is
 * no answer.
 */
export interface SourceFault {
  readonly kind: 'refused' | 'failed';
  readonly detail: string;
}

/** Where bars come from that a client does not send. */
export interface BarSource {
  /** The latest `count` closed bars, ascending and without a gap. One call, within a deadline; never throws. */
  load(wanted: WantedBars): Promise<Result<readonly Bar[], SourceFault>>;
}
