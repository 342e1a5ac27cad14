import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient, type Decision } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { releaseBundle } from '../../src/models/release.ts';
import { writeBundle } from '../../src/optimize/export/write-bundle.ts';
import { constantDraft, testKey } from '../models/constant-draft.ts';
import { launchedInTest } from './launched-in-test.ts';
import { demoRequest } from './requests.ts';
import { until } from './test-service.ts';

const { dataDir, launch } = launchedInTest();

/** A bundle that says the same of every row; its version. */
async function release(name: string, logit: number): Promise<string> {
  const released = releaseBundle(constantDraft({ name }, { logits: [logit] }), testKey);
  if (!released.ok) throw new Error(JSON.stringify(released.error));
  await writeBundle(join(dataDir(), 'bundles'), released.value, {});
  return released.value.bundle.version;
}

describe('an experiment', () => {
  it.each(['workerd', 'bun', 'deno'] as const)(
    'runs behind answers on %s, is told apart in them, and is judged by what its decisions came to',
    { timeout: 120_000 },
    async (runtime) => {
      await release('a-up', 2);
      const version = await release('b-down', -2);
      const launched = await launch({
        runtime,
        args: ['--bundles', join(dataDir(), 'bundles'), '--models', 'a-up,b-down'],
        environment: { BUNDLE_SIGNING_KEY: testKey },
      });
      const { baseUrl, keys } = launched.service;
      const as = (authorization: string) =>
        createClient({ baseUrl, authorization, transport: fetchTransport(fetch) });
      async function decide(): Promise<Decision> {
        const reply = await as(keys.decide).decide(demoRequest(1, Date.now()));
        if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
        return reply.value;
      }
      const set = async (name: string, change: object, state: 'running' | 'stopped' = 'running') => {
        const common = { symbols: ['DEMO'], candidate: { name: 'b-down', version }, horizonBars: 1 };
        const terms = { ...common, roundTripCost: 0, gainMax: 0.02, alpha: 0.2, ...change } as never;
        return as(keys.approve).setExperiment(name, { terms, state, reason: 'a test' });
      };
      const results = async (name: string) => {
        const reply = await as(keys.observe).experiment(name);
        if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
        return reply.value;
      };

      expect(await set('quiet', { kind: 'shadow' })).toMatchObject({ kind: 'ok', value: { epoch: 1 } });
      await until(async () => {
        expect(await decide()).toMatchObject({ action: 'BUY', model: { name: 'a-up', arm: 'production' } });
        return (await results('quiet')).results.trials === 1;
      });
      expect((await results('quiet')).results).toMatchObject({ awaited: 1, decision: 'continue' });
      await set('quiet', { kind: 'shadow' }, 'stopped');

      // Names until one has the launcher's account in the candidate's arm.
      for (let i = 0, arm = 'production'; arm !== 'candidate' && i < 20; i += 1) {
        await set(`ab-${i}`, { kind: 'ab', share: 0.9 });
        const deadlineMs = Date.now() + 8_000;
        await until(async () => {
          arm = (await decide()).model.arm;
          return arm === 'candidate' || Date.now() > deadlineMs;
        });
        if (arm === 'candidate') break;
        await set(`ab-${i}`, { kind: 'ab', share: 0.9 }, 'stopped');
      }
      const answered = await decide();
      expect(answered).toMatchObject({
        action: 'SELL',
        model: { name: 'b-down', version, arm: 'candidate' },
      });
      const reported = { horizonBars: 1, outcomes: [{ decisionId: answered.id, outcome: 0.01 }] };
      await until(async () => {
        const reply = await as(keys.decide).reportOutcomes(reported);
        return reply.kind === 'ok' && reply.value.unknown.length === 0;
      });
      expect(await as(keys.decide).reportOutcomes(reported)).toMatchObject({
        value: { known: [answered.id], recorded: [] },
      });
    },
  );
});
