import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditTrail } from '../../../src/audit/audit-trail.ts';
import { createChain } from '../../../src/audit/chain.ts';
import { createWriter } from '../../../src/audit/writer.ts';
import { createSetAside } from '../../../src/control/set-aside.ts';
import { createIdSource } from '../../../src/core/ids.ts';
import { type AsideAsk, asideCommand } from '../../../src/local/audit/aside-command.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../../database-in-test.ts';
import { redisBackends, type TestRedis } from '../../redis-backends.ts';
import { VirtualTime } from '../../virtual-time.ts';

describe.each(redisBackends().slice(0, 1))('npm run audit -- aside', ({ open }) => {
  let redis: TestRedis;
  let libsql: DatabaseInTest;
  const time = new VirtualTime();
  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.run('FLUSHALL');
    libsql = await openDatabaseInTest();
    for (const text of ['{"id":"d-1","account":"desk","recordHash":"ab"}', 'no JSON']) {
      await redis.run('XADD', 'ultrathink:outbox-set-aside', '*', 'record', text, 'reason', 'append-only');
    }
  });
  afterEach(() => libsql.close());

  function aside(ask: Partial<AsideAsk>) {
    const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
    const ids = createIdSource({ clock: time, random });
    const { client } = libsql.database;
    const trail = createAuditTrail({
      ...{ client, writer: createWriter(ids), chain: createChain(), ids, clock: time },
      receiptSecret: 'r'.repeat(32),
    });
    const options = { aside: createSetAside(redis.redis), trail, by: 'ann' };
    return asideCommand(options, { how: 'list', ids: [], reason: undefined, ...ask });
  }

  const entries = async () => {
    const { rows } = await libsql.database.client.execute('SELECT record FROM audit_entries');
    return rows.map((row) => JSON.parse(String(row['record'])));
  };

  it('shows what was set aside, and why', async () => {
    const lines = await aside({});
    expect(lines).toEqual([
      expect.stringMatching(/^\d+-\d+ {2}d-1 {2}desk {2}\d+ characters {2}append-only$/),
      expect.stringMatching(/no record/),
    ]);
    expect(await entries()).toEqual([]);
  });

  it('drops what it is told to, and leaves who did it, why, and which records', async () => {
    const [first] = await aside({});
    const id = String(first).split(' ')[0] ?? '';
    await expect(aside({ how: 'drop', ids: [id] })).rejects.toThrow('--reason');
    expect(await aside({ how: 'drop', ids: [id], reason: 'a copy of d-0' })).toEqual([
      'dropped for good: 1 of 1',
    ]);
    expect(await redis.run('XLEN', 'ultrathink:outbox-set-aside')).toBe(1);
    expect(await entries()).toMatchObject([
      {
        verb: 'drop-records',
        actor: { name: 'npm run audit by ann' },
        reason: 'a copy of d-0',
        before: [{ asideId: id, id: 'd-1', recordHash: 'ab', setAsideFor: 'append-only' }],
      },
    ]);
  });

  it('gives all of them back to the outbox', async () => {
    await aside({ how: 'retry', ids: ['all'], reason: 'the schema is mended' });
    expect(await redis.run('XLEN', 'ultrathink:outbox')).toBe(2);
    expect(await redis.run('XLEN', 'ultrathink:outbox-set-aside')).toBe(0);
    expect(await aside({})).toEqual([]);
  });

  it('changes nothing where it cannot leave its entry', async () => {
    await libsql.database.client.execute('ALTER TABLE audit_entries RENAME TO gone');
    await expect(aside({ how: 'drop', ids: ['all'], reason: 'x' })).rejects.toThrow('nothing was changed');
    expect(await redis.run('XLEN', 'ultrathink:outbox-set-aside')).toBe(2);
  });
});
