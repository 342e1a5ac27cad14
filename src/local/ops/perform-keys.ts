import type {
  Client,
  CreatedKey,
  KeyPage,
  Limits,
  Reply,
  RevokedKey,
  RotatedKey,
} from '../../client/client.ts';
import { keyIdSchema } from '../../http/keys/key-schemas.ts';
import { type Scope, scopes } from '../../store/key-row.ts';
import { type Told, tellReply } from './tell-reply.ts';

/** What stands behind `ops keys`, as it was typed. */
export interface KeysAsk {
  readonly action: string;
  readonly id: string;
  readonly account: string | undefined;
  /** Separated by commas. */
  readonly scopes: string | undefined;
  readonly rate: string | undefined;
  readonly burst: string | undefined;
  /** Seconds. */
  readonly overlap: string | undefined;
  readonly reason: string | undefined;
}

/** Lists, creates, rotates or revokes keys. Throws, for people to read, where something that it needs was not said. */
export async function performKeys(client: Client, ask: KeysAsk): Promise<Told> {
  switch (ask.action) {
    case 'list':
      return list(client);
    case 'create':
      return told(await client.createKey({ ...named(ask), ...termsOf(ask) }), createdLines);
    case 'rotate': {
      const { id, reason } = named(ask);
      const overlapSeconds = ask.overlap === undefined ? 0 : numberOf('overlap', ask.overlap);
      return told(await client.rotateKey(id, { overlapSeconds, reason }), rotatedLines);
    }
    case 'limit': {
      const { id: key, reason } = named(ask);
      return told(await client.setLimits({ key, ...limitsOf(ask), reason }), limitsLines);
    }
    case 'revoke': {
      const { id, reason } = named(ask);
      return told(await client.revokeKey(id, { reason }), revokedLines);
    }
    default:
      throw new Error('keys takes list, create ID, limit ID, rotate ID or revoke ID');
  }
}

async function list(client: Client): Promise<Told> {
  const keys: KeyPage['keys'] = [];
  for (let after = ''; ; ) {
    const page = await client.keys(after);
    if (page.kind !== 'ok') return tellReply('keys', page);
    keys.push(...page.value.keys);
    if (page.value.next === null) return { done: true, lines: keys.map(keyLine), body: { keys } };
    after = page.value.next;
  }
}

const told = <T>(reply: Reply<T>, linesOf: (value: T) => readonly string[]): Told =>
  reply.kind === 'ok'
    ? { done: true, lines: linesOf(reply.value), body: reply.value }
    : tellReply('keys', reply);

function named({ action, id, reason }: KeysAsk): { readonly id: string; readonly reason: string } {
  if (!keyIdSchema.safeParse(id).success) throw new Error(`keys ${action} needs the id of a key`);
  if (reason === undefined) throw new Error(`keys ${action} needs --reason TEXT`);
  return { id, reason };
}

function termsOf(ask: KeysAsk) {
  const { account } = ask;
  if (account === undefined || ask.scopes === undefined)
    throw new Error('keys create needs --account NAME, --scopes A,B, --rate N and --burst N');
  return { account, scopes: ask.scopes.split(',').map(scopeOf), ...limitsOf(ask) };
}

function limitsOf({ action, rate, burst }: KeysAsk) {
  if (rate === undefined || burst === undefined)
    throw new Error(`keys ${action} needs --rate N and --burst N`);
  return { ratePerSecond: numberOf('rate', rate), burst: numberOf('burst', burst) };
}

function scopeOf(text: string): Scope {
  const scope = scopes.find((known) => known === text);
  if (!scope) throw new Error(`${text} is no scope; there are ${scopes.join(', ')}`);
  return scope;
}

function numberOf(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${option} takes a whole number`);
  return Number(text);
}

function keyLine(key: KeyPage['keys'][number]): string {
  const { id, account, ratePerSecond, burst, revokedAt, previousUntil } = key;
  const state = revokedAt === null ? '' : `; revoked ${revokedAt}`;
  const overlap = previousUntil === null ? '' : `; its secret before good until ${previousUntil}`;
  return `${id} of ${account}: ${key.scopes.join(',')}; ${ratePerSecond}/s, burst ${burst}${state}${overlap}`;
}

const pendingLine = 'pending: another key has to ask for the same within five minutes';

const createdLines = (created: CreatedKey): readonly string[] =>
  created.outcome === 'pending' ? [pendingLine] : [keyLine(created.key), ...secretLines(created)];

const rotatedLines = (rotated: RotatedKey): readonly string[] =>
  rotated.outcome === 'pending'
    ? [pendingLine]
    : [
        `${rotated.key.id} rotated, the secret before good nowhere by ${rotated.effectiveBy}; redis ${rotated.redis}`,
        ...secretLines(rotated),
      ];

const limitsLines = (limits: Limits): readonly string[] =>
  limits.outcome === 'pending'
    ? [pendingLine]
    : [`${keyLine(limits.key)}; in force by ${limits.effectiveBy}; redis ${limits.redis}`];

const revokedLines = ({ key, effectiveBy, redis }: RevokedKey): readonly string[] => [
  `${key.id} revoked, good nowhere by ${effectiveBy}; redis ${redis}, database CONFIRMED`,
];

const secretLines = (shown: Extract<CreatedKey | RotatedKey, { secret: string }>): readonly string[] => [
  `shown once: Bearer ${shown.key.id}.${shown.secret}`,
  `to sign requests by: HMAC-SHA256 ${shown.key.id}.${shown.signingSecret}`,
];
