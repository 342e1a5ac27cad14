import type { AuditEntry } from '../audit/audit-entry.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { globalName } from '../risk/target.ts';
import type { OperatorHeartbeats, Silence } from './operator-heartbeat.ts';

interface AuditSilenceOptions {
  readonly heartbeats: Pick<OperatorHeartbeats, 'claimSilence' | 'tellSilence'>;
  readonly trail: AuditTrail;
  readonly heartbeatMsMax: number;
}

/**
 * Writes down, once over the fleet, that the dead man's switch has reduced. With the minute's tick, since what it does needs
 * nobody: every sync derives it. What cannot be written now is for the next tick, here or elsewhere. Never throws.
 */
export function createAuditSilence({ heartbeats, trail, heartbeatMsMax }: AuditSilenceOptions) {
  /** Not known to be written: the same entry again does no harm, another would be a second. */
  let unwritten: { readonly silence: Silence; readonly entry: AuditEntry } | undefined;

  function entryOf(silence: Silence): AuditEntry {
    if (unwritten?.silence.heartbeatAtUs === silence.heartbeatAtUs) return unwritten.entry;
    const entry = trail.seal(factsOf(silence, heartbeatMsMax));
    unwritten = { silence, entry };
    return entry;
  }

  return async (): Promise<void> => {
    if (heartbeatMsMax === 0) return;
    const claimed = await heartbeats.claimSilence();
    if (!claimed.ok || !claimed.value) return;
    const written = await trail.commit(entryOf(claimed.value), []);
    if (!written.ok) return;
    unwritten = undefined;
    await heartbeats.tellSilence(claimed.value);
  };
}

const factsOf = ({ heartbeatAtUs }: Silence, heartbeatMsMax: number) =>
  ({
    actor: { kind: 'component', name: "dead man's switch" },
    verb: 'reduce',
    target: globalName,
    reason: `no operator was heard for ${heartbeatMsMax} ms`,
    clientAddress: null,
    before: {
      operatorHeartbeat: 'heard',
      heardAtMs: heartbeatAtUs === 0 ? null : Math.floor(heartbeatAtUs / 1_000),
    },
    after: { operatorHeartbeat: 'silent', tradingState: 'REDUCING' },
  }) as const;
