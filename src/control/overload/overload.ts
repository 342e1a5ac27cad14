import { createLoadState, type Load } from './load-state.ts';
import type { OverloadSettings } from './overload-settings.ts';
import { createSharedFlight, type Place } from './shared-flight.ts';
import { createSharing } from './sharing.ts';
import { createStoreLane } from './store-lane.ts';
import { createTurnLane } from './turn-lane.ts';

/** What is to be decided, once a request is read. */
export interface Wanted {
  readonly who: string;
  readonly decisions: number;
  /** For which the answer has to wait; null for none. */
  readonly store: 'redis' | 'database' | 'market-data' | null;
}

/** What of the process is read once a second. */
export interface Strain {
  /** Processor time over time, of one core. */
  readonly cpuShare: number;
  /** Resident memory over its soft limit. */
  readonly memoryShare: number;
}

/**
 * How much an isolate takes on. Whatever is refused is refused before it is read or before anything is done for it, so
 * nothing grows that nobody could empty in time. Where several ask, none of them takes the room of the others: `who` is the
 * key that a request shows, proven or not, so whoever shows another's takes of that one's share alone.
 *
 * | load     | sign                                           | next                                          |
 * |----------|------------------------------------------------|-----------------------------------------------|
 * | normal   | late turns, a slow store, a full core, memory  | busy                                          |
 * | any      | a request beyond a limit                       | shedding; the request is refused              |
 * | shedding | none was refused for the dwell                 | busy or normal                                |
 * | busy     | nothing but calm for the dwell                 | normal; limits as at the start                |
 */
export interface Overload {
  load(): Load;
  /** At a request's arrival. @returns what `leave` takes; undefined where it is refused */
  enter(who: string): Place | undefined;
  leave(entered: Place): void;
  /** Once a request is read that has entered. @returns what to call at its end; undefined where it is refused */
  admit(wanted: Wanted): (() => void) | undefined;
  /** What asks for decisions and never entered: a frame of a stream. False where it is refused. */
  takeOn(decisions: number, who: string): boolean;
  /** From here on turns of the event loop are told; what arrives belongs to the turn at hand. */
  beginTurns(): void;
  /** A turn is over, `lateMs` after it should have been. */
  endTurn(lateMs: number): void;
  /** No turn is told until `beginTurns`. */
  endTurns(): void;
  strain(reading: Strain): void;
  refusedRequests(): number;
}

interface OverloadOptions {
  readonly settings: OverloadSettings;
  readonly clock: { monotonicMs(): number };
  /** Is told of each change of the load. */
  readonly report: (change: string) => void;
}

/** Of its soft limit: memory above is no longer for optional work alone to spare. */
const memoryFull = 1.25;

const nothingToEnd = (): void => undefined;

export function createOverload({ settings, clock, report }: OverloadOptions): Overload {
  const { requestsMax, requestMsMax, cpuBusy, cpuCalm, cpuReadings, dwellMs } = settings;
  const requests = createSharedFlight(requestMsMax);
  const sharing = createSharing(dwellMs);
  const turns = createTurnLane(settings);
  const lanes = {
    redis: createStoreLane(settings),
    database: createStoreLane(settings),
    'market-data': createStoreLane(settings),
  };
  const state = createLoadState({ dwellMs, clock, onChange });
  let refused = 0;
  let fullInARow = 0;

  function onChange(from: Load, to: Load): void {
    report(`load: ${from} → ${to}`);
    if (to === 'normal') for (const lane of [turns, ...Object.values(lanes)]) lane.reset();
  }

  function refuse(nowMs: number): undefined {
    refused += 1;
    state.shed(nowMs);
  }

  function waitFor(store: keyof typeof lanes, sharer: string | null): (() => void) | undefined {
    const lane = lanes[store];
    const enteredAtMs = clock.monotonicMs();
    const entered = lane.enter(sharer, enteredAtMs);
    if (entered === undefined) return refuse(enteredAtMs);
    return () => {
      const nowMs = clock.monotonicMs();
      if (lane.leave(entered, nowMs - enteredAtMs, nowMs)) state.beBusy(nowMs);
    };
  }

  return {
    load: state.current,
    enter(who) {
      // Where it is over, its limits are, also when nobody has asked for it since.
      state.current();
      const nowMs = clock.monotonicMs();
      const sharer = sharing.sharerOf(who, nowMs);
      if (!turns.hasRoom(1, sharer) || !requests.hasRoom(sharer, requestsMax, nowMs)) return refuse(nowMs);
      turns.arrive(1, sharer);
      return requests.enter(sharer, nowMs);
    },
    leave: requests.leave,
    admit({ who, decisions, store }) {
      if (decisions <= 1 && store === null) return nothingToEnd;
      const nowMs = clock.monotonicMs();
      const sharer = sharing.sharerOf(who, nowMs);
      // The request itself was counted at its arrival; of a batch there are others.
      if (decisions > 1) {
        turns.add(-1, sharer);
        if (!turns.hasRoom(decisions, sharer)) return refuse(nowMs);
        turns.add(decisions, sharer);
      }
      return store === null ? nothingToEnd : waitFor(store, sharer);
    },
    takeOn(decisions, who) {
      state.current();
      const nowMs = clock.monotonicMs();
      const sharer = sharing.sharerOf(who, nowMs);
      const hasRoom = turns.hasRoom(decisions, sharer);
      if (hasRoom) turns.arrive(decisions, sharer);
      else refuse(nowMs);
      return hasRoom;
    },
    beginTurns: turns.begin,
    endTurn(lateMs) {
      const nowMs = clock.monotonicMs();
      const lateness = turns.end(lateMs);
      if (lateness === 'late') state.beBusy(nowMs);
      if (lateness === 'between') state.stayBusy(nowMs);
    },
    endTurns: turns.stop,
    strain({ cpuShare, memoryShare }) {
      const nowMs = clock.monotonicMs();
      turns.narrow(memoryShare >= memoryFull);
      fullInARow = cpuShare >= cpuBusy ? fullInARow + 1 : 0;
      if (fullInARow >= cpuReadings || memoryShare >= 1) state.beBusy(nowMs);
      else if (cpuShare >= cpuCalm) state.stayBusy(nowMs);
    },
    refusedRequests: () => refused,
  };
}
