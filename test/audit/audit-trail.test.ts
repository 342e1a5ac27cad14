import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client/web';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drizzle } from 'drizzle-orm/libsql/web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntryFacts } from '../../src/audit/audit-entry.ts';
import { createAuditTrail } from '../../src/audit/audit-trail.ts';
import { createChain } from '../../src/audit/chain.ts';
import { createWriter } from '../../src/audit/writer.ts';
import { hmacSha256Hex, sha256Hex } from '../../src/core/digest.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { createHranaServer, type HranaServer } from '../../src/local/hrana-server.ts';
import { controlEpochs } from '../../src/store/schema.ts';
import { VirtualTime } from '../virtual-time.ts';

const receiptSecret = 'r'.repeat(32);
const time = new VirtualTime();
let drawn = 0;
let directory: string;
let server: HranaServer;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'audit-trail-test-'));
  server = createHranaServer({ file: join(directory, 'data.db'), token: 't', clock: time });
  url = (await server.listen(0, '127.0.0.1')).url;
  await migrate(drizzle(createClient({ url, authToken: 't' })), { migrationsFolder: 'migrations' });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

function setUp(client = createClient({ url, authToken: 't' })) {
  const random = { bytes: (length: number) => new Uint8Array(length).fill(++drawn) };
  const ids = createIdSource({ clock: time, random });
  const trail = createAuditTrail({
    client,
    writer: createWriter(ids),
    chain: createChain(),
    ids,
    clock: time,
    receiptSecret,
  });
  const epoch = (number: number) =>
    drizzle(client).insert(controlEpochs).values({
      epoch: number,
      tradingState: 'HALTED',
      registryEpoch: 0,
      changedAtMs: 1,
      changedBy: 'k',
      reason: 'r',
    });
  const rows = async (sql: string) => (await createClient({ url, authToken: 't' }).execute(sql)).rows;
  return { trail, epoch, rows };
}

const facts: EntryFacts = {
  actor: { kind: 'key', keyId: 'k', account: 'a' },
  verb: 'halt',
  target: 'global',
  reason: 'drill "漢"',
  clientAddress: '192.0.2.1',
  before: { tradingState: 'ACTIVE' },
  after: { tradingState: 'HALTED' },
};

describe('the audit trail', () => {
  it('writes what a verb changes and its entry together, and says how many rows each write changed', async () => {
    const { trail, epoch, rows } = setUp();
    const entry = trail.seal(facts);
    expect(await trail.commit(entry, [epoch(1)])).toEqual({ ok: true, value: [1] });
    const [stored] = await rows(`SELECT * FROM audit_entries WHERE id = '${entry.id}'`);
    expect(JSON.parse(String(stored?.['record']))).toEqual({
      id: entry.id,
      writer: entry.writer,
      seq: 1,
      atMs: time.nowMs(),
      ...facts,
    });
    expect(stored).toMatchObject({ key_id: 'k', account: 'a', verb: 'halt', target: 'global', seq: 1 });
    expect(stored?.['record_hash']).toBe(sha256Hex(String(stored?.['record'])));
    expect(stored?.['receipt']).toBe(hmacSha256Hex(receiptSecret, String(stored?.['record_hash'])));
    expect(await rows('SELECT * FROM control_epochs WHERE epoch = 1')).toHaveLength(1);
  });

  it('writes neither where one of them is refused', async () => {
    const { trail, epoch, rows } = setUp();
    const entry = trail.seal(facts);
    const outcome = await trail.commit(entry, [epoch(2), drizzleSyntaxError]);
    expect(outcome).toMatchObject({ ok: false, error: { kind: 'refused' } });
    expect(await rows('SELECT 1 FROM control_epochs WHERE epoch = 2')).toHaveLength(0);
    expect(await rows(`SELECT 1 FROM audit_entries WHERE id = '${entry.id}'`)).toHaveLength(0);
  });

  it('may be told again after a lost reply: one entry', async () => {
    const { trail, epoch, rows } = setUp();
    const entry = trail.seal({ ...facts, actor: { kind: 'component', name: 'risk' } });
    await trail.commit(entry, [epoch(3)]);
    expect(await trail.commit(entry, [epoch(3)])).toEqual({ ok: true, value: [0] });
    const stored = await rows(`SELECT key_id, account FROM audit_entries WHERE id = '${entry.id}'`);
    expect(stored.map((row) => ({ ...row }))).toEqual([{ key_id: null, account: null }]);
  });

  it('says that the outcome is unknown where nobody answers', async () => {
    const { trail } = setUp(createClient({ url: 'http://127.0.0.1:1', authToken: 't' }));
    expect(await trail.commit(trail.seal(facts), [])).toMatchObject({ error: { kind: 'unavailable' } });
  });

  it('numbers its writer without holes', () => {
    const { trail } = setUp();
    const entries = [trail.seal(facts), trail.seal(facts), trail.seal(facts)];
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(entries.map(({ writer }) => writer)).size).toBe(1);
  });
});

const drizzleSyntaxError = { toSQL: () => ({ sql: 'INSERT INTO nothing', params: [] }) };
