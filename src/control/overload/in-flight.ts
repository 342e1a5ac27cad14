/** How many are under way. */
export interface InFlight {
  /** @returns what `leave` takes */
  enter(nowMs: number): number;
  leave(entered: number): void;
  count(nowMs: number): number;
}

const spanCount = 32;

/**
 * Counts what entered and has not left. On Workers a request whose client hangs up may never get to leave, so each stops
 * counting after about `lifeMs`; above the longest that one may take.
 */
export function createInFlight(lifeMs: number): InFlight {
  const spanMs = lifeMs / (spanCount - 1);
  const counts = new Uint32Array(spanCount);
  let last = Number.NEGATIVE_INFINITY;
  let total = 0;

  function forgetBefore(span: number): void {
    const passed = Math.min(spanCount, span - last);
    for (let back = 0; back < passed; back += 1) {
      const at = placeOf(span - back);
      total -= counts[at] ?? 0;
      counts[at] = 0;
    }
    last = Math.max(last, span);
  }

  const add = (span: number, change: 1 | -1): void => {
    const at = placeOf(span);
    counts[at] = (counts[at] ?? 0) + change;
    total += change;
  };

  return {
    enter(nowMs) {
      const span = Math.floor(nowMs / spanMs);
      forgetBefore(span);
      add(span, 1);
      return span;
    },
    leave(entered) {
      if (entered > last - spanCount) add(entered, -1);
    },
    count(nowMs) {
      forgetBefore(Math.floor(nowMs / spanMs));
      return total;
    },
  };
}

const placeOf = (span: number): number => ((span % spanCount) + spanCount) % spanCount;
