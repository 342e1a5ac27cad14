import type { Trace } from '../../audit/trace.ts';
import type { OperatorHeartbeats } from '../../control/operator-heartbeat.ts';
import { globalName } from '../../risk/target.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';

interface BeatOptions extends LiveAuthentication {
  readonly heartbeats: Pick<OperatorHeartbeats, 'beat'>;
  readonly heartbeatMsMax: number;
  readonly trace: Trace;
}

/**
 * `POST /v1/control/heartbeat`: an operator is there. Ends a reduction of the dead man's switch, and that alone; one that ends a
 * silence is kept in the audit trail.
 */
export function createBeatRoute({ heartbeats, heartbeatMsMax, trace, ...live }: BeatOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, ['operate', 'approve'], live);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('heartbeat');
    const was = await heartbeats.beat();
    if (!was.ok) return problemResponse({ code: 'HEARTBEAT_UNAVAILABLE', retryAfterMs: 1_000 });
    const { id: keyId, account } = principal.value;
    const { scope } = context.env;
    const { clientAddress } = scope;
    if (was.value === 'silent') {
      const actor = { kind: 'key', keyId, account } as const;
      const [before, after] = [{ operatorHeartbeat: 'silent' }, { operatorHeartbeat: 'heard' }];
      const reason = 'an operator was heard again';
      trace.leave(
        { actor, verb: 'heartbeat', target: globalName, reason, clientAddress, before, after },
        scope,
      );
    }
    const answer = { operatorHeartbeat: heartbeatMsMax === 0 ? 'off' : 'heard', heartbeatMsMax };
    return context.json(answer, 200, { 'cache-control': 'no-store' });
  };
}
