import { randomBytes } from 'node:crypto';
import type { Client, Reply } from '../../client/client.ts';
import type { TargetName } from '../../risk/target.ts';
import type { Scope } from '../../store/key-row.ts';

export interface OpsAsk {
  readonly verb: string;
  /** Of a breaker. */
  readonly name: string;
  /** Of a halt, a reduce or a resume. */
  readonly target: TargetName;
  readonly reason: string | undefined;
  readonly epoch: string | undefined;
}

const scopes: Readonly<Record<string, Scope>> = {
  status: 'observe',
  breakers: 'operate',
  verify: 'observe',
  heartbeat: 'operate',
  halt: 'operate',
  reduce: 'operate',
  trip: 'operate',
  reset: 'operate',
  resume: 'approve',
  keys: 'approve',
  override: 'approve',
};

/** The scope that a verb needs; undefined where there is no such verb. */
export const scopeOf = (verb: string): Scope | undefined => scopes[verb];

/** One verb over the typed client. Throws, for people to read, where something that it needs was not said. */
export async function performVerb(
  client: Client,
  { verb, name, target, reason, epoch }: OpsAsk,
): Promise<Reply<unknown>> {
  switch (verb) {
    case 'status':
      return client.control();
    case 'breakers':
      return client.breakers();
    case 'heartbeat':
      return client.heartbeat();
    case 'verify':
      return verify(client);
  }
  if (reason === undefined) throw new Error(`${verb} needs --reason TEXT`);
  switch (verb) {
    case 'halt':
      return client.halt({ reason, target });
    case 'reduce':
      return client.reduce({ reason, target });
    case 'resume':
      return resume(client, { target, reason, epoch });
    case 'trip':
      return client.tripBreaker(name, { reason });
    default:
      return client.resetBreaker(name, { reason });
  }
}

async function resume(
  client: Client,
  { target, reason, epoch }: Pick<OpsAsk, 'target' | 'epoch'> & { readonly reason: string },
): Promise<Reply<unknown>> {
  const said = { target, reason, nonce: randomBytes(16).toString('base64url') };
  if (epoch !== undefined) return client.resume({ ...said, epoch: Number(epoch) });
  const now = await client.control();
  if (now.kind !== 'ok') return now;
  if (now.value.epoch === null) throw new Error('a store cannot be read now: nothing can be resumed');
  return client.resume({ ...said, epoch: now.value.epoch });
}

/** Part by part; the first that is not intact, or the last. */
async function verify(client: Client): Promise<Reply<unknown>> {
  for (let afterSeal = 0; ; ) {
    const part = await client.verifyAudit(afterSeal);
    if (part.kind !== 'ok' || !part.value.intact || part.value.next === null) return part;
    afterSeal = part.value.next;
  }
}
