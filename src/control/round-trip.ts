export interface RoundTrip {
  observe(tookMs: number): void;
  /** How long a reply may take before it counts as lost. */
  deadlineMs(): number;
}

interface RoundTripOptions {
  readonly deadlineMsMin: number;
  readonly deadlineMsMax: number;
}

/**
 * The deadline of a round trip from those before: mean + 4 · mean deviation, both exponentially weighted, as
 * TCP sets its retransmission time-out (RFC 6298 §2, same weights), within [min, max]. Twice the maximum until
 * something was measured, since the first call also opens the connection.
 */
export function createRoundTrip({ deadlineMsMin, deadlineMsMax }: RoundTripOptions): RoundTrip {
  let meanMs: number | undefined;
  let deviationMs = 0;
  return {
    observe(tookMs) {
      if (meanMs === undefined) {
        meanMs = tookMs;
        deviationMs = tookMs / 2;
        return;
      }
      deviationMs += (Math.abs(tookMs - meanMs) - deviationMs) / 4;
      meanMs += (tookMs - meanMs) / 8;
    },
    deadlineMs() {
      if (meanMs === undefined) return 2 * deadlineMsMax;
      return Math.ceil(Math.min(deadlineMsMax, Math.max(deadlineMsMin, meanMs + 4 * deviationMs)));
    },
  };
}
