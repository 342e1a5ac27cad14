import { hasShare } from '../../core/has-share.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import type { OverloadSettings } from './overload-settings.ts';

/** `between`: later than calm and not so late that anything has to be done. */
export type Lateness = 'calm' | 'between' | 'late';

/**
 * Decisions that one turn of the event loop takes on. What is ready when a turn begins waits until it is over, so a turn is
 * the queue of whatever computes; where no turns are told it takes everything.
 */
export interface TurnLane {
  /** `sharer`: who has to leave something to others; null where there are none. */
  hasRoom(decisions: number, sharer: string | null): boolean;
  /** A request, with as many decisions as are known of it. */
  arrive(decisions: number, sharer: string | null): void;
  /** What is found in a request that has arrived. */
  add(decisions: number, sharer: string | null): void;
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

export function createTurnLane(settings: OverloadSettings): TurnLane {
  const { turnMs, busyMs, calmMs, lateMs, patienceMs, turnMin, fullShare } = settings;
  const limit = createAdaptiveLimit({ min: turnMin, max: turnMax });
  let hasTurns = false;
  let isNarrowed = false;
  let taken = 0;
  let requests = 0;
  const takenBy = new Map<string, number>();
  /** Duration of the turns that were late without a break. */
  let lateForMs = 0;

  function learn(byMs: number): void {
    const isTooLate = lateForMs >= patienceMs && byMs >= lateMs;
    if (isTooLate && requests > turnMin) limit.shrink(taken, (turnMs + lateMs) / (turnMs + byMs));
    if (!isTooLate && !isNarrowed && taken >= fullShare * limit.value()) limit.grow();
  }

  function take(decisions: number, sharer: string | null): void {
    taken += decisions;
    if (sharer !== null && hasTurns) takenBy.set(sharer, (takenBy.get(sharer) ?? 0) + decisions);
  }

  function beginTurn(): void {
    taken = 0;
    requests = 0;
    takenBy.clear();
  }

  return {
    hasRoom(decisions, sharer) {
      // A batch that no turn would take is taken by one that has nothing else.
      if (!hasTurns || taken <= 0) return true;
      if (taken + decisions > limit.value()) return false;
      return sharer === null || hasShare(takenBy.get(sharer) ?? 0, limit.value() - taken);
    },
    arrive(decisions, sharer) {
      requests += 1;
      take(decisions, sharer);
    },
    add: take,
    begin() {
      hasTurns = true;
      beginTurn();
      lateForMs = 0;
    },
    end(byMs) {
      // Few requests are no queue, however large their batches are; what they tell of is other work on the machine.
      const isQueue = requests > turnMin;
      if (byMs < busyMs) lateForMs = 0;
      else if (isQueue) lateForMs += turnMs + byMs;
      learn(byMs);
      beginTurn();
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
