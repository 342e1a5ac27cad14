import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client/web';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drizzle } from 'drizzle-orm/libsql/web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChain } from '../../src/audit/chain.ts';
import { commitDecisions } from '../../src/audit/commit.ts';
import { type DecisionRecord, sealRecord } from '../../src/audit/decision-record.ts';
import { createHranaServer, type HranaServer } from '../../src/local/hrana-server.ts';
import { VirtualTime } from '../virtual-time.ts';

const authToken = 'database';
let directory: string;
let server: HranaServer;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'commit-test-'));
  server = createHranaServer({
    file: join(directory, 'data.db'),
    token: authToken,
    clock: new VirtualTime(),
  });
  url = (await server.listen(0, '127.0.0.1')).url;
  await migrate(drizzle(createClient({ url, authToken })), { migrationsFolder: 'migrations' });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

const record = (id: string): DecisionRecord =>
  sealRecord(
    'r'.repeat(32),
    { id, writer: 'w', seq: 1, account: 'a', keyId: 'k', symbol: 'S', action: 'BUY', decidedAtMs: 1 },
    { id, text: '漢"\\' },
  );

const chain = createChain();

/** What a JSON column cannot hold where the table wants a value. */
const refusedRecord = { ...record('refused'), symbol: null as unknown as string };

describe('commitDecisions', () => {
  it('writes a batch once, whatever is repeated of it', async () => {
    const client = createClient({ url, authToken });
    const batch = [record('a'), record('b')];
    expect(await commitDecisions({ client, chain }, batch)).toMatchObject({ ok: true });
    expect(await commitDecisions({ client, chain }, [...batch, record('c')])).toMatchObject({ ok: true });
    const { rows } = await client.execute('SELECT id, record, receipt FROM decisions ORDER BY id');
    expect(rows.map((row) => [row['id'], row['record'], row['receipt']])).toEqual(
      ['a', 'b', 'c'].map((id) => [id, record(id).record, record(id).receipt]),
    );
  });

  it('fixes the place of each record in the chain, whatever is repeated and however many statements it takes', async () => {
    const client = createClient({ url, authToken });
    const own = createChain();
    const batch = Array.from({ length: 600 }, (_, index) => record(`chained-${index}`));
    const unreachable = createClient({ url: 'http://127.0.0.1:1', authToken });
    await commitDecisions({ client: unreachable, chain: own }, batch.slice(0, 550));
    expect(await commitDecisions({ client, chain: own }, batch)).toMatchObject({ ok: true });
    expect(await commitDecisions({ client, chain: own }, batch.slice(200))).toMatchObject({ ok: true });
    const { rows } = await client.execute(
      "SELECT id, chain_seq, prev FROM decisions WHERE id LIKE 'chained-%' ORDER BY chain_seq",
    );
    const expected = batch.map((each) => own.link(each));
    expect(rows.map((row) => [row['id'], row['chain_seq'], row['prev']])).toEqual(
      expected.map(({ id, chainSeq, prev }) => [id, chainSeq, prev]),
    );
  });

  it('cuts the texts of a statement where they end, whatever they are made of', async () => {
    const client = createClient({ url, authToken });
    const texts = ['', 'ascii', 'é', '漢字', '👍👍', '"\\\n\u0000', 'x'.repeat(5_000)];
    const batch = texts.map((text, index) => sealRecord('r'.repeat(32), record(`cut-${index}`), { text }));
    for (const part of [batch, batch.slice(0, 2)]) await commitDecisions({ client, chain }, part);
    const { rows } = await client.execute("SELECT record FROM decisions WHERE id LIKE 'cut-%' ORDER BY id");
    expect(rows.map((row) => row['record'])).toEqual(batch.map((each) => each.record));
  });

  it('writes what a client chose as it is, in every column', async () => {
    const client = createClient({ url, authToken });
    const odd = ['"', '\\', '\\"', "'", '\u007f', '\n', 'é', '漢', '👍', '],["', '\u2028'];
    const batch = odd.map((text, index) =>
      sealRecord(
        'r'.repeat(32),
        { ...record(`odd-${index}`), account: text, keyId: `k${text}`, symbol: `${text}S` },
        { text },
      ),
    );
    expect(await commitDecisions({ client, chain }, batch)).toMatchObject({ ok: true });
    const { rows } = await client.execute(
      "SELECT account, key_id, symbol, record, record_hash FROM decisions WHERE id LIKE 'odd-%' ORDER BY seq, ordinal",
    );
    expect(rows.map((row) => Object.values(row))).toEqual(
      batch.map((each) => [each.account, each.keyId, each.symbol, each.record, each.recordHash]),
    );
  });

  it('says that a row was refused where the database answered that it takes none of them', async () => {
    const client = createClient({ url, authToken });
    expect(await commitDecisions({ client, chain }, [record('d'), refusedRecord])).toMatchObject({
      ok: false,
      error: { kind: 'refused', detail: expect.stringContaining('NOT NULL'), isFinal: true },
    });
    expect((await client.execute("SELECT 1 FROM decisions WHERE id = 'd'")).rows).toHaveLength(0);
  });

  it.each([413, 500, 502, 503])(
    'tells a body that is too large from a server in trouble: %i',
    async (status) => {
      const client = createClient({ url, authToken, fetch: async () => new Response('no', { status }) });
      expect(await commitDecisions({ client, chain }, [record('e')])).toMatchObject({
        ok: false,
        error: { kind: status === 413 ? 'refused' : 'unavailable' },
      });
    },
  );

  it('says that the database is unavailable where nobody answers, in time or at all', async () => {
    const gone = createClient({ url: 'http://127.0.0.1:1', authToken });
    expect(await commitDecisions({ client: gone, chain }, [record('f')])).toMatchObject({
      error: { kind: 'unavailable' },
    });
    const late = createClient({
      url,
      authToken,
      fetch: async () => Promise.reject(AbortSignal.abort().reason),
    });
    expect(await commitDecisions({ client: late, chain }, [record('f')])).toMatchObject({
      error: { kind: 'unavailable' },
    });
    const intruder = createClient({ url, authToken: 'wrong' });
    expect(await commitDecisions({ client: intruder, chain }, [record('f')])).toMatchObject({
      error: { kind: 'unavailable' },
    });
  });

  it.each([
    ['SQLITE_BUSY', { kind: 'unavailable' }],
    ['SQLITE_ERROR', { kind: 'refused', isFinal: false }],
    ['SQLITE_SCHEMA', { kind: 'refused', isFinal: false }],
    ['SQLITE_AUTH', { kind: 'refused', isFinal: false }],
    ['SQL_PARSE_ERROR', { kind: 'refused', isFinal: false }],
    ['SQLITE_CONSTRAINT_TRIGGER', { kind: 'refused', isFinal: true }],
    ['SQLITE_TOOBIG', { kind: 'refused', isFinal: true }],
  ])('tells what may pass from a judgement on the rows: %s is %j', async (code, kind) => {
    const client = createClient({
      url,
      authToken,
      fetch: async () =>
        Response.json({
          baton: null,
          base_url: null,
          results: [
            { type: 'error', error: { message: 'no', code } },
            { type: 'ok', response: { type: 'close' } },
          ],
        }),
    });
    expect(await commitDecisions({ client, chain }, [record('g')])).toMatchObject({
      error: { ...kind, detail: expect.stringContaining(code) },
    });
  });

  it('does not say that rows are refused for good while the schema is another one', async () => {
    const client = createClient({ url, authToken });
    await client.execute('ALTER TABLE decisions RENAME TO decisions_in_migration');
    const outcome = await commitDecisions({ client, chain }, [record('h')]);
    await client.execute('ALTER TABLE decisions_in_migration RENAME TO decisions');
    expect(outcome).toMatchObject({ error: { kind: 'refused', isFinal: false } });
    expect(await commitDecisions({ client, chain }, [record('h')])).toMatchObject({ ok: true });
  });
});
