import type { Alarms, Clock } from '../../core/clock.ts';
import type { ProcessLoad } from '../../runtime.ts';
import type { Overload } from './overload.ts';
import type { OverloadSettings } from './overload-settings.ts';

interface LoadWatchOptions {
  readonly settings: Pick<OverloadSettings, 'turnMs' | 'calmMs'>;
  readonly processLoad: ProcessLoad;
  /** Resident memory, in bytes, above which the process is strained. */
  readonly memoryBytesSoft: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Alarms;
}

/** How often processor time and memory are read, in milliseconds: reading memory is a system call. */
const strainMs = 1_000;
/** After so long without a request the watch sleeps, so that an idle process is idle. */
const quietMs = 3_000;

/**
 * The same, looking at the event loop while requests come: an alarm that rings late tells how long whatever is ready has to
 * wait.
 */
export function watchLoad(overload: Overload, options: LoadWatchOptions): Overload {
  const { settings, processLoad, memoryBytesSoft, clock, timers } = options;
  const { turnMs, calmMs } = settings;
  let isAwake = false;
  let hasArrivals = false;
  let quietSinceMs = 0;
  let strained = { atMs: 0, cpuMs: 0 };
  let lateCpuMs = 0;

  const arm = (dueAtMs: number): void => void timers.setAlarm(turnMs, () => ring(dueAtMs));

  function ring(dueAtMs: number): void {
    const nowMs = clock.monotonicMs();
    overload.endTurn(ownLateMs(nowMs - dueAtMs));
    if (nowMs - strained.atMs >= strainMs) readStrain(nowMs);
    if (hasArrivals) quietSinceMs = nowMs;
    hasArrivals = false;
    isAwake = nowMs - quietSinceMs < quietMs;
    if (isAwake) arm(nowMs + turnMs);
    else overload.endTurns();
  }

  /** What the process computed meanwhile; the rest is others' who share its processor, and no refusal would shorten it. */
  function ownLateMs(lateMs: number): number {
    if (lateMs < calmMs) return Math.max(0, lateMs);
    const cpuMs = processLoad.cpuMs();
    const computedMs = cpuMs - lateCpuMs;
    lateCpuMs = cpuMs;
    return Math.min(lateMs, Math.max(0, computedMs - turnMs));
  }

  function readStrain(nowMs: number): void {
    const cpuMs = processLoad.cpuMs();
    const cpuShare = (cpuMs - strained.cpuMs) / (nowMs - strained.atMs);
    overload.strain({ cpuShare, memoryShare: processLoad.residentBytes() / memoryBytesSoft });
    strained = { atMs: nowMs, cpuMs };
  }

  function wake(): void {
    hasArrivals = true;
    if (isAwake) return;
    isAwake = true;
    quietSinceMs = clock.monotonicMs();
    lateCpuMs = processLoad.cpuMs();
    strained = { atMs: quietSinceMs, cpuMs: lateCpuMs };
    overload.beginTurns();
    arm(quietSinceMs + turnMs);
  }

  return {
    ...overload,
    enter(who) {
      wake();
      return overload.enter(who);
    },
    takeOn(decisions, who) {
      wake();
      return overload.takeOn(decisions, who);
    },
  };
}
