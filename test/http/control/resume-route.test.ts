import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../src/client/client.ts';
import { createdKeySchema, rotatedKeySchema } from '../../../src/http/keys/key-schemas.ts';
import { released } from '../../models/stored-registry.ts';
import { composeService } from '../composed-service.ts';
import { sleeper } from '../sleeper.ts';

type Service = Awaited<ReturnType<typeof composeService>>;

let service: Service;
let nonces = 0;

beforeEach(async () => {
  service = await composeService({ coin: released(0.5, { name: 'coin' }).files });
});
afterEach(() => service.close());

const reason = 'a drill';
const nonce = () => `nonce-of-a-drill-${++nonces}`;
const problem = (status: number, code: string) => ({ kind: 'problem', status, problem: { code } });

/** Clients of one isolate, and the epoch of the halt that they find. */
async function halted(settings: Readonly<Record<string, string>> = {}) {
  const isolate = await service.isolate({ settings });
  const ann = isolate.client(service.keys.approve);
  const eve = isolate.client(await service.person('eve', ['approve']));
  const restricted = await isolate.client(service.keys.operate).halt({ reason });
  if (restricted.kind !== 'ok') throw new Error(JSON.stringify(restricted));
  return { ann, eve, epoch: restricted.value.epoch };
}

function answered(reply: { readonly kind: string; readonly value?: unknown }): unknown {
  if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
  return reply.value;
}

const tradingState = async (client: Client) => {
  const reply = await client.control();
  return reply.kind === 'ok' ? reply.value.tradingState : reply;
};

describe('POST /v1/control/resume', () => {
  it('answers 202 to the first of two people, and 200 to another', async () => {
    const { ann, eve, epoch } = await halted({ RESUME_APPROVALS: '2' });
    const ask = () => ({ epoch, nonce: nonce(), reason });
    expect(await ann.resume(ask())).toMatchObject({
      ...{ kind: 'ok', status: 202, value: { outcome: 'pending', epoch } },
    });
    expect(await tradingState(ann)).toBe('HALTED');
    expect(await ann.resume(ask())).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    expect(await eve.resume(ask())).toMatchObject({
      ...{ kind: 'ok', status: 200, value: { outcome: 'resumed', epoch: epoch + 1 } },
    });
    expect(await tradingState(ann)).toBe('ACTIVE');
  });

  it('needs one where one is configured, which is the default', async () => {
    const { ann, epoch } = await halted();
    expect(await ann.resume({ epoch, nonce: nonce(), reason })).toMatchObject({ kind: 'ok', status: 200 });
  });

  it('refuses what is active, another epoch, and a nonce that was used', async () => {
    const { ann, eve, epoch } = await halted({ RESUME_APPROVALS: '2' });
    expect(await ann.resume({ epoch: epoch - 1, nonce: nonce(), reason })).toMatchObject(
      problem(409, 'EPOCH_MOVED'),
    );
    const used = { epoch, nonce: nonce(), reason };
    expect(await ann.resume(used)).toMatchObject({ status: 202 });
    expect(await eve.resume(used)).toMatchObject(problem(409, 'NONCE_USED'));
    expect(await tradingState(ann)).toBe('HALTED');
    expect(await eve.resume({ ...used, nonce: nonce() })).toMatchObject({ status: 200 });
    expect(await ann.resume({ ...used, epoch: epoch + 1, nonce: nonce() })).toMatchObject(
      problem(409, 'ALREADY_ACTIVE'),
    );
  });

  it('counts a second key that somebody made, or gave another secret, as the same person', async () => {
    const { ann, eve, epoch } = await halted();
    const isolate = await service.isolate({ settings: { RESUME_APPROVALS: '2' } });
    const terms = { account: 'desk', scopes: ['approve' as const], ratePerSecond: 1, burst: 1, reason };
    // Where one person lets trading go one makes keys too; two are asked for since.
    const made = createdKeySchema.parse(answered(await ann.createKey({ id: 'mine', ...terms })));
    const mine = `Bearer mine.${made.secret}`;
    const next = createdKeySchema.parse(
      answered(await (await service.isolate()).client(mine).createKey({ id: 'next', ...terms })),
    );
    const ask = () => ({ epoch, nonce: nonce(), reason });
    expect(await isolate.client(service.keys.approve).resume(ask())).toMatchObject({ status: 202 });
    for (const key of [mine, `Bearer next.${next.secret}`])
      expect(await isolate.client(key).resume(ask())).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    const rotated = answered(await ann.rotateKey('eve', { overlapSeconds: 0, reason }));
    const taken = isolate.client(`Bearer eve.${rotatedKeySchema.parse(rotated).secret}`);
    expect(await taken.resume(ask())).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    const other = isolate.client(await service.person('zoe', ['approve']));
    expect(await other.resume(ask())).toMatchObject({ status: 200 });
    expect(await tradingState(eve)).toMatchObject({ kind: 'problem' });
  });

  it('refuses a secret that was rotated away while the isolate slept', async () => {
    const asleep = sleeper();
    const slept = await service.isolate({ time: asleep.time });
    const thief = slept.client(await service.person('zoe', ['approve']));
    expect(await thief.control()).toMatchObject({ kind: 'ok' });
    const { ann, epoch } = await halted();
    answered(await ann.rotateKey('zoe', { overlapSeconds: 0, reason }));
    asleep.sleep(2_000);
    expect(await thief.resume({ epoch, nonce: nonce(), reason })).toMatchObject(
      problem(401, 'UNAUTHENTICATED'),
    );
    expect(await tradingState(ann)).toBe('HALTED');
  });

  it('refuses a body that may not have been UTF-8, though a halt does not', async () => {
    const { ann, epoch } = await halted();
    expect(await ann.resume({ epoch, nonce: nonce(), reason: 'all is on \ufffdre' })).toMatchObject(
      problem(400, 'NOT_JSON'),
    );
    expect(await tradingState(ann)).toBe('HALTED');
  });

  it('is for those who approve alone, and takes a whole request', async () => {
    const { ann, epoch } = await halted();
    const isolate = await service.isolate();
    const ask = { epoch, nonce: nonce(), reason };
    for (const scope of ['decide', 'trade', 'operate', 'observe'] as const)
      expect(await isolate.client(service.keys[scope]).resume(ask)).toMatchObject(
        problem(403, 'SCOPE_MISSING'),
      );
    for (const over of [{ nonce: 'short' }, { epoch: -1 }, { reason: '' }])
      expect(await ann.resume({ ...ask, ...over })).toMatchObject(problem(422, 'INVALID_REQUEST'));
    expect(await tradingState(ann)).toBe('HALTED');
  });
});

describe('a service whose shield admits nobody', () => {
  it('answers a halt and nothing else, and says that it has one', async () => {
    const isolate = await service.isolate({ shield: { admits: async () => false } });
    const refused = problem(429, 'RATE_LIMITED');
    const question = { symbol: 'DEMO', features: {} };
    expect(await isolate.client(service.keys.decide).decide(question)).toMatchObject(refused);
    expect(await isolate.client(service.keys.approve).keys('')).toMatchObject(refused);
    expect(await isolate.client(service.keys.operate).halt({ reason })).toMatchObject({ kind: 'ok' });
    const open = await service.isolate({ shield: { admits: async () => true } });
    const shield = async (by: typeof open) => {
      const answer = await by.ask('/readyz');
      return ((await answer.json()) as { parts: { shield: object } }).parts.shield;
    };
    expect(await shield(open)).toEqual({ ready: true, state: 'shielding' });
    expect(await shield(await service.isolate())).toEqual({ ready: true, state: 'none' });
  });
});
