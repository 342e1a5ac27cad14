import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRequest, sp500Requests } from './requests.ts';
import { type Instance, startTestService, type TestService } from './test-service.ts';

let service: TestService;
const instances: Instance[] = [];

beforeAll(async () => {
  service = await startTestService('workerd');
  instances.push(service, await service.join('deno'), await service.join('bun'));
});

afterAll(() => service.stop());

describe('a decision of one runtime', () => {
  it('is made again from its record, byte for byte, on all three', async () => {
    const requests = [
      ...(await sp500Requests(20)),
      ...Array.from({ length: 10 }, (_, seed) => demoRequest(seed + 1, Date.now())),
    ];
    const actions = new Set<string>();
    for (const from of instances) {
      for (const [index, request] of requests.entries()) {
        const asked = { ...request, durability: 'ack', explain: index % 3 === 0 } as const;
        const answer = await from.client('decide').decide(asked);
        if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer));
        actions.add(answer.value.action);
        for (const on of instances) {
          expect(await on.client('observe').replay(answer.value.id)).toMatchObject({
            kind: 'ok',
            value: { same: true, deviations: [] },
          });
        }
      }
    }
    expect([...actions].toSorted()).toEqual(['BUY', 'HOLD', 'SELL']);
  });
});

describe('a record that is put out before its answer', () => {
  it('is in the database soon, whichever runtime had it', async () => {
    for (const [seed, from] of instances.entries()) {
      const answer = await from
        .client('decide')
        .decide({ ...demoRequest(seed, Date.now()), durability: 'outbox' });
      if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer));
      expect(answer.value.durability).toBe('outboxed');
      const stored = () => service.client('observe').decision(answer.value.id);
      await expect.poll(async () => (await stored()).kind, { timeout: 20_000 }).toBe('ok');
    }
  });
});
