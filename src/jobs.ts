import type { DecisionLog } from './audit/decision-log.ts';
import type { OutboxDrain } from './audit/outbox-drain.ts';
import type { Sealer } from './audit/sealer.ts';
import type { Timers } from './core/clock.ts';

interface JobOptions {
  readonly log: DecisionLog;
  readonly outbox: OutboxDrain;
  /** Null where this deployment does not seal. */
  readonly sealer: Sealer | null;
  /** Judges the experiments that run, behind everything else. Never throws; its reads and writes have deadlines. */
  readonly judgeExperiments: () => Promise<void>;
  readonly timers: Timers;
  /** Brings what one store knows of the control state to the other. Never throws. */
  readonly levelControl: () => Promise<void>;
  readonly requestsInFlight: () => number;
  readonly startDraining: () => void;
}

/** How long shutdown waits for answers under way. On Workers a client that went away is never counted out. */
const answersDeadlineMs = 5_000;
/** How long it then waits for the log; the launcher's patience is longer than both. */
const drainDeadlineMs = 12_000;
/** With the two below under the 30 s that Workers leave to work behind a scheduled event. */
const flushDeadlineMs = 8_000;
/** A batch on its way may take the database's deadline more. */
const outboxDeadlineMs = 6_000;
/** A seal's reads and writes have deadlines of their own. */
const sealDeadlineMs = 6_000;
const pollMs = 5;

/**
 * Cron name to job. `drain` is no cron of the deployment: the launcher fires it before it stops the service.
 * Every other name is the minute's tick, which flushes what an idle isolate still holds, writes what waits in the
 * outbox, has the stores agree on the control state, seals what is in the log, and demotes candidates that have shown to be worse.
 */
export function createJobs(options: JobOptions): (cron: string) => Promise<void> {
  const { log, outbox, sealer, judgeExperiments, timers, levelControl, requestsInFlight, startDraining } =
    options;

  async function drain(): Promise<void> {
    startDraining();
    for (let waitedMs = 0; requestsInFlight() > 0 && waitedMs < answersDeadlineMs; waitedMs += pollMs) {
      await timers.sleep(pollMs);
    }
    if (!(await log.drain(drainDeadlineMs)))
      throw new Error('records are left that the database did not take');
  }

  async function tick(): Promise<void> {
    await Promise.all([log.drain(flushDeadlineMs), levelControl()]);
    await outbox.run(outboxDeadlineMs);
    await sealer?.run(sealDeadlineMs);
    await judgeExperiments();
  }

  return (cron) => (cron === 'drain' ? drain() : tick());
}
