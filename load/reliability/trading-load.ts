import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision, Reply } from '../../src/client/client.ts';
import type { DecisionRequest } from '../../src/http/decision-schemas.ts';
import type { Member } from './fleet.ts';

/** One call and what came of it; times by this machine's wall clock, which the services share. */
export interface Seen {
  readonly member: number;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly reply: Reply<Decision>;
}

export interface TradingLoad {
  /** Everything that came so far, in the order in which it came. */
  readonly seen: readonly Seen[];
  /** Resolves when `count` answers that came after `fromIndex` satisfy `counts`; rejects after `deadlineMs`. */
  until(count: number, counts: (seen: Seen) => boolean, deadlineMs: number): Promise<void>;
  stop(): Promise<void>;
}

interface LoadOptions {
  readonly members: readonly Member[];
  /** Of another key than the fleet's own. */
  readonly authorization?: string;
  readonly bodies: readonly DecisionRequest[];
  readonly clientsPerMember: number;
  /** Between an answer and the same client's next question. */
  readonly pauseMs: number;
}

const POLL_MS = 2;

export const isActionable = ({ reply }: Seen): boolean => reply.kind === 'ok' && reply.value.actionable;

/** HOLD for want of a permission, which took no token. */
export const isHeldForControl = ({ reply }: Seen): boolean =>
  reply.kind === 'ok' &&
  reply.value.action === 'HOLD' &&
  reply.value.reasons.some(({ code }) => code === 'CONTROL_UNAVAILABLE');

/** Clients that ask one question after the other, of one member each, until they are stopped. They never retry. */
export function startTradingLoad(options: LoadOptions): TradingLoad {
  const { members, bodies, clientsPerMember, pauseMs } = options;
  const seen: Seen[] = [];
  let isStopped = false;
  const clients = members.flatMap((member) =>
    Array.from({ length: clientsPerMember }, (_, client) => ask(member, client)),
  );

  async function ask(member: Member, client: number): Promise<void> {
    const service =
      options.authorization === undefined ? member.client('decide') : member.clientOf(options.authorization);
    for (let call = client; !isStopped; call += 1) {
      const body = bodies[call % bodies.length];
      if (!body) throw new Error('there are no bodies');
      const sentAtMs = Date.now();
      const reply = await service.decide(body);
      seen.push({ member: member.index, sentAtMs, receivedAtMs: Date.now(), reply });
      await sleep(pauseMs);
    }
  }

  return {
    seen,
    async until(count, counts, deadlineMs) {
      let next = seen.length;
      let found = 0;
      for (const endMs = Date.now() + deadlineMs; found < count; await sleep(POLL_MS)) {
        for (; next < seen.length; next += 1) if (counts(seen[next] as Seen)) found += 1;
        if (Date.now() >= endMs) {
          const last = JSON.stringify(seen.at(-1)?.reply);
          throw new Error(`${found} of ${count} answers came in ${deadlineMs} ms; the last: ${last}`);
        }
      }
    },
    async stop() {
      isStopped = true;
      await Promise.all(clients);
    },
  };
}
