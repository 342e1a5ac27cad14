import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditTrail } from '../../../src/audit/audit-trail.ts';
import { createChain } from '../../../src/audit/chain.ts';
import { commitDecisions } from '../../../src/audit/commit.ts';
import { sealRecord } from '../../../src/audit/decision-record.ts';
import { createDatabaseLog, type LogSource } from '../../../src/audit/log-rows.ts';
import { createSealer } from '../../../src/audit/sealer.ts';
import { fromTheBeginning, verifyLog } from '../../../src/audit/verify-log.ts';
import { createWriter } from '../../../src/audit/writer.ts';
import { ed25519PublicKey } from '../../../src/core/ed25519.ts';
import { createIdSource } from '../../../src/core/ids.ts';
import { ok } from '../../../src/core/result.ts';
import { retainCommand } from '../../../src/local/audit/retain-command.ts';
import { createSegmentedLog } from '../../../src/local/audit/segmented-log.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../../database-in-test.ts';
import { VirtualTime } from '../../virtual-time.ts';

const signingKey = '5'.repeat(64);
const receiptSecret = 'r'.repeat(32);
const dayMs = 86_400_000;

describe('npm run audit -- retain', () => {
  let directory: string;
  let opened: DatabaseInTest;
  let time: VirtualTime;
  let world: ReturnType<typeof worldOf>;

  /** Two isolates that write decisions and entries in turns, and one that seals. */
  function worldOf({ database }: DatabaseInTest) {
    const { client } = database;
    let drawn = 0;
    const random = { bytes: (length: number) => Uint8Array.from({ length }, () => (drawn++ * 31) & 0xff) };
    const ids = createIdSource({ clock: time, random });
    const isolates = ['w1', 'w2'].map((name) => {
      const chain = createChain();
      const writer = createWriter({ next: () => name });
      const trail = createAuditTrail({ client, writer, chain, ids, clock: time, receiptSecret });
      return { chain, writer, trail };
    });
    const sealer = createSealer({
      database,
      claim: {
        claim: async () => ok({ latest: null }),
        advance: async () => ok(undefined),
        latest: async () => ok(null),
      },
      ...{ signingKey, publicKeys: [ed25519PublicKey(signingKey)], clock: time, rowsMax: 6 },
    });
    /** A day of the log: ten decisions of each isolate around an entry of its own, sealed at the end. */
    async function day(): Promise<void> {
      for (const { chain, writer, trail } of isolates) {
        const decide = async (count: number) => {
          const records = Array.from({ length: count }, () => {
            const place = { id: ids.next(), ...writer.nextPlace() };
            const columns = { ...place, account: 'a', keyId: 'k', symbol: 'S', action: 'BUY' } as const;
            const kept = { ...columns, decidedAtMs: time.nowMs() };
            return sealRecord(receiptSecret, kept, kept);
          });
          expect(await commitDecisions({ client, chain }, records)).toMatchObject({ ok: true });
        };
        await decide(6);
        const actor = { kind: 'component', name: 'risk' } as const;
        const said = { reason: 'r', clientAddress: null, before: null, after: null };
        await trail.commit(trail.seal({ actor, verb: 'halt', target: 'global', ...said }), []);
        await decide(4);
      }
      await sealer.run(10_000);
      await time.advance(dayMs);
    }
    const trail = createAuditTrail({
      ...{ client, writer: createWriter(ids), chain: createChain(), ids, clock: time, receiptSecret },
    });
    const retain = (beforeMs: number, name: string, reason = 'older than we keep') =>
      retainCommand(
        { database, trail, signingKey, clock: time, by: 'ann' },
        { beforeMs, segmentPath: join(directory, name), reason },
      );
    return { day, retain, sealer };
  }

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'retain-command-'));
    opened = await openDatabaseInTest();
    time = new VirtualTime();
    world = worldOf(opened);
  });
  afterEach(async () => {
    await opened.close();
    rmSync(directory, { recursive: true });
  });

  const verify = (source: LogSource = createDatabaseLog(opened.database), key = signingKey) =>
    verifyLog(source, {
      ...{ publicKeys: [ed25519PublicKey(key)], anchors: [], hasReceipt: null, from: fromTheBeginning },
      ...{ sealsMax: Number.POSITIVE_INFINITY, unsealedMax: Number.POSITIVE_INFINITY },
    });
  const run = (sql: string) => opened.database.client.execute(sql);
  const countOf = async () => Number((await run('SELECT count(*) AS n FROM decisions')).rows[0]?.['n']);
  const segmented = (...names: string[]) =>
    createSegmentedLog(
      names.map((name) => join(directory, name)),
      createDatabaseLog(opened.database),
    );

  it('moves old decisions into a file, under an entry that is signed, and the log stays proven', async () => {
    for (let count = 0; count < 4; count++) await world.day();
    const lines = await world.retain(time.nowMs() - 2.5 * dayMs, 'one.jsonl');
    expect(lines).toEqual([
      expect.stringMatching(/^written: decisions 1 to 40 .* \(SHA-256 [0-9a-f]{64}\)/),
      expect.stringMatching(/^removed: 40 decisions/),
    ]);
    expect(await countOf()).toBe(40);
    expect(await verify()).toMatchObject({ findingCount: 0, retainedTo: 40, holes: [] });
    await world.day();
    expect(await verify()).toMatchObject({
      findingCount: 0,
      retainedTo: 40,
      holes: [],
      unsealed: { decisions: 0 },
    });
    expect(await world.retain(time.nowMs() - 2.5 * dayMs, 'two.jsonl')).toHaveLength(2);
    expect(await verify()).toMatchObject({ findingCount: 0, retainedTo: 60, holes: [] });
    const whole = await verify(segmented('one.jsonl', 'two.jsonl'));
    expect(whole).toMatchObject({
      findingCount: 0,
      retainedTo: 0,
      holes: [],
      sealedUpTo: { decisionsTo: 100 },
    });
    const { rows } = await run("SELECT record FROM audit_entries WHERE verb = 'retain' ORDER BY ordinal");
    expect(rows.map((row) => JSON.parse(String(row['record'])))).toMatchObject([
      { reason: 'older than we keep', before: { decisionsFrom: 1, decisionsTo: 40 } },
      { before: { decisionsFrom: 41, decisionsTo: 60 } },
    ]);
  });

  it('leaves the tables as they were: append-only, and with ordinals that go on', async () => {
    await world.day();
    await world.day();
    await world.retain(time.nowMs() - 0.5 * dayMs, 'one.jsonl');
    await expect(run('DELETE FROM decisions')).rejects.toThrow('append-only');
    await expect(run('DELETE FROM audit_entries')).rejects.toThrow('append-only');
    await world.day();
    expect((await run('SELECT max(ordinal) AS n FROM decisions')).rows[0]?.['n']).toBe(60);
    expect(await verify()).toMatchObject({ findingCount: 0 });
  });

  it('keeps the newest rows, and what was not sealed before the day', async () => {
    await world.day();
    expect(await world.retain(0, 'none.jsonl')).toEqual([expect.stringContaining('nothing was')]);
    expect(existsSync(join(directory, 'none.jsonl'))).toBe(false);
    expect(await world.retain(time.nowMs(), 'most.jsonl')).toHaveLength(2);
    expect(await countOf()).toBe(2);
    expect(await world.retain(time.nowMs(), 'none.jsonl')).toEqual([expect.stringContaining('nothing was')]);
    await world.day();
    expect(await verify(segmented('most.jsonl'))).toMatchObject({ findingCount: 0, holes: [] });
  });

  it('overwrites no file, and touches no log that is not intact', async () => {
    for (let count = 0; count < 3; count++) await world.day();
    writeFileSync(join(directory, 'there.jsonl'), 'an older segment');
    await expect(world.retain(time.nowMs(), 'there.jsonl')).rejects.toThrow('EEXIST');
    await run('DROP TRIGGER decisions_no_update');
    await run("UPDATE decisions SET symbol = 'T' WHERE ordinal = 7");
    await expect(world.retain(time.nowMs(), 'one.jsonl')).rejects.toThrow(
      'not intact, 1 found, first decisions 7',
    );
    expect(await countOf()).toBe(60);
  });

  it('takes nothing for retained that was only deleted, put back, or said by somebody else', async () => {
    for (let count = 0; count < 4; count++) await world.day();
    await world.retain(time.nowMs() - 2.5 * dayMs, 'one.jsonl');
    await run('DROP TRIGGER decisions_no_delete');
    await run('DELETE FROM decisions WHERE ordinal = 41');
    expect((await verify()).findings[0]).toMatchObject({ kind: 'missing', table: 'decisions', ordinal: 41 });
    await run('DELETE FROM decisions WHERE ordinal <= 60');
    expect((await verify()).findings[0]).toMatchObject({ kind: 'missing', table: 'decisions', ordinal: 41 });
    await run('DROP TRIGGER audit_entries_no_update');
    await run(`UPDATE audit_entries SET record = replace(record, '"decisionsTo":40', '"decisionsTo":60')`);
    expect((await verify()).findings.map(({ kind }) => kind)).toContain('edited');
    await run(`UPDATE audit_entries SET verb = 'halt'`);
    const unsaid = await verify();
    expect(unsaid.retainedTo).toBe(0);
    expect(unsaid.findings[0]).toMatchObject({ kind: 'missing', table: 'decisions', ordinal: 1 });
  });

  it('names what was changed in a segment, and rows that were put back', async () => {
    for (let count = 0; count < 3; count++) await world.day();
    await world.retain(time.nowMs() - 1.5 * dayMs, 'one.jsonl');
    const path = join(directory, 'one.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(
      path,
      lines.map((line, index) => (index === 4 ? line.replace('BUY', 'SELL') : line)).join('\n'),
    );
    expect((await verify(segmented('one.jsonl'))).findings[0]).toMatchObject({ kind: 'edited', ordinal: 5 });
    await run(
      `INSERT INTO decisions (ordinal, id, writer, seq, chain_seq, prev, account, key_id, symbol, action, decided_at_ms,
       record_hash, record, receipt)
       SELECT 3, 'again', writer, seq, chain_seq, prev, account, key_id, symbol, action, decided_at_ms, record_hash,
       record, receipt FROM decisions LIMIT 1`,
    );
    expect((await verify()).findings).toContainEqual(
      expect.objectContaining({ kind: 'inserted', table: 'decisions', ordinal: 3, id: 'again' }),
    );
  });

  it('names a retention under a seal that is not here', async () => {
    for (let count = 0; count < 3; count++) await world.day();
    await world.retain(time.nowMs() - 1.5 * dayMs, 'one.jsonl');
    await run('DROP TRIGGER seals_no_delete');
    await run('DELETE FROM seals WHERE seq > 1');
    expect((await verify()).findings).toContainEqual(
      expect.objectContaining({ kind: 'bad-seal', detail: expect.stringContaining('retained') }),
    );
    expect((await verify(undefined, '6'.repeat(64))).findings[0]).toMatchObject({
      detail: expect.stringContaining('signed by none'),
    });
  });
});
