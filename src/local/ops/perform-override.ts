import type { ApprovedOverride, Client, Overrides, Reply } from '../../client/client.ts';
import { approveOverrideRequestSchema } from '../../http/overrides/override-schemas.ts';
import { type Told, tellReply } from './tell-reply.ts';

/** What stands behind `ops override`, as it was typed. */
export interface OverrideAsk {
  readonly action: string;
  readonly id: string;
  readonly account: string | undefined;
  readonly symbol: string | undefined;
  /** BUY or SELL. */
  readonly side: string | undefined;
  readonly riskMax: string | undefined;
  /** Seconds. */
  readonly life: string | undefined;
  readonly reason: string | undefined;
}

/** Lists, approves or revokes overrides. Throws, for people to read, where something that it needs was not said. */
export async function performOverride(client: Client, ask: OverrideAsk): Promise<Told> {
  switch (ask.action) {
    case 'list':
      return told(await client.overrides(), ({ overrides }) => overrides.map(overrideLine));
    case 'approve':
      return told(await client.approveOverride(requestOf(ask)), approvedLines);
    case 'revoke': {
      const { id, reason } = ask;
      if (id === '') throw new Error('override revoke needs the id of an override');
      if (reason === undefined) throw new Error('override revoke needs --reason TEXT');
      return told(await client.revokeOverride(id, { reason }), () => [`${id} revoked`]);
    }
    default:
      throw new Error('override takes list, approve or revoke ID');
  }
}

const told = <T>(reply: Reply<T>, linesOf: (value: T) => readonly string[]): Told =>
  reply.kind === 'ok'
    ? { done: true, lines: linesOf(reply.value), body: reply.value }
    : tellReply('override', reply);

function requestOf({ account, symbol, side: action, riskMax, life, reason }: OverrideAsk) {
  const request = approveOverrideRequestSchema.safeParse({
    ...{ account, symbol, action, reason },
    ...{ riskMax: Number(riskMax), lifeSeconds: Number(life) },
  });
  if (request.success) return request.data;
  throw new Error(
    'override approve needs --account NAME, --symbol NAME, --action BUY|SELL, --risk-max above 0 and below 1, --life SECONDS (600 at most) and --reason TEXT',
  );
}

const approvedLines = (approved: ApprovedOverride): readonly string[] =>
  approved.outcome === 'pending'
    ? ['pending: another key has to ask for the same within five minutes']
    : [overrideLine(approved.override)];

function overrideLine(override: Overrides['overrides'][number]): string {
  const { id, state, account, symbol, action, riskMax, expiresAt, endedBy, approvedBy } = override;
  const end = endedBy === null ? '' : ` by ${endedBy}`;
  return `${id} ${state}${end}: ${action} ${symbol} of ${account} up to risk ${riskMax}, until ${expiresAt}; approved by ${approvedBy.join(' and ')}`;
}
