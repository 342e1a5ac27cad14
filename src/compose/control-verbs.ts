import type { Config } from '../config.ts';
import { createLevelling } from '../control/levelling.ts';
import { createRestrict } from '../control/restrict.ts';
import { createResume } from '../control/resume.ts';
import { createSharedResume } from '../control/shared-resume.ts';
import { createSharedControl } from '../control/sync.ts';
import type { Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';

/** What operators and code do to the control state. */
export function controlVerbsOf(
  { breakers, control, durable, redis, ids, trail, trace }: Adapters,
  { viewLifeMs, resumeApprovals: approvalsNeeded }: Config,
  { clock, timers }: Runtime,
) {
  const shared = createSharedControl(redis, breakers);
  const levelling = createLevelling({ shared, durable, ids, timers });
  const restrict = createRestrict({ control, shared, durable, levelling, trace, clock, timers, viewLifeMs });
  const resume = createResume({
    ...{ control, levelling, trail, trace, restrict, clock, approvalsNeeded },
    shared: createSharedResume(redis),
  });
  return { levelling, restrict, resume };
}

export type ControlVerbs = ReturnType<typeof controlVerbsOf>;
