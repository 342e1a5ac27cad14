import { createAdaptiveLimit } from './adaptive-limit.ts';
import type { OverloadSettings } from './overload-settings.ts';

/** `between`: later than calm and not so late that anything has to be done. */
export type Lateness = 'calm' | 'between' | 'late';

/**
 * Decisions that one turn of the event loop takes on. What is ready when a turn begins waits until it is over, so a turn is
 * the queue of whatever computes; where no turns are told it takes everything.
 */
export interface TurnLane {
  hasRoom(decisions: number): boolean;
  /** A request, with as many decisions as are known of it. */
  arrive(decisions: number): void;
  /** What is found in a request that has arrived. */
  add(decisions: number): void;
  begin(): void;
  /** A turn is over, `lateMs` after it should have been, and the next begins. @returns what the last turns come to */
  end(lateMs: number): Lateness;
  stop(): void;
  /** Lets in less, and nothing more again until it is told otherwise. */
  narrow(isNarrowed: boolean): void;
  reset(): void;
}

/** Above what any turn could take on. */
const turnMax = 65_536;
/** A turn that was this full tells whether the limit may rise. */
const fullShare = 0.8;

export function createTurnLane(settings: OverloadSettings): TurnLane {
  const { turnMs, busyMs, calmMs, lateMs, patienceMs, turnMin } = settings;
  const limit = createAdaptiveLimit({ min: turnMin, max: turnMax });
  let hasTurns = false;
  let isNarrowed = false;
  let taken = 0;
  let requests = 0;
  /** Duration of the turns that were late without a break. */
  let lateForMs = 0;

  function learn(byMs: number): void {
    const isTooLate = lateForMs >= patienceMs && byMs >= lateMs;
    if (isTooLate && requests > turnMin) limit.shrink(taken, (turnMs + lateMs) / (turnMs + byMs));
    if (!isTooLate && !isNarrowed && taken >= fullShare * limit.value()) limit.grow();
  }

  return {
    // A batch that no turn would take is taken by one that has nothing else.
    hasRoom: (decisions) => !hasTurns || taken <= 0 || taken + decisions <= limit.value(),
    arrive(decisions) {
      requests += 1;
      taken += decisions;
    },
    add(decisions) {
      taken += decisions;
    },
    begin() {
      hasTurns = true;
      taken = 0;
      requests = 0;
      lateForMs = 0;
    },
    end(byMs) {
      // Few requests are no queue, however large their batches are; what they tell of is other work on the machine.
      const isQueue = requests > turnMin;
      if (byMs < busyMs) lateForMs = 0;
      else if (isQueue) lateForMs += turnMs + byMs;
      learn(byMs);
      taken = 0;
      requests = 0;
      if (lateForMs >= patienceMs) return 'late';
      return isQueue && byMs >= calmMs ? 'between' : 'calm';
    },
    stop() {
      hasTurns = false;
    },
    narrow(isWanted) {
      isNarrowed = isWanted;
      if (isWanted) limit.shrink(limit.value(), 0);
    },
    reset: limit.reset,
  };
}
