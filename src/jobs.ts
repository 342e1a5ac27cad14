import type { DecisionLog } from './audit/decision-log.ts';
import type { Sealer } from './audit/sealer.ts';
import type { Timers } from './core/clock.ts';

interface JobOptions {
  readonly log: DecisionLog;
  /** Null where this deployment does not seal. */
  readonly sealer: Sealer | null;
  /** Judges the experiments that run, behind everything else. Never throws; its reads and writes have deadlines. */
  readonly judgeExperiments: () => Promise<void>;
  readonly timers: Timers;
  readonly requestsInFlight: () => number;
  readonly startDraining: () => void;
}

/** How long shutdown waits for answers under way. On Workers a client that went away is never counted out. */
const answersDeadlineMs = 5_000;
/** How long it then waits for the log; the launcher's patience is longer than both. */
const drainDeadlineMs = 12_000;
/** Below the 30 s that Workers leave to work behind a scheduled event. */
const flushDeadlineMs = 12_000;
/** With the one above below those 30 s; a seal's reads and writes have deadlines of their own. */
const sealDeadlineMs = 10_000;
const pollMs = 5;

/**
 * Cron name to job. `drain` is no cron of the deployment: the launcher fires it before it stops the service.
 * Every other name is the minute's tick, which flushes what an idle isolate still holds, seals what is in the log,
 * and demotes candidates that have shown to be worse.
 */
export function createJobs(options: JobOptions): (cron: string) => Promise<void> {
  const { log, sealer, judgeExperiments, timers, requestsInFlight, startDraining } = options;

  async function drain(): Promise<void> {
    startDraining();
    for (let waitedMs = 0; requestsInFlight() > 0 && waitedMs < answersDeadlineMs; waitedMs += pollMs) {
      await timers.sleep(pollMs);
    }
    if (!(await log.drain(drainDeadlineMs)))
      throw new Error('records are left that the database did not take');
  }

  async function tick(): Promise<void> {
    await log.drain(flushDeadlineMs);
    await sealer?.run(sealDeadlineMs);
    await judgeExperiments();
  }

  return (cron) => (cron === 'drain' ? drain() : tick());
}
