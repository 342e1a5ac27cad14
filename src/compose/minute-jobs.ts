import { createTickClaim } from '../control/tick-claim.ts';
import { createJobs, type JobOptions, type Jobs } from '../jobs.ts';
import type { Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';
import type { ControlVerbs } from './control-verbs.ts';

type OfTheService = Pick<JobOptions, 'judgeExperiments' | 'requestsInFlight' | 'startDraining'>;

/** What happens without a request, over the stores. */
export function minuteJobsOf(
  { log, outboxDrain: outbox, sealer, redis }: Adapters,
  { levelling, auditSilence }: ControlVerbs,
  { clock, timers }: Runtime,
  ofTheService: OfTheService,
): Jobs {
  const reason = 'one store knew it alone';
  return createJobs({
    ...ofTheService,
    ...{ log, outbox, sealer, clock, timers },
    tickClaim: createTickClaim(redis),
    auditSilence,
    levelControl: async () => {
      await levelling.level({ by: 'minute tick', reason, atMs: clock.nowMs() });
    },
  });
}
