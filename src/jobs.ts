import type { DecisionLog } from './audit/decision-log.ts';
import type { OutboxDrain } from './audit/outbox-drain.ts';
import type { Sealer } from './audit/sealer.ts';
import type { TickClaim } from './control/tick-claim.ts';
import type { Clock, Timers } from './core/clock.ts';
import type { RequestScope } from './runtime.ts';

export interface JobOptions {
  readonly log: DecisionLog;
  readonly outbox: OutboxDrain;
  /** Null where this deployment does not seal. */
  readonly sealer: Pick<Sealer, 'run'> | null;
  /** Judges the experiments that run, behind everything else. Never throws; its reads and writes have deadlines. */
  readonly judgeExperiments: () => Promise<void>;
  readonly tickClaim: TickClaim;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Timers;
  /** Brings what one store knows of the control state to the other. Never throws. */
  readonly levelControl: () => Promise<void>;
  /** Writes down that the dead man's switch has reduced, once. Never throws; its calls have deadlines. */
  readonly auditSilence: () => Promise<void>;
  /** Writes down which overrides ended unused, each once. Never throws; it tries for as long as a halt's entry is tried. */
  readonly auditEndedOverrides: () => Promise<void>;
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
/** How often an isolate that is asked looks whether the tick is due. */
const followMs = 30_000;

export interface Jobs {
  /** Runs the job of a cron name. Rejects where `drain` leaves records behind. */
  run(cron: string): Promise<void>;
  /** Behind an answer: the tick, where no cron and no other isolate has done it lately. */
  follow(scope: RequestScope): void;
}

/**
 * Cron name to job. `drain` is no cron of the deployment: the launcher fires it before it stops the service.
 * Every other name is the minute's tick, which flushes what an idle isolate still holds, writes what waits in the
 * outbox, has the stores agree on the control state, writes down a silence of the operators and which overrides ended unused,
 * seals what is in the log, and demotes candidates that have shown to be worse. Where no cron fires, traffic does, on one isolate of the fleet: within 95 s
 * of traffic, and with the next request after silence. Of the isolates that seal each asked one looks after 30 s whether
 * there is something to seal.
 */
export function createJobs(options: JobOptions): Jobs {
  const { log, outbox, sealer, judgeExperiments, levelControl, auditSilence, auditEndedOverrides } = options;
  const { tickClaim, clock, timers, requestsInFlight, startDraining } = options;
  let followAtMs = clock.monotonicMs() + followMs;

  async function drain(): Promise<void> {
    startDraining();
    for (let waitedMs = 0; requestsInFlight() > 0 && waitedMs < answersDeadlineMs; waitedMs += pollMs) {
      await timers.sleep(pollMs);
    }
    if (!(await log.drain(drainDeadlineMs)))
      throw new Error('records are left that the database did not take');
  }

  async function tick(): Promise<void> {
    const audits = [auditSilence(), auditEndedOverrides()];
    await Promise.all([log.drain(flushDeadlineMs), levelControl(), ...audits]);
    await outbox.run(outboxDeadlineMs);
    await sealer?.run(sealDeadlineMs);
    await judgeExperiments();
  }

  /** Sealing has a claim of its own: the isolate that does the rest may be of a deployment that does not seal. */
  async function tickIfDue(): Promise<void> {
    if (await tickClaim.claim()) await tick();
    else await sealer?.run(sealDeadlineMs);
  }

  return {
    async run(cron) {
      if (cron === 'drain') return drain();
      await Promise.all([tickClaim.tell(), tick()]);
    },
    follow(scope) {
      const nowMs = clock.monotonicMs();
      if (nowMs < followAtMs) return;
      followAtMs = nowMs + followMs;
      scope.waitUntil(tickIfDue());
    },
  };
}
