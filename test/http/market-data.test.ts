import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMarketDataStandin } from '../../src/local/market-data-standin.ts';
import { released } from '../models/stored-registry.ts';
import { composeService } from './composed-service.ts';

const key = { keyId: 'k', secret: 's' };
const coin = released(1, { purpose: 'production' });

let service: Awaited<ReturnType<typeof composeService>>;
let standin: ReturnType<typeof createMarketDataStandin>;
beforeEach(async () => {
  service = await composeService({ coin: coin.files });
  standin = createMarketDataStandin({ ...key, clock: { nowMs: () => Date.now() } });
});
afterEach(async () => {
  await standin.close();
  await service.close();
});

const settingsFor = (url: string) => ({
  MARKET_DATA_URL: url,
  MARKET_DATA_KEY_ID: key.keyId,
  MARKET_DATA_SECRET: key.secret,
  MARKET_DATA_DEADLINE_MS: '5000',
});

it('answers a question without data on bars it fetches, and makes the same of its record again', async () => {
  const { url } = await standin.listen(0, '127.0.0.1');
  const isolate = await service.isolate({ settings: settingsFor(url) });
  const reply = await isolate.client(service.keys.decide).decide({ symbol: 'DEMO', durability: 'ack' });
  if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
  expect(reply.value.data.source).toBe('fetched');
  expect(reply.value.reasons).not.toContainEqual(
    expect.objectContaining({ code: 'MARKET_DATA_UNAVAILABLE' }),
  );
  const replayed = await isolate.client(service.keys.observe).replay(reply.value.id);
  expect(replayed).toMatchObject({ value: { same: true, deviations: [] } });
});

it('holds where the source cannot be reached, and says so; items of a batch bring their own data', async () => {
  const isolate = await service.isolate({ settings: settingsFor('http://127.0.0.1:9') });
  const decider = isolate.client(service.keys.decide);
  const held = { action: 'HOLD', holdKind: 'safety', reasons: [{ code: 'MARKET_DATA_UNAVAILABLE' }] };
  expect(await decider.decide({ symbol: 'DEMO' })).toMatchObject({ value: held });
  expect(await decider.decideBatch({ items: [{ symbol: 'DEMO' }] })).toMatchObject({
    value: { items: [held] },
  });
});
