import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../../src/client/client.ts';
import { fetchTransport } from '../../../src/client/fetch-transport.ts';
import { signRequests } from '../../../src/client/sign-requests.ts';
import {
  createdKeySchema,
  keyPageSchema,
  revokedKeySchema,
  rotatedKeySchema,
} from '../../../src/http/keys/key-schemas.ts';
import { released } from '../../models/stored-registry.ts';
import { composeService } from '../composed-service.ts';

type Service = Awaited<ReturnType<typeof composeService>>;
type Isolate = Awaited<ReturnType<Service['isolate']>>;

let service: Service;
let isolate: Isolate;
/** Where two people have to let trading go. */
let strict: Isolate;
let approver: Client;

beforeAll(async () => {
  service = await composeService({ coin: released(0.5, { name: 'coin' }).files });
  isolate = await service.isolate();
  strict = await service.isolate({ settings: { RESUME_APPROVALS: '2' } });
  approver = isolate.client(service.keys.approve);
});
afterAll(() => service.close());

const reason = 'a reason';
const terms = { account: 'acme', scopes: ['decide' as const], ratePerSecond: 50, burst: 100, reason };
const problem = (status: number, code: string) => ({ kind: 'problem', status, problem: { code } });
const question = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };

async function created(id: string, over: object = {}, by: Client = approver) {
  const reply = await by.createKey({ id, ...terms, ...over });
  if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
  return `Bearer ${id}.${createdKeySchema.parse(reply.value).secret}`;
}
const decides = async (authorization: string, at: Isolate = isolate) =>
  (await at.client(authorization).decide(question)).kind;

describe('the routes of keys', () => {
  it('make a key that works on every isolate, and show its secret in that answer alone', async () => {
    const key = await created('fresh');
    const other = await service.isolate();
    expect([await decides(key), await decides(key, other)]).toEqual(['ok', 'ok']);
    const page = await approver.keys('');
    if (page.kind !== 'ok') throw new Error(JSON.stringify(page));
    const { keys } = keyPageSchema.parse(page.value);
    expect(keys.map(({ id }) => id)).toEqual(keys.map(({ id }) => id).toSorted());
    expect(keys.find(({ id }) => id === 'fresh')).toMatchObject({
      ...{ account: 'acme', scopes: ['decide'], ratePerSecond: 50, burst: 100 },
      ...{ previousUntil: null, revokedAt: null },
    });
    const trail = await isolate.client(service.keys.observe).audit(0);
    const secret = key.split('.')[1] ?? '';
    expect(JSON.stringify([page, trail])).not.toContain(secret);
    expect(JSON.stringify(trail)).toContain('key:fresh');
    const answer = await isolate.ask('/v1/keys', { headers: { authorization: service.keys.approve } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('rotate a key: where it is in memory the new secret is good at once, the one before it too', async () => {
    const before = await created('turning');
    expect(await decides(before)).toBe('ok');
    const reply = await approver.rotateKey('turning', { overlapSeconds: 600, reason });
    if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
    const { secret, redis } = rotatedKeySchema.parse(reply.value);
    expect(redis).toBe('CONFIRMED');
    expect([await decides(`Bearer turning.${secret}`), await decides(before)]).toEqual(['ok', 'ok']);
    const atOnce = await approver.rotateKey('turning', { overlapSeconds: 0, reason });
    if (atOnce.kind !== 'ok') throw new Error(JSON.stringify(atOnce));
    const late = await service.isolate();
    expect([await decides(before, late), await decides(`Bearer turning.${secret}`, late)]).toEqual([
      'problem',
      'problem',
    ]);
    const last = rotatedKeySchema.parse(atOnce.value).secret;
    expect(await decides(`Bearer turning.${last}`, late)).toBe('ok');
  });

  it('revoke a key, which is refused from then on, and never comes back', async () => {
    const key = await created('leaving');
    const reply = await approver.revokeKey('leaving', { reason });
    if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
    expect(revokedKeySchema.parse(reply.value)).toMatchObject({ redis: 'CONFIRMED', outcome: 'revoked' });
    expect(await decides(key, await service.isolate())).toBe('problem');
    expect(await approver.rotateKey('leaving', { overlapSeconds: 0, reason })).toMatchObject(
      problem(409, 'KEY_REVOKED'),
    );
    expect(await approver.createKey({ id: 'leaving', ...terms })).toMatchObject(problem(409, 'KEY_EXISTS'));
    expect(await approver.revokeKey('leaving', { reason })).toMatchObject({ kind: 'ok' });
  });

  it('give a key what it signs by, in place of sending its secret', async () => {
    const reply = await approver.createKey({ id: 'signer', ...terms, scopes: ['operate', 'approve'] });
    if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
    const { signingSecret } = createdKeySchema.parse(reply.value);
    const signer = { keyId: 'signer', signingSecret, clock: { nowMs: Date.now }, recvWindowMs: 60_000 };
    const sent: Request[] = [];
    const client = createClient({
      baseUrl: 'http://service',
      authorization: signRequests(signer),
      transport: fetchTransport((url, init) => {
        const request = new Request(url, init);
        sent.push(request.clone());
        return isolate.service.fetch(request, { waitUntil: () => undefined, clientAddress: '192.0.2.1' });
      }),
    });
    expect(await client.keys('')).toMatchObject({ kind: 'ok' });
    expect(await client.breakers()).toMatchObject({ kind: 'ok' });
    expect(await client.tripBreaker('order', { reason })).toMatchObject({ kind: 'ok' });
    expect(await client.reduce({ reason })).toMatchObject({ kind: 'ok' });
    const again = async (path: string) => {
      const request = sent.find(({ url }) => url.includes(path));
      if (!request) throw new Error(`${path} was not asked`);
      const body = request.method === 'GET' ? null : await request.clone().text();
      const { method, headers } = request;
      const answer = await isolate.ask(request.url.slice('http://service'.length), { method, headers, body });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    expect(await again('/v1/control/breakers/order/trip')).toEqual([409, 'SIGNATURE_USED']);
    expect(await again('/v1/control/reduce')).toEqual([200, undefined]);
    expect(sent.some(({ headers }) => headers.get('authorization')?.includes(signingSecret))).toBe(false);
  });

  it('are for those who approve alone, and know who is not there', async () => {
    for (const scope of ['decide', 'trade', 'operate', 'observe'] as const) {
      const client = isolate.client(service.keys[scope]);
      const replies = [
        await client.keys(''),
        await client.createKey({ id: 'mine', ...terms, scopes: ['approve'] }),
        await client.rotateKey(`local-${scope}`, { overlapSeconds: 0, reason }),
        await client.revokeKey('local-approve', { reason }),
      ];
      for (const reply of replies) expect(reply, scope).toMatchObject(problem(403, 'SCOPE_MISSING'));
    }
    expect(await approver.rotateKey('nobody', { overlapSeconds: 0, reason })).toMatchObject(
      problem(404, 'NOT_FOUND'),
    );
    expect(await approver.revokeKey('nobody', { reason })).toMatchObject(problem(404, 'NOT_FOUND'));
    for (const odd of ['a/b', 'a b', 'a'.repeat(65)]) {
      expect(await approver.rotateKey(odd, { overlapSeconds: 0, reason })).toMatchObject(
        problem(404, 'NOT_FOUND'),
      );
      expect(await approver.revokeKey(odd, { reason })).toMatchObject(problem(404, 'NOT_FOUND'));
    }
    expect((await isolate.ask('/v1/keys/x/rotate')).status).toBe(405);
    const headers = { authorization: service.keys.approve };
    expect((await isolate.ask('/v1/keys?after=a%20b', { headers })).status).toBe(422);
  });

  it.each<[string, object]>([
    ['no scope', { scopes: [] }],
    ['an unknown scope', { scopes: ['root'] }],
    ['an id that no header could carry', { id: 'a.b' }],
    ['a rate of nothing', { ratePerSecond: 0 }],
    ['a burst past what a bucket counts', { burst: 1_000_000_001 }],
    ['no reason', { reason: '' }],
    ['a field that is none', { secret: 'mine' }],
  ])('refuse %s', async (_, over) => {
    expect(await approver.createKey({ id: 'odd', ...terms, ...over })).toMatchObject(
      problem(422, 'INVALID_REQUEST'),
    );
  });

  it('lower a limit at once, by whoever operates, and raise it only by whoever approves', async () => {
    const key = await created('greedy', { ratePerSecond: 1, burst: 3 });
    const operator = isolate.client(service.keys.operate);
    const ask = (burst: number, ratePerSecond = 1) => ({ key: 'greedy', ratePerSecond, burst, reason });
    expect(await operator.setLimits(ask(1))).toMatchObject({
      ...{ kind: 'ok', value: { outcome: 'set', redis: 'CONFIRMED', key: { burst: 1, ratePerSecond: 1 } } },
    });
    const late = await service.isolate();
    const limit = await late.client(key).decide(question);
    expect(limit.kind === 'ok' && limit.header('ratelimit-policy')).toBe('"decide";q=1;w=1');
    expect(await operator.setLimits(ask(2))).toMatchObject(problem(403, 'SCOPE_MISSING'));
    expect(await operator.setLimits(ask(1, 2))).toMatchObject(problem(403, 'SCOPE_MISSING'));
    expect(await approver.setLimits(ask(3))).toMatchObject({ kind: 'ok', status: 200 });
    expect(await approver.setLimits(ask(0))).toMatchObject(problem(422, 'INVALID_REQUEST'));
    expect(await approver.setLimits({ ...ask(1), key: 'nobody' })).toMatchObject(problem(404, 'NOT_FOUND'));
    const observer = isolate.client(service.keys.observe);
    expect(await observer.setLimits(ask(1))).toMatchObject(problem(403, 'SCOPE_MISSING'));
    expect(await strict.client(service.keys.approve).setLimits(ask(4))).toMatchObject({
      ...{ status: 202, value: { outcome: 'pending' } },
    });
  });

  it('give nobody a key that may operate or approve alone where two let trading go', async () => {
    const second = await service.person('second', ['approve']);
    const [ann, eve] = [strict.client(service.keys.approve), strict.client(second)];
    const ask = { id: 'third', ...terms, scopes: ['approve' as const] };
    expect(await ann.createKey(ask)).toMatchObject({
      ...{ kind: 'ok', status: 202, value: { outcome: 'pending' } },
    });
    expect(await ann.createKey(ask)).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    expect(await eve.createKey(ask)).toMatchObject({ kind: 'ok', status: 201 });
    const takeOver = { overlapSeconds: 0, reason };
    expect(await ann.rotateKey('second', takeOver)).toMatchObject({ status: 202 });
    expect(await ann.rotateKey('second', takeOver)).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    expect(await eve.rotateKey('second', { overlapSeconds: 60, reason })).toMatchObject({ status: 200 });
  });
});
