import type { Config } from '../config.ts';
import { createAuditSilence } from '../control/audit-silence.ts';
import { createLevelling } from '../control/levelling.ts';
import { createOperatorHeartbeats } from '../control/operator-heartbeat.ts';
import { createAuditEnded } from '../control/overrides/audit-ended.ts';
import { createSharedOverrides } from '../control/overrides/shared-overrides.ts';
import { createRestrict } from '../control/restrict.ts';
import { createResume } from '../control/resume.ts';
import { createSharedResume } from '../control/shared-resume.ts';
import { createSharedControl } from '../control/sync.ts';
import type { Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';

/** What operators and code do to the control state. */
export function controlVerbsOf(
  { breakers, control, durable, redis, ids, trail, trace }: Adapters,
  { viewLifeMs, resumeApprovals: approvalsNeeded, operatorHeartbeatMsMax: heartbeatMsMax }: Config,
  { clock, timers }: Runtime,
) {
  const shared = createSharedControl(redis, breakers);
  const levelling = createLevelling({ shared, durable, control, ids, timers, heartbeatMsMax });
  const restrict = createRestrict({ control, shared, durable, levelling, trace, clock, timers, viewLifeMs });
  const resume = createResume({
    ...{ control, levelling, trail, trace, restrict, clock, approvalsNeeded },
    shared: createSharedResume(redis),
  });
  const heartbeats = createOperatorHeartbeats({ redis, heartbeatMsMax });
  const auditSilence = createAuditSilence({ heartbeats, trail, heartbeatMsMax });
  const auditEnded = createAuditEnded({ shared: createSharedOverrides(redis), control, trace });
  return { levelling, restrict, resume, heartbeats, auditSilence, auditEnded };
}

export type ControlVerbs = ReturnType<typeof controlVerbsOf>;
