import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { pinnedKeys } from '../../src/local/pinned-keys.ts';
import type { Release } from '../../src/models/release.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';
import { testKey } from '../models/constant-draft.ts';
import { released } from '../models/stored-registry.ts';
import { demoRequest } from './requests.ts';
import { type Instance, startTestService, type TestService } from './test-service.ts';

/** The guarantees: an isolate that answers follows the registry in this time, and a revoked key is good for no longer. */
const followedWithinMs = 5_000;
const leaseMs = 1_000;

let service: TestService;
let fleet: readonly Instance[];

beforeAll(async () => {
  const environment = {
    BUNDLE_PUBLIC_KEYS: [...pinnedKeys(), ed25519PublicKey(testKey)].join(','),
    VIEW_LIFE_MS: String(leaseMs),
  };
  service = await startTestService('workerd', environment);
  fleet = [service, await service.join('workerd'), await service.join('bun')];
}, 120_000);
afterAll(() => service.stop());

const decide = (client: Client) => client.decide(demoRequest(7, Date.now()));
const versionBy = async (instance: Instance): Promise<string> => {
  const reply = await decide(instance.client('decide'));
  return reply.kind === 'ok' ? reply.value.model.version : JSON.stringify(reply);
};

async function upload({ bundle, files }: Release): Promise<string> {
  const { manifest, signature } = files;
  const model = Buffer.from(files.model).toString('base64');
  const reply = await fleet[0]
    ?.client('operate')
    .uploadModel({ manifest, signature, model, reason: 'a test' });
  expect(reply).toMatchObject({ kind: 'ok', value: { hash: bundle.hash } });
  return bundle.hash;
}

const setAlias = (bundleHash: string, scope: 'approve' | 'operate') =>
  fleet[1]?.client(scope).setAlias('active', 'production', { bundleHash, reason: 'a test' });

const everywhere = (version: string) =>
  Promise.all(
    fleet.map((instance) =>
      expect.poll(() => versionBy(instance), { timeout: followedWithinMs }).toBe(version),
    ),
  );

describe('processes that share their stores', () => {
  it('follow a promotion within five seconds, also to a model that only onnxruntime-web runs, and a rollback', {
    timeout: 60_000,
  }, async () => {
    const graph = new GraphBuilder('g');
    const x = graph.floatInput('features', ['batch', 2]);
    const one = graph.constant('one', { dims: [2, 1], values: Float32Array.of(0, 0) });
    const erf = graph.node('Erf', 'erf', [graph.node('MatMul', 'm', [x, one])]);
    graph.floatOutput(graph.node('Sigmoid', 'probability', [erf]), ['batch', 1]);
    const constant = released(2, { name: 'active' });
    const foreign = released(0, { name: 'active', model: encodeModel(graph.build()) });
    await Promise.all(fleet.map(versionBy));
    for (const { release, engine } of [
      { release: constant, engine: 'kernel' },
      { release: foreign, engine: 'ort' },
    ]) {
      const set = await setAlias(await upload(release), 'approve');
      expect(set).toMatchObject({ kind: 'ok' });
      await everywhere(release.bundle.version);
      const replies = await Promise.all(fleet.map((instance) => decide(instance.client('decide'))));
      for (const reply of replies)
        expect(reply).toMatchObject({ kind: 'ok', value: { mode: 'FULL', model: { engine } } });
    }
    expect(await setAlias(constant.bundle.hash, 'operate')).toMatchObject({ kind: 'ok' });
    await everywhere(constant.bundle.version);
  });

  it('go on with the last good model where the registry names one that is broken, and say so', {
    timeout: 60_000,
  }, async () => {
    const good = released(1, { name: 'active' });
    expect(await setAlias(await upload(good), 'approve')).toMatchObject({ kind: 'ok' });
    await everywhere(good.bundle.version);
    const { client } = service.openDatabase();
    const missing = 'f'.repeat(64);
    await client.execute({
      sql: "INSERT INTO model_aliases SELECT max(registry_epoch) + 1, 'active', 'production', ?, 1, 'k', 'r' FROM model_aliases",
      args: [missing],
    });
    for (const { baseUrl } of fleet) {
      const faults = async (): Promise<unknown> => {
        await versionBy(fleet.find((instance) => instance.baseUrl === baseUrl) ?? service);
        const { parts } = (await (await fetch(`${baseUrl}/readyz`)).json()) as {
          parts: { models: { faults: unknown } };
        };
        return parts.models.faults;
      };
      await expect
        .poll(faults, { timeout: followedWithinMs })
        .toEqual([{ model: 'active/production', code: 'MISSING' }]);
    }
    expect(await Promise.all(fleet.map(versionBy))).toEqual(fleet.map(() => good.bundle.version));
  });

  it('swap a model again and again under load: no request fails, and each answer is of one whole model', {
    timeout: 120_000,
  }, async () => {
    const releases = [0.5, 1, 1.5, 2].map((logit) => ({
      logit,
      release: released(logit, { name: 'active' }),
    }));
    for (const { release } of releases) await upload(release);
    const { client } = service.openDatabase();
    const confidences = new Map(
      releases.map(({ logit, release }) => [release.bundle.version, 1 / (1 + Math.exp(-logit))]),
    );
    const point = (release: Release) =>
      client.execute({
        sql: "INSERT INTO model_aliases SELECT max(registry_epoch) + 1, 'active', 'production', ?, 1, 'k', 'r' FROM model_aliases",
        args: [release.bundle.hash],
      });
    const [first] = releases;
    await point(first?.release ?? released(0));
    await everywhere(first?.release.bundle.version ?? '');
    let isOver = false;
    const wrong: unknown[] = [];
    const load = fleet.map(async (instance) => {
      while (!isOver) {
        const reply = await decide(instance.client('decide'));
        const expected = reply.kind === 'ok' ? confidences.get(reply.value.model.version) : undefined;
        const said = reply.kind === 'ok' ? reply.value.confidence : null;
        if (expected === undefined || said === null || Math.abs(said - expected) > 1e-6) wrong.push(reply);
      }
    });
    for (let swap = 1; swap <= 12; swap += 1) {
      const next = releases[swap % releases.length]?.release;
      if (!next) continue;
      await point(next);
      await everywhere(next.bundle.version);
    }
    isOver = true;
    await Promise.all(load);
    expect(wrong).toEqual([]);
  });

  it('all refuse a key a lease after it was revoked, having taken it until then', {
    timeout: 60_000,
  }, async () => {
    expect(await Promise.all(fleet.map((instance) => decide(instance.client('decide'))))).toMatchObject(
      fleet.map(() => ({ kind: 'ok' })),
    );
    const revoked = await service
      .client('approve')
      .revokeKey('local-decide', { reason: 'the laptop was lost' });
    expect(revoked).toMatchObject({ kind: 'ok', value: { outcome: 'revoked', redis: 'CONFIRMED' } });
    const revokedAtMs = performance.now();
    const late: number[] = [];
    await Promise.all(
      fleet.map(async (instance) => {
        // Two leases long, and each of them has refused by then.
        for (let refused = 0; refused < 20; ) {
          const sentAtMs = performance.now();
          const reply = await decide(instance.client('decide'));
          if (reply.kind === 'ok' && sentAtMs > revokedAtMs + leaseMs) late.push(sentAtMs - revokedAtMs);
          if (reply.kind === 'problem' && reply.status === 401) refused += 1;
          if (reply.kind === 'ok') refused = 0;
        }
      }),
    );
    expect(late).toEqual([]);
  });
});
