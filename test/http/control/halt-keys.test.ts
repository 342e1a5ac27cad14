import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from '../../../src/core/digest.ts';
import { released } from '../../models/stored-registry.ts';
import { composeService } from '../composed-service.ts';

/** Says BUY of every row. */
const bull = released(2, { name: 'bull' });
const secret = 'h'.repeat(43);
const environment = { HALT_KEYS: `pager:${'0'.repeat(64)},desk:${sha256Hex(secret)}` };
const haltKey = `Bearer desk.${secret}`;
const request = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };

let service: Awaited<ReturnType<typeof composeService>>;
beforeEach(async () => {
  service = await composeService({ bull: bull.files });
});
afterEach(() => service.close());

/** An isolate that was never asked anything, whose stores take everything and answer nothing. */
async function cold(...stores: readonly ('redis' | 'database')[]) {
  const hanging = new Set(stores);
  return { ...(await service.isolate({ settings: environment, hanging })), hanging };
}

const inForce = async () => {
  const { client } = await service.isolate();
  const reply = await client(service.keys.observe).control();
  return reply.kind === 'ok' ? reply.value : reply;
};

describe('a halt key', () => {
  it.each([
    ['database', { redis: 'CONFIRMED', database: 'PENDING' }],
    ['redis', { redis: 'PENDING', database: 'CONFIRMED' }],
  ] as const)(
    'halts by an isolate that knows nobody while %s never answers, and says so',
    async (store, stores) => {
      const isolate = await cold(store);
      const reply = await isolate.client(haltKey).halt({ reason: 'all is on fire' });
      expect(reply).toMatchObject({ value: { tradingState: 'HALTED', stores } });
      expect(await inForce()).toMatchObject({ tradingState: 'HALTED' });
    },
  );

  it('halts and reduces one target by it too', async () => {
    const isolate = await cold('database');
    const reduced = await isolate.client(haltKey).reduce({ reason: 'x', target: 'symbol:DEMO' });
    expect(reduced).toMatchObject({ value: { target: 'symbol:DEMO', tradingState: 'REDUCING' } });
  });

  it('halts whatever a terminal made of the reason', async () => {
    const isolate = await cold('database');
    const reply = await isolate.client(haltKey).halt({ reason: 'all is on \ufffdre' });
    expect(reply).toMatchObject({ value: { tradingState: 'HALTED' } });
  });

  it('stops an isolate that decides, and its trace follows once libSQL is back', async () => {
    const { client } = await service.isolate();
    expect(await client(service.keys.decide).decide(request)).toMatchObject({ value: { actionable: true } });
    const isolate = await cold('database');
    await isolate.client(haltKey).halt({ reason: 'all is on fire' });
    isolate.hanging.clear();
    await vi.waitFor(
      async () =>
        expect(await client(service.keys.decide).decide(request)).toMatchObject({
          value: { actionable: false, reasons: [{ code: 'TRADING_HALTED' }] },
        }),
      { timeout: 10_000 },
    );
    const again = await isolate.client(haltKey).halt({ reason: 'again' });
    expect(again).toMatchObject({ value: { stores: { redis: 'CONFIRMED', database: 'CONFIRMED' } } });
    await vi.waitFor(
      async () => {
        const { rows } = await service.database.client.execute(
          "SELECT key_id, account, record FROM audit_entries WHERE verb = 'halt' AND key_id = 'desk'",
        );
        expect(rows).toContainEqual(expect.objectContaining({ key_id: 'desk', account: null }));
      },
      { timeout: 10_000 },
    );
  });

  it('says that nobody confirmed it where no store answers', async () => {
    const isolate = await service.isolate({
      isCut: () => true,
      settings: environment,
      hanging: new Set(['redis']),
    });
    expect(await isolate.client(haltKey).halt({ reason: 'x' })).toMatchObject({
      status: 503,
      problem: { code: 'HALT_UNCONFIRMED' },
    });
  });

  it('does nothing but halt and reduce', async () => {
    const { client } = await service.isolate({ settings: environment });
    const holder = client(haltKey);
    expect(await holder.control()).toMatchObject({ status: 401 });
    expect(await holder.decide(request)).toMatchObject({ status: 401 });
    const said = { reason: 'x', nonce: 'n'.repeat(16), epoch: 1 };
    expect(await holder.resume(said)).toMatchObject({ status: 401 });
    expect(await holder.tripBreaker('decision', { reason: 'x' })).toMatchObject({ status: 401 });
  });

  it.each([
    `Bearer desk.${'x'.repeat(43)}`,
    `Bearer pager.${secret}`,
    `Bearer other.${secret}`,
    `Bearer desk.${sha256Hex(secret)}`,
    `desk.${secret}`,
  ])('is not %s', async (authorization) => {
    const { client } = await service.isolate({ settings: environment });
    expect(await client(authorization).halt({ reason: 'x' })).toMatchObject({ status: 401 });
    expect(await inForce()).toMatchObject({ tradingState: 'ACTIVE' });
  });

  it('stands beside the keys of the store, which halt as before', async () => {
    const { client } = await service.isolate({ settings: environment });
    expect(await client(service.keys.operate).halt({ reason: 'x' })).toMatchObject({ kind: 'ok' });
    expect(await client(service.keys.decide).halt({ reason: 'x' })).toMatchObject({ status: 403 });
  });
});
