import type {
  AuditVerification,
  Breakers,
  ControlReading,
  Heartbeat,
  OperatedBreaker,
  Reply,
  Restriction,
  Resumption,
} from '../../client/client.ts';
import { globalName } from '../../risk/target.ts';

/** What a person reads, and whether what they asked for was done. */
export interface Told {
  readonly done: boolean;
  readonly lines: readonly string[];
  readonly body: unknown;
}

/** A reply in a line, or a line a breaker or finding. */
export function tellReply(verb: string, reply: Reply<unknown>): Told {
  switch (reply.kind) {
    case 'ok': {
      const body = reply.value;
      const isDone = verb !== 'verify' || (body as AuditVerification).intact;
      return { done: isDone, lines: linesOf(verb, body), body };
    }
    case 'problem': {
      const { code, detail, title } = reply.problem;
      return { done: false, lines: [`refused: ${code}: ${detail ?? title}`], body: reply.problem };
    }
    case 'unreachable': {
      const line = `the service did not answer, and may have done it: ${reply.detail}`;
      return {
        done: false,
        lines: [verb === 'halt' ? `${line}. Repeat it, or halt --direct` : line],
        body: reply,
      };
    }
  }
}

/** `body` is what the client's method of this verb answers. */
function linesOf(verb: string, body: unknown): readonly string[] {
  switch (verb) {
    case 'status':
      return statusLines(body as ControlReading);
    case 'heartbeat':
      return [heartbeatLine(body as Heartbeat)];
    case 'halt':
    case 'reduce':
      return [restrictionLine(body as Restriction)];
    case 'resume':
      return [resumptionLine(body as Resumption)];
    case 'breakers':
      return (body as Breakers).breakers.map(breakerLine);
    case 'verify':
      return verificationLines(body as AuditVerification);
    default: {
      const { breaker, effectiveBy, entry } = body as OperatedBreaker;
      return [`${breakerLine(breaker)}, in force by ${timeOf(effectiveBy)}; audit entry ${entry}`];
    }
  }
}

export const restrictionLine = ({ target, tradingState, epoch, effectiveBy, stores }: Restriction): string =>
  `${aboutOf(target)}${tradingState} epoch ${epoch}, in force by ${timeOf(effectiveBy)}; redis ${stores.redis}, database ${stores.database}`;

/** What is said of the whole names no target. */
const aboutOf = (target: string): string => (target === globalName ? '' : `${target} `);

const heartbeatLine = ({ operatorHeartbeat, heartbeatMsMax }: Heartbeat): string =>
  operatorHeartbeat === 'off'
    ? "the dead man's switch is off: OPERATOR_HEARTBEAT_MS_MAX is 0"
    : `heard; the next within ${heartbeatMsMax} ms`;

function statusLines({ tradingState, epoch, targets, stores, operator }: ControlReading): readonly string[] {
  const told = ({ state, ...store }: ControlReading['stores']['redis']): string =>
    state === 'answering' ? `${store.tradingState} epoch ${store.epoch}` : state;
  const whole = tradingState === null ? 'UNKNOWN, a store cannot be read' : `${tradingState} epoch ${epoch}`;
  return [
    `${whole}; redis ${told(stores.redis)}, database ${told(stores.database)}`,
    ...(operator?.heartbeat === 'silent' ? [silenceLine(operator)] : []),
    ...(targets ?? []).map((held) => `${held.target} ${held.tradingState} epoch ${held.epoch}`),
  ];
}

const resumptionLine = ({ outcome, target, epoch }: Resumption): string =>
  outcome === 'resumed'
    ? `${aboutOf(target)}ACTIVE epoch ${epoch}; redis CONFIRMED, database CONFIRMED`
    : `${aboutOf(target)}pending: epoch ${epoch} holds until another key asks for the same within five minutes`;

const breakerLine = ({ name, state, retryAfterMs }: Breakers['breakers'][number]): string =>
  `${name} ${state}${retryAfterMs === null ? '' : `, probed in ${retryAfterMs} ms`}`;

const silenceLine = ({ heartbeatMsMax, heardAt }: NonNullable<ControlReading['operator']>): string =>
  `no operator heard for ${heartbeatMsMax} ms (last ${heardAt ?? 'never'}): only exits leave until the next heartbeat`;

function verificationLines({ intact, findings, sealedUpTo, unsealed }: AuditVerification): readonly string[] {
  if (!intact)
    return findings.map(({ kind, table, ordinal, detail }) => `${kind} ${table} ${ordinal}: ${detail}`);
  const { seq, decisionsTo, entriesTo } = sealedUpTo;
  const waiting = `${unsealed.decisions} decisions and ${unsealed.entries} entries not sealed yet`;
  return [`intact up to seal ${seq}: decisions to ${decisionsTo}, entries to ${entriesTo}; ${waiting}`];
}

const timeOf = (instant: string): string => instant.slice(11);
