import type { RequestScope, Shield } from '../runtime.ts';
import { addressBlockOf } from './address-block-of.ts';
import { problemReply } from './problem.ts';
import type { Reply } from './reply.ts';

interface ShieldOptions {
  readonly shield: Shield;
  readonly report: (failure: unknown) => void;
}

/** The refusal of a request from where far too many come; undefined where it may go on. */
export type ShieldRequests = (request: Request, scope: RequestScope) => Promise<Reply | undefined>;

/** What stops something passes whoever asks: a flood from beside an operator must not hold back a halt. */
const stopping = /^\/v1\/(?:control\/(?:halt|reduce)|keys\/[^/]+\/revoke)$/;

/**
 * Holds back an address block that asks far too often, before anything is done for it. It permits nothing: whoever passes has yet to be
 * known and to have a token. So a shield that fails lets pass, and says so to the operator.
 */
export function createShieldRequests({ shield, report }: ShieldOptions): ShieldRequests {
  return async ({ url }, { clientAddress }) => {
    if (stopping.test(new URL(url).pathname)) return undefined;
    try {
      return (await shield.admits(addressBlockOf(clientAddress))) ? undefined : problemReply(tooMany);
    } catch (failure) {
      report(failure);
      return undefined;
    }
  };
}

const tooMany = {
  code: 'RATE_LIMITED',
  detail: 'too many requests from this address',
  /** The shorter of the periods that a binding may count in. */
  retryAfterMs: 10_000,
} as const;
