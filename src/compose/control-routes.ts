import type { Config } from '../config.ts';
import { createApprove } from '../control/approvals.ts';
import { createBreakerOperator } from '../control/breakers/breaker-operator.ts';
import { createOperateOverrides } from '../control/overrides/operate-overrides.ts';
import { createSharedOverrides } from '../control/overrides/shared-overrides.ts';
import type { BodyLimits } from '../http/body.ts';
import { createOperateBreakerRoute } from '../http/breakers/operate-breaker.ts';
import { createReadBreakersRoute } from '../http/breakers/read-breakers.ts';
import { createBeatRoute } from '../http/control/beat.ts';
import { haltKeysFirst } from '../http/control/halt-keys.ts';
import { createReadControlRoute } from '../http/control/read-control.ts';
import { createRestrictRoute } from '../http/control/restrict-trading.ts';
import { createResumeRoute } from '../http/control/resume-trading.ts';
import { createApproveOverrideRoute } from '../http/overrides/approve-override.ts';
import { createListOverridesRoute } from '../http/overrides/list-overrides.ts';
import { createRevokeOverrideRoute } from '../http/overrides/revoke-override.ts';
import type { Adapters } from './adapters.ts';
import type { ControlVerbs } from './control-verbs.ts';

export function controlHandlers(
  adapters: Adapters,
  { levelling, restrict, resume, heartbeats }: ControlVerbs,
  { haltKeys, operatorHeartbeatMsMax: heartbeatMsMax }: Config,
  bodyLimits: BodyLimits,
) {
  const { authenticator, control, trace } = adapters;
  const restricting = { authenticator: haltKeysFirst(haltKeys, authenticator), bodyLimits, restrict };
  return {
    read: createReadControlRoute({ authenticator, control, levelling, heartbeatMsMax }),
    heartbeat: createBeatRoute({ authenticator, control, heartbeats, heartbeatMsMax, trace }),
    halt: createRestrictRoute({ ...restricting, verb: 'halt' }),
    reduce: createRestrictRoute({ ...restricting, verb: 'reduce' }),
    resume: createResumeRoute({ authenticator, bodyLimits, control, resume }),
    overrides: overrideHandlers(adapters, bodyLimits),
  };
}

/** What operators do to the circuit breakers. */
export function createBreakerRoutes(adapters: Adapters, { viewLifeMs }: Config, bodyLimits: BodyLimits) {
  const { redis, authenticator, control, trail, clock } = adapters;
  const operator = createBreakerOperator({ redis, trail });
  const shared = { authenticator, control, operator, bodyLimits, clock, viewLifeMs };
  return {
    readBreakers: createReadBreakersRoute(shared),
    tripBreaker: createOperateBreakerRoute({ ...shared, verb: 'trip' }),
    resetBreaker: createOperateBreakerRoute({ ...shared, verb: 'reset' }),
  };
}

/** What lets one decision pass its risk limit. */
function overrideHandlers(
  { redis, authenticator, control, trail, trace, ids }: Adapters,
  bodyLimits: BodyLimits,
) {
  const shared = createSharedOverrides(redis);
  const overrides = createOperateOverrides({ shared, agree: createApprove(redis), trail, trace, ids });
  const options = { authenticator, control, overrides, bodyLimits };
  return {
    list: createListOverridesRoute(options),
    approve: createApproveOverrideRoute(options),
    revoke: createRevokeOverrideRoute(options),
  };
}
