import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry, EntryFacts } from '../../../src/audit/audit-entry.ts';
import { sealEntry } from '../../../src/audit/audit-entry.ts';
import type { AuditTrail } from '../../../src/audit/audit-trail.ts';
import {
  type BreakerOperator,
  createBreakerOperator,
} from '../../../src/control/breakers/breaker-operator.ts';
import { redisKeys } from '../../../src/control/redis-keys.ts';
import { err, ok } from '../../../src/core/result.ts';
import { redisBackends, type TestRedis } from '../../redis-backends.ts';

const evidence = {
  actor: { kind: 'key', keyId: 'operator', account: 'desk' },
  reason: 'scores look wrong',
} as const;

describe.each(redisBackends())("an operator's hand on the breakers, on $name", ({ open }) => {
  let store: TestRedis;
  let operator: BreakerOperator;
  let entries: AuditEntry[] = [];
  let behind: Promise<void>[] = [];
  let failures = 0;
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '192.0.2.7' };
  const trail: AuditTrail = {
    seal: (facts: EntryFacts) => {
      const seq = entries.length + 1;
      return sealEntry('s'.repeat(32), { id: `entry-${seq}`, writer: 'writer', seq, atMs: 1 }, facts);
    },
    async commit(entry) {
      failures -= 1;
      if (failures >= 0) return err({ kind: 'unavailable', detail: 'down' });
      entries.push(entry);
      return ok([]);
    },
  };

  beforeAll(async () => {
    store = await open();
  });
  beforeEach(async () => {
    await store.run('FLUSHALL');
    entries = [];
    behind = [];
    failures = 0;
    operator = createBreakerOperator({ redis: store.redis, trail });
  });
  afterAll(() => store.close());

  const stateOf = async (name: 'decision' | 'order') => {
    const shared = await operator.read();
    return shared.ok ? shared.value[name].state : shared.error;
  };
  const factsOf = (entry: AuditEntry | undefined) => JSON.parse(entry?.record ?? 'null');

  it('finds every breaker closed in a fresh Redis, and changes nothing by looking', async () => {
    expect(await operator.read()).toMatchObject({
      ok: true,
      value: {
        decision: { state: 'closed' },
        order: { state: 'closed' },
        'market-data': { state: 'closed' },
      },
    });
    expect(await store.run('KEYS', '*')).toEqual([]);
  });

  it('trips one until it resets it, and leaves an entry of each', async () => {
    expect(await operator.trip('order', evidence, scope)).toMatchObject({
      kind: 'done',
      breaker: { state: 'tripped' },
      isRecorded: true,
    });
    expect([await stateOf('order'), await stateOf('decision')]).toEqual(['tripped', 'closed']);
    expect(await operator.reset('order', evidence, scope)).toMatchObject({ breaker: { state: 'closed' } });
    expect(await stateOf('order')).toBe('closed');
    expect(entries.map(factsOf)).toMatchObject([
      {
        verb: 'trip',
        target: 'breaker:order',
        reason: 'scores look wrong',
        clientAddress: '192.0.2.7',
        actor: { keyId: 'operator', account: 'desk' },
        before: { state: 'closed' },
        after: { state: 'tripped' },
      },
      { verb: 'reset', before: { state: 'tripped' }, after: { state: 'closed' } },
    ]);
  });

  it('begins a generation with each change, and a revision that every isolate will ask about', async () => {
    const generations: number[] = [];
    const revisions: unknown[] = [];
    for (const verb of ['trip', 'reset', 'reset', 'trip'] as const) {
      const outcome = await operator[verb]('decision', evidence, scope);
      if (outcome.kind === 'done') generations.push(outcome.breaker.generation);
      revisions.push(await store.run('HGET', redisKeys.control, 'breakers'));
    }
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
    expect(new Set(revisions).size).toBe(4);
  });

  it('leaves a tripped one as it is when it is tripped again', async () => {
    const first = await operator.trip('decision', evidence, scope);
    expect(await operator.trip('decision', evidence, scope)).toEqual(first);
  });

  it('trips although the entry cannot be written, and writes it behind the answer', async () => {
    failures = 2;
    expect(await operator.trip('decision', evidence, scope)).toMatchObject({
      kind: 'done',
      isRecorded: false,
    });
    expect(await stateOf('decision')).toBe('tripped');
    await Promise.all(behind);
    expect(entries).toHaveLength(1);
  });

  it('does not reset what it cannot record', async () => {
    await operator.trip('decision', evidence, scope);
    failures = 1;
    expect(await operator.reset('decision', evidence, scope)).toMatchObject({ kind: 'not-recorded' });
    expect(await stateOf('decision')).toBe('tripped');
  });

  it('knows nothing of the outcome when Redis does not answer, or answers nonsense', async () => {
    for (const reply of [() => Promise.reject(new Error('down')), async () => ['before', '', 'after', '']]) {
      const broken = createBreakerOperator({
        redis: { eval: reply } as unknown as TestRedis['redis'],
        trail,
      });
      expect(await broken.trip('decision', evidence, scope)).toMatchObject({ kind: 'unavailable' });
      expect(await broken.reset('decision', evidence, scope)).toMatchObject({ kind: 'unavailable' });
      expect((await broken.read()).ok).toBe(false);
    }
    expect(entries).toEqual([]);
  });
});
