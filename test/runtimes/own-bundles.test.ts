import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { wireBar } from '../../src/client/wire-bar.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { subsetOf } from '../../src/features/vector.ts';
import type { DecisionRequest } from '../../src/http/decision-schemas.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import type { LaunchedService } from '../../src/local/launched-service.ts';
import { type RuntimeName, runtimeNames } from '../../src/local/service-file.ts';
import { releaseBundle } from '../../src/models/release.ts';
import { openDatabase } from '../../src/store/database.ts';
import { constantDraft, otherKey, testKey } from '../models/constant-draft.ts';
import { writePerson } from '../write-person.ts';
import { launchedInTest } from './launched-in-test.ts';
import { withoutCallFacts } from './requests.ts';
import { until } from './test-service.ts';

const { dataDir, launch } = launchedInTest();

/** Somebody's own bundles: two features of the set, two heads that say the sigmoid of these logits, one key. */
function writeBundle(bundlesDir: string, name: string, symbol: string, logits: readonly number[]): void {
  const featureSet = subsetOf(dailyV1, ['log_return_5', 'rsi_3']);
  if (!featureSet.ok) throw new Error(featureSet.error);
  const draft = constantDraft({ name, symbols: [symbol] }, { logits, featureSet: featureSet.value });
  const released = releaseBundle(draft, testKey);
  if (!released.ok) throw new Error(released.error);
  const dir = join(bundlesDir, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'manifest.json'), released.value.files.manifest);
  writeFileSync(join(dir, 'signature.json'), released.value.files.signature);
  writeFileSync(join(dir, 'model.onnx'), released.value.files.model);
}

async function launchOwn(runtime: RuntimeName, signingKey: string): Promise<LaunchedService> {
  const bundlesDir = join(dataDir(), 'own bundles #1');
  for (const [name, symbol] of [
    ['calm', 'CALM'],
    ['risky', 'RISKY'],
    ['unserved', 'OTHER'],
  ] as const) {
    writeBundle(bundlesDir, name, symbol, [1, name === 'risky' ? 2 : -2]);
  }
  mkdirSync(join(bundlesDir, 'notes'), { recursive: true });
  return launch({
    runtime,
    args: ['--bundles', bundlesDir, '--models', 'risky,calm'],
    environment: { BUNDLE_SIGNING_KEY: signingKey },
  });
}

const bars = demoBars({ seed: 7, endMs: Date.now(), count: 70 }).map(wireBar);
const features = { log_return_5: 0.01, rsi_3: 0.5 };
const requests: readonly DecisionRequest[] = [
  { symbol: 'CALM', bars },
  { symbol: 'RISKY', bars },
  { symbol: 'RISKY', bars, position: -1 },
  { symbol: 'RISKY', bars, position: 1 },
  { symbol: 'CALM', features, explain: true },
];

/** What the risk limit holds back, let pass by two people: once, twice, and again from its record. */
async function overriddenOn({ baseUrl, keys, runtime, standins }: LaunchedService['service']) {
  // Each start is over the same stores.
  const id = `second-${runtime}`;
  const as = (authorization: string) =>
    createClient({ baseUrl, authorization, transport: fetchTransport(fetch) });
  const reason = 'seen by risk';
  const { url, token } = standins.libsql;
  const database = openDatabase({ url, authToken: token, fetch, deadlineMs: 30_000 });
  const other = await writePerson(database, id, { account: 'desk', scopes: ['approve'] });
  const terms = { account: 'local', symbol: 'RISKY', action: 'BUY', riskMax: 0.9, lifeSeconds: 60 } as const;
  await as(keys.approve).approveOverride({ ...terms, reason });
  const agreed = await as(other).approveOverride({ ...terms, reason });
  if (agreed.kind !== 'ok' || agreed.value.outcome !== 'approved') throw new Error(JSON.stringify(agreed));
  const request = {
    symbol: 'RISKY',
    features,
    overrideId: agreed.value.override.id,
  } as const;
  const [first, second] = [await as(keys.decide).decide(request), await as(keys.decide).decide(request)];
  if (first.kind !== 'ok' || second.kind !== 'ok') throw new Error(JSON.stringify([first, second]));
  const { id: decisionId } = first.value;
  // Its record is written behind the answer.
  const replay = () => as(keys.observe).replay(decisionId);
  await until(async () => (await replay()).kind === 'ok');
  const replayed = await replay();
  const told = [first, second].map(({ value }) => `${value.action} ${value.override?.outcome}`);
  return [...told, replayed.kind === 'ok' && replayed.value.same];
}

async function answersOn(runtime: RuntimeName) {
  const launched = await launchOwn(runtime, testKey);
  const { baseUrl, keys } = launched.service;
  const client = createClient({ baseUrl, authorization: keys.decide, transport: fetchTransport(fetch) });
  const replies = [];
  for (const request of requests) replies.push(await client.decide(request));
  const unserved = await client.decide({ symbol: 'OTHER', bars });
  const whole = await client.decide({ symbol: 'CALM', features: { ...features, rsi_14: 0.5 } });
  const overridden = await overriddenOn(launched.service);
  await launched.stop();
  const answers = replies.map((reply) => (reply.kind === 'ok' ? withoutCallFacts(reply.value) : reply));
  return {
    answers,
    overridden,
    refused: [unserved, whole].map((reply) => reply.kind === 'problem' && reply.problem),
  };
}

describe('a start with bundles of one’s own', () => {
  it('serves them on each runtime, signed by one’s own key: the features named, and what both heads say', async () => {
    const seen = new Set<string>();
    for (const runtime of runtimeNames) {
      const { answers, overridden, refused } = await answersOn(runtime);
      expect(overridden).toEqual(['BUY applied', 'HOLD used', true]);
      const calm = { action: 'BUY', confidence: 0.731059, risk: 0.119203, model: { name: 'calm' } };
      const held = { action: 'HOLD', risk: 0.880797, reasons: [{ code: 'RISK_ABOVE_LIMIT' }] };
      const exit = { action: 'BUY', effect: 'close', risk: 0.880797 };
      expect(answers).toMatchObject([calm, held, exit, held, calm]);
      expect(answers[4]).toMatchObject({ features: [{ name: 'log_return_5' }, { name: 'rsi_3' }] });
      expect(refused).toMatchObject([
        { code: 'UNKNOWN_SYMBOL' },
        { code: 'INVALID_REQUEST', errors: [{ path: 'features.rsi_14', code: 'UNKNOWN' }] },
      ]);
      // The bars' age differs by when each start was asked.
      seen.add(JSON.stringify(answers).replaceAll(/"ageMs":\d+/g, ''));
    }
    expect(seen.size).toBe(1);
  });

  it('serves nothing that its keys have not signed, and says so', async () => {
    await expect(launchOwn('bun', otherKey)).rejects.toThrow(/model risky: it is signed by key .*not pinned/);
  });
});
