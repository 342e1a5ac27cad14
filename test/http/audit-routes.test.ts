import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditTrail } from '../../src/audit/audit-trail.ts';
import { createChain } from '../../src/audit/chain.ts';
import { createSealer, type SealClaim } from '../../src/audit/sealer.ts';
import type { Anchor } from '../../src/audit/verify-log.ts';
import { createWriter } from '../../src/audit/writer.ts';
import type { Control } from '../../src/control/control.ts';
import type { ControlView } from '../../src/control/view.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok } from '../../src/core/result.ts';
import { auditPageSchema, verificationSchema } from '../../src/http/audit-schemas.ts';
import type { Authenticator } from '../../src/http/auth.ts';
import type { Environment } from '../../src/http/context.ts';
import { createReadAuditRoute } from '../../src/http/read-audit.ts';
import { createVerifyAuditRoute } from '../../src/http/verify-audit.ts';
import type { Scope } from '../../src/store/key-row.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { VirtualTime } from '../virtual-time.ts';

const signingKey = '5'.repeat(64);
const receiptSecret = 'r'.repeat(32);
const time = new VirtualTime();

let opened: DatabaseInTest;
beforeEach(async () => {
  opened = await openDatabaseInTest();
});
afterEach(() => opened.close());

function setUp() {
  const { database } = opened;
  let drawn = 0;
  const ids = createIdSource({
    clock: time,
    random: { bytes: (length) => new Uint8Array(length).fill(++drawn) },
  });
  const { client } = database;
  const trail = createAuditTrail({
    client,
    writer: createWriter(ids),
    chain: createChain(),
    ids,
    clock: time,
    receiptSecret,
  });
  let latest: Anchor | null = null;
  const claim: SealClaim = {
    claim: async () => ok({ latest }),
    async advance(anchor) {
      latest = anchor;
      return ok(undefined);
    },
    latest: async () => ok(latest),
  };
  const publicKeys = [ed25519PublicKey(signingKey)];
  const sealer = createSealer({ database, claim, signingKey, publicKeys, clock: time, rowsMax: 2 });
  const view = { epoch: 1 } as ControlView;
  const world = {
    view: view as ControlView | undefined,
    scopes: ['observe'] as readonly Scope[],
    tokens: 100,
    asked: [] as string[],
    /** What the permit's sync tells of keys. */
    news: 0,
    isRevoked: false,
  };
  const control: Pick<Control, 'permit' | 'keysNews'> = {
    async permit({ keyId }, _scope, tokens = 1) {
      world.asked.push(keyId);
      if (!world.view) return { kind: 'unavailable', detail: 'no view' };
      const isGranted = world.tokens >= tokens;
      if (isGranted) world.tokens -= tokens;
      const bucket = {
        remaining: world.tokens,
        burst: 100,
        ratePerSecond: 10,
        retryAfterMs: isGranted ? 0 : 100,
      };
      return isGranted ? { kind: 'granted', view, bucket } : { kind: 'limited', bucket };
    },
    keysNews: () => world.news++ * Number(world.isRevoked),
  };
  const authenticator: Authenticator = {
    authenticate: async (authorization, scope) =>
      authorization === `observe ${scope}` && !(world.isRevoked && world.asked.length > 0)
        ? ok({
            id: 'k',
            account: 'mine',
            scopes: world.scopes,
            ratePerSecond: 1,
            burst: 1,
            person: 'k',
            isRetired: () => false,
          })
        : err({ code: 'UNAUTHENTICATED' }),
  };
  const app = new Hono<Environment>();
  app.use('*', async (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    await next();
  });
  app.get('/v1/audit', createReadAuditRoute({ authenticator, control, database, receiptSecret }));
  const verify = {
    authenticator,
    control,
    database,
    claim,
    receiptSecret,
    publicKeys,
    report: () => undefined,
  };
  app.get('/v1/audit/verify', createVerifyAuditRoute(verify));
  const ask = async (path: string, authorization = 'observe observe') => {
    const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
    const response = await app.request(path, { headers: { authorization } }, { scope });
    return { status: response.status, body: await response.json() };
  };
  const leave = async (account: string | null, target = 'global') => {
    const entry = trail.seal({
      actor: account === null ? { kind: 'component', name: 'risk' } : { kind: 'key', keyId: 'k', account },
      verb: 'halt',
      target,
      reason: 'drill',
      clientAddress: null,
      before: null,
      after: null,
    });
    expect(await trail.commit(entry, [])).toMatchObject({ ok: true });
  };
  const tamper = (...statements: string[]) => database.client.batch(statements, 'write');
  return { ask, leave, sealer, tamper, world };
}

describe('GET /v1/audit', () => {
  it("pages through the entries of the key's account and of the service itself, and through no others", async () => {
    const { ask, leave } = setUp();
    for (const account of ['mine', 'theirs', null, 'mine']) await leave(account);
    const first = await ask('/v1/audit?limit=2');
    expect(first.status).toBe(200);
    const page = auditPageSchema.parse(first.body);
    expect(page.entries.map(({ ordinal }) => ordinal)).toEqual([1, 3]);
    const second = auditPageSchema.parse((await ask(`/v1/audit?limit=2&after=${page.next}`)).body);
    expect(second.entries.map(({ ordinal }) => ordinal)).toEqual([4]);
    expect(second.next).toBeNull();
  });

  it('tells of halts that nobody of an account made whom they are about, and the operators', async () => {
    const { ask, leave, world } = setUp();
    const targets = ['symbol:SPX', 'account:theirs', 'account:mine', 'strategy:theirs'];
    for (const target of targets) await leave(null, target);
    const told = async () => auditPageSchema.parse((await ask('/v1/audit')).body).entries;
    expect((await told()).map(({ ordinal }) => ordinal)).toEqual([1, 3]);
    world.scopes = ['observe', 'operate'];
    expect((await told()).map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4]);
  });

  it('gives out no entry that is not as it was written', async () => {
    const { ask, leave, tamper } = setUp();
    await leave('mine');
    await tamper('DROP TRIGGER audit_entries_no_update', "UPDATE audit_entries SET record = '{}'");
    expect(await ask('/v1/audit')).toMatchObject({ status: 500, body: { code: 'RECORD_DAMAGED' } });
  });

  it('refuses a page that is none, a key that is wrong, and everybody without a live view', async () => {
    const { ask, world } = setUp();
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'after=-1', 'after=1e3']) {
      expect(await ask(`/v1/audit?${query}`)).toMatchObject({ status: 422 });
    }
    expect(await ask('/v1/audit', 'wrong')).toMatchObject({ status: 401 });
    world.view = undefined;
    expect(await ask('/v1/audit')).toMatchObject({ status: 503 });
    expect(await ask('/v1/audit/verify')).toMatchObject({ status: 503 });
  });
});

describe.each(['/v1/audit', '/v1/audit/verify'])('GET %s', (path) => {
  it("takes a token of the key's bucket, and reads nothing without one", async () => {
    const { ask, world } = setUp();
    world.tokens = 2;
    expect([(await ask(path)).status, (await ask(path)).status]).toEqual([200, 200]);
    expect(await ask(path)).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(world).toMatchObject({ tokens: 0, asked: ['k', 'k', 'k'] });
  });

  it('takes none of who is not proven, and proves a key again that its sync told something of', async () => {
    const { ask, world } = setUp();
    await ask(path, 'wrong');
    expect(world.asked).toEqual([]);
    world.isRevoked = true;
    expect(await ask(path)).toMatchObject({ status: 401 });
    expect(world.asked).toEqual(['k']);
  });
});

describe('GET /v1/audit/verify', () => {
  it('goes through the log part by part and finds it intact', async () => {
    const { ask, leave, sealer } = setUp();
    for (let count = 0; count < 7; count++) await leave('mine');
    await sealer.run(10_000);
    await leave(null);
    const parts = [];
    for (let next: number | null = 0; next !== null; ) {
      const part = verificationSchema.parse((await ask(`/v1/audit/verify?afterSeal=${next}`)).body);
      parts.push(part);
      next = part.next;
    }
    expect(parts.map(({ intact, sealedUpTo }) => [intact, sealedUpTo.seq])).toEqual([
      [true, 2],
      [true, 4],
    ]);
    expect(parts.at(-1)?.unsealed).toEqual({ decisions: 0, entries: 1 });
  });

  it('names a row that was edited, one that is forged though not sealed yet, and a log that was cut', async () => {
    const { ask, leave, sealer, tamper } = setUp();
    for (let count = 0; count < 4; count++) await leave('mine');
    await sealer.run(10_000);
    await leave('mine');
    await tamper(
      'DROP TRIGGER audit_entries_no_update',
      'DROP TRIGGER audit_entries_no_delete',
      'DROP TRIGGER seals_no_delete',
    );
    await tamper("UPDATE audit_entries SET receipt = 'x' WHERE ordinal = 5");
    const found = async () => verificationSchema.parse((await ask('/v1/audit/verify')).body).findings[0];
    expect(await found()).toMatchObject({ kind: 'edited', table: 'entries', ordinal: 5 });
    await tamper("UPDATE audit_entries SET target = 'x' WHERE ordinal = 2");
    expect(await found()).toMatchObject({ kind: 'edited', table: 'entries', ordinal: 2 });
    await tamper('DELETE FROM audit_entries WHERE ordinal = 1');
    expect(await found()).toMatchObject({ kind: 'missing', table: 'entries', ordinal: 1 });
    await tamper('DELETE FROM audit_entries', 'DELETE FROM seals');
    expect(await found()).toMatchObject({ kind: 'behind-anchor', table: 'seals', ordinal: 2 });
  });

  it('begins behind no seal that is not there', async () => {
    const { ask } = setUp();
    const { body } = await ask('/v1/audit/verify?afterSeal=9');
    expect(verificationSchema.parse(body)).toMatchObject({
      intact: false,
      findings: [{ kind: 'bad-seal', ordinal: 9 }],
    });
  });
});
