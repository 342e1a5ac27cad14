import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeNames } from '../../src/local/service-file.ts';
import { sp500Requests, withoutCallFacts } from './requests.ts';
import { firstGood, startTestService, type TestService } from './test-service.ts';

const services: TestService[] = [];

beforeAll(async () => {
  for (const runtime of runtimeNames) services.push(await startTestService(runtime));
});

afterAll(async () => {
  for (const service of services) await service.stop();
});

describe('one request on three runtimes', () => {
  it('gives the same bytes but for ids, times and receipt, over 1,000 requests of the real series', async () => {
    const requests = await sp500Requests(1_000);
    const seen = new Set<string>();
    for (const request of requests) {
      const answers = await Promise.all(
        services.map(async (service) => {
          const reply = await firstGood(
            () => service.client('decide').decide(request),
            (answer) => answer.kind !== 'ok' || answer.value.load === 'normal',
          );
          return reply.kind === 'ok' ? JSON.stringify(withoutCallFacts(reply.value)) : JSON.stringify(reply);
        }),
      );
      expect(new Set(answers).size, JSON.stringify(request)).toBe(1);
      seen.add(JSON.parse(answers[0] ?? '{}').action);
    }
    expect(seen.size).toBeGreaterThan(1);
  });
});
