import { afterEach, beforeEach, expect, it } from 'vitest';
import { released } from '../models/stored-registry.ts';
import { composeService } from './composed-service.ts';

let service: Awaited<ReturnType<typeof composeService>>;
beforeEach(async () => {
  service = await composeService({ coin: released(1, { purpose: 'production' }).files });
});
afterEach(() => service.close());

const tokensLeft = (response: Response): number =>
  Number(/r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);

it("takes a token of the key's bucket a replay, and none of a key that may not observe", async () => {
  const { ask, client } = await service.isolate();
  const { decide, observe } = service.keys;
  const answered = await client(decide).decide({
    ...{ symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } },
    durability: 'ack',
  });
  if (answered.kind !== 'ok') throw new Error(JSON.stringify(answered));
  const replay = (authorization: string) =>
    ask(`/v1/decisions/${answered.value.id}/replay`, { method: 'POST', headers: { authorization } });
  const first = await replay(observe);
  expect(await first.json()).toMatchObject({ same: true });
  const refused = await replay(decide);
  expect(refused.status).toBe(403);
  expect(refused.headers.has('ratelimit')).toBe(false);
  expect(first.headers.has('ratelimit-policy')).toBe(true);
  expect(tokensLeft(first)).toBeGreaterThan(0);
});
