import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeNames } from '../../src/local/service-file.ts';
import { sp500Requests, withoutCallFacts } from './requests.ts';
import { startTestService, type TestService } from './test-service.ts';

const engines = ['kernel', 'ort'] as const;

describe.each(runtimeNames)('the engines on %s', (runtime) => {
  const services = new Map<(typeof engines)[number], TestService>();

  beforeAll(async () => {
    for (const engine of engines)
      services.set(engine, await startTestService(runtime, { INFERENCE_ENGINE: engine }));
  });

  afterAll(async () => {
    for (const service of services.values()) await service.stop();
  });

  it.each(engines)('are told by /readyz, with the reason: %s', async (engine) => {
    const response = await fetch(`${services.get(engine)?.baseUrl}/readyz`);
    const { parts } = (await response.json()) as { parts: { models: { served: readonly object[] } } };
    const engineReason = expect.stringContaining(`the configuration chose ${engine}`);
    expect(parts.models.served).toContainEqual(expect.objectContaining({ engine, engineReason }));
  });

  it('give the same decisions to the byte but for their own name, explained ones too', async () => {
    for (const request of await sp500Requests(100)) {
      const answers = await Promise.all(
        engines.map(async (engine) => {
          const reply = await services.get(engine)?.client('decide').decide(request);
          if (reply?.kind !== 'ok') throw new Error(JSON.stringify(reply));
          expect(reply.value.model.engine).toBe(engine);
          return { ...withoutCallFacts(reply.value), model: { ...reply.value.model, engine: 'either' } };
        }),
      );
      expect(answers[0], JSON.stringify(request)).toEqual(answers[1]);
    }
  });
});
