import type { Config } from '../config.ts';
import { createTickClaim } from '../control/tick-claim.ts';
import { createJobs, type JobOptions, type Jobs } from '../jobs.ts';
import type { Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';
import type { OnDemand } from './on-demand.ts';

interface OfTheService extends Pick<JobOptions, 'requestsInFlight' | 'startDraining'> {
  readonly onDemand: () => Promise<OnDemand>;
}

/** What happens without a request, over the stores. */
export function minuteJobsOf(
  { log, outboxDrain: outbox, redis }: Adapters,
  { sealSigningKey }: Config,
  { clock, timers }: Runtime,
  { onDemand, ...ofTheService }: OfTheService,
): Jobs {
  const reason = 'one store knew it alone';
  const sealer = { run: async (workMsMax: number) => (await onDemand()).sealer?.run(workMsMax) };
  return createJobs({
    ...ofTheService,
    ...{ log, outbox, clock, timers },
    sealer: sealSigningKey === null ? null : sealer,
    tickClaim: createTickClaim(redis),
    judgeExperiments: async () => (await onDemand()).judgeRunning(),
    auditSilence: async () => (await onDemand()).controlVerbs.auditSilence(),
    auditEndedOverrides: async () => (await onDemand()).controlVerbs.auditEnded(),
    levelControl: async () => {
      const { levelling } = (await onDemand()).controlVerbs;
      await levelling.level({ by: 'minute tick', reason, atMs: clock.nowMs() });
    },
  });
}
