/** When an isolate is busy, when it sheds, and what it lets in even so. Decisions are counted, so a batch by its items. */
export interface OverloadSettings {
  /** How often the event loop is looked at while requests come, in milliseconds; what happens between is a turn. */
  readonly turnMs: number;
  /** By how much a turn is late of the process's own doing: from `busyMs` on there is no time for optional work, below `calmMs` there is again. */
  readonly busyMs: number;
  readonly calmMs: number;
  /** From here on a turn lets in fewer decisions: those that wait in its queue would wait too long. */
  readonly lateMs: number;
  /** For so long turns have to be late without a break, in milliseconds: a burst or a collection of garbage is over before. */
  readonly patienceMs: number;
  /** Decisions that a turn lets in whatever happens; and as many requests are no queue. */
  readonly turnMin: number;
  /** Requests under way at once, at most. */
  readonly requestsMax: number;
  /** After which one that never left is taken for cut off, in milliseconds; above the longest that one may take. */
  readonly requestMsMax: number;
  /** Decisions that may wait for one store at once: at least and at most. */
  readonly waitsMin: number;
  readonly waitsMax: number;
  /**
   * A turn, or a window of waits, that was this full tells whether its limit may rise; below the three quarters that one may take who
   * has to share.
   */
  readonly fullShare: number;
  /** A store is slow that takes `slowFactor` times what it takes at rest, and more than `slowMs`. */
  readonly slowFactor: number;
  readonly slowMs: number;
  /** Over which waits are judged, in milliseconds. */
  readonly windowMs: number;
  /** Share of one core from which the process is busy, and below which it is not. */
  readonly cpuBusy: number;
  readonly cpuCalm: number;
  /** For so many readings in a row: a start and a compiler are busy for a second. */
  readonly cpuReadings: number;
  /** For how long a load holds after its last sign, in milliseconds. */
  readonly dwellMs: number;
}

export const overloadSettings: OverloadSettings = {
  turnMs: 10,
  busyMs: 10,
  calmMs: 5,
  lateMs: 40,
  patienceMs: 200,
  turnMin: 16,
  requestsMax: 1_024,
  requestMsMax: 20_000,
  waitsMin: 16,
  waitsMax: 512,
  fullShare: 0.7,
  slowFactor: 3,
  slowMs: 50,
  windowMs: 100,
  cpuBusy: 0.9,
  cpuCalm: 0.8,
  cpuReadings: 3,
  dwellMs: 2_000,
};
