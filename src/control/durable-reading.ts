import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RoundTrip } from './round-trip.ts';
import type { ControlState } from './view.ts';

/** When libSQL was read, and whether it answers at all. */
export interface DurableReading {
  /** Calls `learn` in the same turn in which `sentAtMs` moves, so nobody sees one without the other. Never throws. */
  read(learn: (state: ControlState) => void): Promise<Result<void, string>>;
  /** Whether a read beside the next sync is due: none is under way, and none began a moment ago. */
  isDue(nowMs: number): boolean;
  isUnderWay(nowMs: number): boolean;
  /** Whether libSQL failed or was too late just now, or lets a read wait for longer than its reads take. */
  isSilent(nowMs: number): boolean;
  /** Monotonic instant at which the latest read that succeeded was sent; undefined before the first. */
  sentAtMs(): number | undefined;
  /** Why the latest read failed; undefined when it did not. */
  failure(): string | undefined;
}

interface DurableReadingOptions {
  readonly readDurableControl: () => Promise<Result<ControlState, string>>;
  /** Of libSQL; its deadline is how long a read may take before libSQL counts as silent. */
  readonly roundTrip: RoundTrip;
  readonly clock: Clock;
  readonly viewLifeMs: number;
}

/** A read that was cut off with its request never ends. Above the database's default deadline of 3 s. */
const readMsMax = 4_000;

/** Plain data only: on Workers a request must not await the read that another one began. */
export function createDurableReading(options: DurableReadingOptions): DurableReading {
  const { readDurableControl, roundTrip, clock, viewLifeMs } = options;
  let underWay: { readonly sentAtMs: number } | undefined;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let sentAtMs: number | undefined;
  let failure: string | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;

  const isUnderWay = (nowMs: number): boolean =>
    underWay !== undefined && nowMs < underWay.sentAtMs + readMsMax;

  async function attempt(): Promise<Result<ControlState, string>> {
    try {
      return await readDurableControl();
    } catch (thrown) {
      return err(messageOf(thrown));
    }
  }

  return {
    isUnderWay,
    isDue: (nowMs) => !isUnderWay(nowMs) && nowMs >= begunAtMs + viewLifeMs / 4,
    isSilent: (nowMs) =>
      nowMs < failedAtMs + viewLifeMs ||
      (underWay !== undefined && isUnderWay(nowMs) && nowMs >= underWay.sentAtMs + roundTrip.deadlineMs()),
    sentAtMs: () => sentAtMs,
    failure: () => failure,
    async read(learn) {
      const own = { sentAtMs: clock.monotonicMs() };
      underWay = own;
      begunAtMs = own.sentAtMs;
      const read = await attempt();
      const nowMs = clock.monotonicMs();
      if (underWay === own) underWay = undefined;
      if (!read.ok) {
        failure = `libSQL: ${read.error}`;
        failedAtMs = nowMs;
        return err(failure);
      }
      failure = undefined;
      // What comes when a view made of it is over says as little of this moment as a failure does.
      failedAtMs = nowMs >= own.sentAtMs + viewLifeMs ? nowMs : Number.NEGATIVE_INFINITY;
      roundTrip.observe(nowMs - own.sentAtMs);
      sentAtMs = Math.max(sentAtMs ?? own.sentAtMs, own.sentAtMs);
      learn(read.value);
      return ok(undefined);
    },
  };
}
