/**
 * Who refreshes the control view, and what the others do meanwhile. One owner an isolate, remembered as plain
 * data: on Workers a promise made in one request must not be awaited in another, and an owner whose client
 * went away may never run again.
 *
 * | state    | is                                       | need()        | mayStart() | succeeded | failed, timed out |
 * |----------|------------------------------------------|---------------|------------|-----------|-------------------|
 * | idle     | last refresh went well, or none yet      | own           | yes        | idle      | –                 |
 * | owned    | an owner is at work within its deadline  | wait          | no         | idle      | down              |
 * | orphaned | its deadline passed, it reported nothing | own           | yes        | idle      | down              |
 * | down     | the last owner failed or timed out       | refuse        | once a probe is due | idle | –       |
 * | probing  | down, and a probe is at work             | refuse        | no         | idle      | down, later probe |
 *
 * A verdict "down" is forgotten after `verdictMs`: an isolate that slept through the recovery asks again
 * instead of refusing. Success is reported by whoever succeeds, also late and after it was replaced.
 */
export interface Owner {
  readonly id: number;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
}

export interface Refresh {
  /** What somebody does who cannot go on without a refresh. */
  need(nowMs: number): 'own' | 'wait' | 'refuse';
  /** Whether a refresh behind the answer, or a probe, may begin. */
  mayStart(nowMs: number): boolean;
  /** Makes the caller the owner; only after `own` or `mayStart`. */
  start(nowMs: number, deadlineMs: number): Owner;
  succeeded(owner: Owner): void;
  /** Ignored unless `owner` still is the owner. */
  failed(owner: Owner, nowMs: number): void;
  isDown(nowMs: number): boolean;
}

interface Down {
  readonly failures: number;
  readonly failedAtMs: number;
  readonly probeAtMs: number;
}

/** An owner reports its own time-out first, unless it is dead. */
const orphanedAfterMs = 25;
const verdictMs = 2_000;
const probeBackoffMs = [0, 50, 100, 200, 400] as const;
const probeBackoffMsMax = 800;

export function createRefresh(): Refresh {
  let owner: Owner | undefined;
  let down: Down | undefined;
  let started = 0;

  const isOwned = (nowMs: number): boolean =>
    owner !== undefined && nowMs < owner.deadlineAtMs + orphanedAfterMs;
  const isDown = (nowMs: number): boolean => down !== undefined && nowMs < down.failedAtMs + verdictMs;

  return {
    isDown,
    need(nowMs) {
      if (isDown(nowMs)) return 'refuse';
      return isOwned(nowMs) ? 'wait' : 'own';
    },
    mayStart(nowMs) {
      return !isOwned(nowMs) && (down === undefined || nowMs >= down.probeAtMs);
    },
    start(nowMs, deadlineMs) {
      started += 1;
      owner = { id: started, startedAtMs: nowMs, deadlineAtMs: nowMs + deadlineMs };
      return owner;
    },
    succeeded(by) {
      down = undefined;
      if (owner?.id === by.id) owner = undefined;
    },
    failed(by, nowMs) {
      if (owner?.id !== by.id) return;
      owner = undefined;
      const failures = (down?.failures ?? 0) + 1;
      const backoffMs = probeBackoffMs[failures - 1] ?? probeBackoffMsMax;
      down = { failures, failedAtMs: nowMs, probeAtMs: nowMs + backoffMs };
    },
  };
}
