import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurableControl } from '../../src/control/durable-control.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { signBundle } from '../../src/models/bundle-signature.ts';
import type { ServedModel } from '../../src/models/catalog.ts';
import type { Release } from '../../src/models/release.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../src/onnx/model-proto.ts';
import { otherKey, testKey } from './constant-draft.ts';
import { type Altered, openStoredRegistry, released, row } from './stored-registry.ts';

const shipped = released(0.5, { name: 'coin' });
const second = released(1, { name: 'coin' });

let stored: Awaited<ReturnType<typeof openStoredRegistry>>;
beforeEach(async () => {
  stored = await openStoredRegistry([shipped]);
});
afterEach(() => stored.close());

async function scoreOf(model: ServedModel | undefined): Promise<number> {
  const scores = await model?.runnable.run(row, 1);
  return scores?.ok ? (scores.value[0] ?? Number.NaN) : Number.NaN;
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A release whose model is another graph, hashed and signed as if it had been released. */
function forged(name: string, model: Uint8Array, key = testKey): Release {
  const { files, bundle } = released(2, { name });
  const manifest = JSON.parse(files.manifest);
  manifest.model.sizeBytes = model.length;
  manifest.model.sha256 = sha256Hex(model);
  const hash = sha256Hex(canonicalJson(manifest));
  return {
    bundle: { ...bundle, hash, manifest, model },
    files: { manifest: JSON.stringify(manifest), signature: signBundle(hash, key), model },
  };
}

function graphOf(build: (graph: GraphBuilder) => void): Uint8Array {
  const graph = new GraphBuilder('g');
  build(graph);
  return encodeModel(graph.build());
}

/** The good graph with its bias changed. */
function withBias(value: number): Uint8Array {
  const decoded = decodeModel(released(2).files.model);
  if (!decoded.ok || !decoded.value.graph) throw new Error('no graph');
  const { graph } = decoded.value;
  const initializers = graph.initializers.map((tensor) =>
    tensor.name === 'bias' ? { ...tensor, rawData: new Uint8Array(Float32Array.of(value).buffer) } : tensor,
  );
  return encodeModel({ ...decoded.value, graph: { ...graph, initializers } } satisfies ModelProto);
}

describe('an isolate', () => {
  it('serves what it ships until the registry says otherwise, and follows it behind an answer', async () => {
    const { registry, follow, scope } = await stored.isolate();
    await registry.ensureRead(scope);
    const during = registry.current();
    expect(await scoreOf(during.byName('coin'))).toBeCloseTo(sigmoid(0.5), 6);
    const epoch = await stored.point('coin', await stored.store(second));
    const leave = registry.enter();
    await follow(epoch);
    expect(registry.current().registryEpoch).toBe(epoch);
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(1), 6);
    expect(await scoreOf(during.byName('coin')), 'a request under way goes on with its own').toBeCloseTo(
      sigmoid(0.5),
      6,
    );
    leave();
  });

  it('learns of the registry’s epoch by the read of libSQL that its view is made of', async () => {
    await stored.database.client.execute(
      "INSERT INTO control_epochs (epoch, trading_state, registry_epoch, changed_at_ms, changed_by, reason) VALUES (1, 'ACTIVE', 0, 1, 'k', 'r')",
    );
    const read = async () => {
      const state = await createDurableControl(stored.database).load();
      return state.ok ? state.value.registryEpoch : state.error;
    };
    expect(await read()).toBe(0);
    await stored.point('coin', shipped.bundle.hash);
    expect(await stored.point('coin', second.bundle.hash)).toBe(2);
    expect(await read()).toBe(2);
  });

  it('reads nothing at the epoch that it has, nor before its last read of a lagging store is a second old', async () => {
    const { registry, follow, time, scope } = await stored.isolate();
    await registry.ensureRead(scope);
    stored.setDown(true);
    await follow(0);
    await follow(9);
    stored.setDown(false);
    const epoch = await stored.point('coin', await stored.store(second));
    await follow(epoch);
    expect(registry.current().registryEpoch, 'it failed just now').toBe(0);
    await time.advance(1_000);
    await follow(epoch);
    expect(registry.current().registryEpoch).toBe(epoch);
  });

  it('puts a model that it does not ship behind those that it does, and serves it by its symbol', async () => {
    const own = released(2, { name: 'added', symbols: ['DEMO', 'NEW'] });
    const epoch = await stored.point('added', await stored.store(own));
    const { registry, follow } = await stored.isolate();
    await follow(epoch);
    const catalog = registry.current();
    expect(catalog.models.map(({ bundle }) => bundle.manifest.name)).toEqual(['coin', 'added']);
    expect(catalog.bySymbol('DEMO')?.bundle.manifest.name).toBe('coin');
    expect(catalog.bySymbol('NEW')?.bundle.manifest.name).toBe('added');
  });

  it('takes for a rung of the ladder what was released for it, and names whatever else the tables say', async () => {
    const light = released(1.5, { name: 'coin', purpose: 'production', rung: 'light' });
    const { registry, follow } = await stored.isolate();
    await follow(await stored.point('coin', await stored.store(light), 'light'));
    const { onRung, byName } = registry.current();
    expect(await scoreOf(onRung('coin', 'light'))).toBeCloseTo(sigmoid(1.5), 6);
    expect(onRung('coin', 'rules')).toBeUndefined();
    expect(byName('coin')?.bundle.hash).toBe(shipped.bundle.hash);
    await stored.point('coin', await stored.store(second), 'light');
    await follow(await stored.point('coin', light.bundle.hash, 'rules'));
    expect([...registry.current().faults]).toMatchObject([
      ['coin/light', { code: 'WRONG_RUNG' }],
      ['coin/rules', { code: 'WRONG_RUNG' }],
    ]);
    // The last good one of the alias stays; the other never had one.
    expect(await scoreOf(registry.current().onRung('coin', 'light'))).toBeCloseTo(sigmoid(1.5), 6);
    expect(registry.current().onRung('coin', 'rules')).toBeUndefined();
  });

  it('loads a candidate beside the model in production, which alone is served', async () => {
    const epoch = await stored.point('coin', await stored.store(second), 'candidate');
    const { registry, follow } = await stored.isolate();
    await follow(epoch);
    const { candidates, byName } = registry.current();
    expect(await scoreOf(byName('coin'))).toBeCloseTo(sigmoid(0.5), 6);
    expect(await scoreOf(candidates[0])).toBeCloseTo(sigmoid(1), 6);
  });

  it('comes back to what it ships where an alias names that', async () => {
    await stored.point('coin', await stored.store(second));
    const { registry, follow } = await stored.isolate();
    await follow(await stored.point('coin', shipped.bundle.hash));
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(0.5), 6);
    expect(registry.current().faults.size).toBe(0);
  });

  it('waits with its first request until it was read, and permits nothing under a registry that was not', async () => {
    const epoch = await stored.point('coin', await stored.store(second));
    const { registry, scope } = await stored.isolate();
    expect([registry.isKnown(0), registry.isKnown(epoch)]).toEqual([true, false]);
    await registry.ensureRead(scope);
    expect(registry.isKnown(epoch)).toBe(true);
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(1), 6);
  });

  it('is read by another request where the one that reads it lost its client', async () => {
    await stored.point('coin', await stored.store(second));
    const { registry, scope, time } = await stored.isolate();
    stored.hangNext(1);
    let reads = 0;
    const counting = {
      ...scope,
      waitUntil(work: Promise<void>) {
        reads += 1;
        scope.waitUntil(work);
      },
    };
    const waits = [registry.ensureRead(counting), registry.ensureRead(counting)];
    await time.advance(499);
    await new Promise((resolve) => setImmediate(resolve));
    expect([reads, registry.isKnown(1)]).toEqual([1, false]);
    await time.advance(1);
    await Promise.all(waits);
    expect([reads, registry.isKnown(1)]).toEqual([2, true]);
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(1), 6);
  });

  it('is read at once by the next request where a first read fails past its time', async () => {
    const epoch = await stored.point('coin', await stored.store(second));
    const { registry, follow, time, reported } = await stored.isolate();
    stored.hangNext(1);
    const failed = follow(epoch);
    await time.advance(501);
    stored.failHung();
    await failed;
    expect([reported.length, registry.isKnown(epoch)]).toEqual([1, false]);
    await follow(epoch);
    expect(registry.isKnown(epoch)).toBe(true);
  });

  it('is read by another request a second after the last first read began, however many were never answered', async () => {
    const epoch = await stored.point('coin', await stored.store(second));
    const { registry, follow, scope, time } = await stored.isolate();
    stored.hangNext(4);
    let reads = 0;
    const ask = () =>
      registry.follow(epoch, {
        ...scope,
        waitUntil: () => {
          reads += 1;
        },
      });
    ask();
    await time.advance(500);
    for (const count of [2, 3, 4]) {
      ask();
      ask();
      expect(reads).toBe(count);
      await time.advance(1_000);
    }
    expect(registry.isKnown(epoch)).toBe(false);
    await follow(epoch);
    expect(registry.isKnown(epoch)).toBe(true);
  });

  it('is followed at once where a read fails past its time', async () => {
    const { registry, follow, scope, time } = await stored.isolate();
    await registry.ensureRead(scope);
    const epoch = await stored.point('coin', await stored.store(second));
    stored.hangNext(1);
    const failed = follow(epoch);
    await time.advance(1_000);
    stored.failHung();
    await failed;
    await follow(epoch);
    expect(registry.current().registryEpoch).toBe(epoch);
  });

  it('does not wait again within a second for a store that does not answer', async () => {
    const { registry, scope, time, reported } = await stored.isolate();
    stored.setDown(true);
    for (let request = 0; request < 3; request += 1) await registry.ensureRead(scope);
    expect(reported).toEqual([expect.stringMatching(/^registry: /)]);
    await time.advance(1_000);
    let asked = 0;
    await registry.ensureRead({ ...scope, waitUntil: () => (asked += 1) });
    expect([asked, reported.length], 'it asks again, and waits no more').toEqual([1, 1]);
  });

  it('waits again after a pause in which nobody read it, as an isolate that slept through an outage', async () => {
    const epoch = await stored.point('coin', await stored.store(second));
    const { registry, scope, time } = await stored.isolate();
    stored.setDown(true);
    await registry.ensureRead(scope);
    stored.setDown(false);
    await time.advance(2_000);
    await registry.ensureRead(scope);
    expect(registry.isKnown(epoch)).toBe(true);
  });
});

describe('a broken bundle is refused by name, and the running model goes on', () => {
  const wide = graphOf((graph) => {
    const x = graph.floatInput('features', ['batch', 2]);
    graph.floatOutput(graph.node('Sigmoid', 'probability', [x]), ['batch', 2]);
  });
  const unknown = graphOf((graph) => {
    const x = graph.floatInput('features', ['batch', 2]);
    graph.floatOutput(graph.node('Bogus', 'probability', [x]), ['batch', 1]);
  });
  const loud = graphOf((graph) => {
    const x = graph.floatInput('features', ['batch', 2]);
    const one = graph.constant('one', { dims: [2, 1], values: Float32Array.of(1, 1) });
    const five = graph.constant('five', { dims: [1], values: Float32Array.of(5) });
    graph.floatOutput(graph.node('Add', 'probability', [graph.node('MatMul', 'm', [x, one]), five]), [
      'batch',
      1,
    ]);
  });
  const good = released(2, { name: 'coin' });
  const flipped = good.files.model.map((byte, i) => (i === 40 ? byte ^ 1 : byte));

  it.each<[string, string, Release, Altered]>([
    ['another model than its hash says', 'WRONG_HASH', good, { model: flipped }],
    ['a truncated model', 'WRONG_SIZE', good, { model: good.files.model.slice(0, -9) }],
    ['a model of 100 MB', 'TOO_LARGE', good, { zeroBytes: 100 * 1024 * 1024 }],
    ['a stranger’s signature', 'WRONG_SIGNATURE', released(2, { name: 'coin' }, otherKey), {}],
    ['another bundle’s signature', 'WRONG_SIGNATURE', good, { signature: shipped.files.signature }],
    ['a signature that is none', 'WRONG_SIGNATURE', good, { signature: '{}' }],
    ['another name than its alias', 'WRONG_NAME', released(2, { name: 'other' }), {}],
    ['an output of the wrong shape', 'WRONG_SHAPE', forged('coin', wide), {}],
    ['an operator that no engine knows', 'UNSUPPORTED_MODEL', forged('coin', unknown), {}],
    ['a file that is no ONNX', 'UNSUPPORTED_MODEL', forged('coin', Uint8Array.of(1, 2, 3)), {}],
    ['a bias that is NaN', 'NOT_A_PROBABILITY', forged('coin', withBias(Number.NaN)), {}],
    ['a bias that is infinite, which its scores hide', 'NOT_FINITE', forged('coin', withBias(-Infinity)), {}],
    ['scores that are no probabilities', 'NOT_A_PROBABILITY', forged('coin', loud), {}],
  ])('%s', async (_, code, broken, changed) => {
    const { registry, follow, reported } = await stored.isolate();
    await follow(await stored.point('coin', await stored.store(second)));
    const before = registry.current().byName('coin');
    const epoch = await stored.point('coin', await stored.store(broken, changed));
    await follow(epoch);
    const catalog = registry.current();
    expect(catalog.registryEpoch).toBe(epoch);
    expect(catalog.faults.get('coin/production')?.code).toBe(code);
    expect(reported).toEqual([expect.stringContaining(`model coin/production: ${code}`)]);
    expect(catalog.byName('coin')).toBe(before);
    expect(await scoreOf(before)).toBeCloseTo(sigmoid(1), 6);
  });

  it('a bundle that nobody uploaded', async () => {
    const { registry, follow } = await stored.isolate();
    await follow(await stored.point('coin', await stored.store(second)));
    await follow(await stored.point('coin', 'f'.repeat(64)));
    expect(registry.current().faults.get('coin/production')?.code).toBe('MISSING');
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(1), 6);
  });

  it('and leaves its name unserved in an isolate that has no good one, also by what it ships', async () => {
    const epoch = await stored.point('coin', await stored.store(good, { model: flipped }));
    await stored.point('late', await stored.store(released(1, { name: 'late' })));
    const { registry, scope } = await stored.isolate();
    await registry.ensureRead(scope);
    const catalog = registry.current();
    expect(catalog.registryEpoch).toBe(epoch + 1);
    expect(catalog.byName('coin')).toBeUndefined();
    expect(catalog.bySymbol('DEMO'), 'no other model stands in').toBeUndefined();
    expect(catalog.byName('late')).toBeDefined();
  });

  it('is looked at again half a minute later, in case it was repaired', async () => {
    const { registry, follow, time } = await stored.isolate();
    await follow(await stored.point('coin', await stored.store(second)));
    const missing = released(3, { name: 'coin' });
    const epoch = await stored.point('coin', missing.bundle.hash);
    await follow(epoch);
    await stored.store(missing);
    await time.advance(29_999);
    await follow(epoch);
    expect(registry.current().faults.size).toBe(1);
    await time.advance(1);
    await follow(epoch);
    expect(registry.current().faults.size).toBe(0);
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(3), 6);
  });

  it('a store that fails half way changes nothing, and is asked again', async () => {
    const { registry, follow, time, scope } = await stored.isolate();
    await registry.ensureRead(scope);
    const epoch = await stored.point('coin', await stored.store(second));
    stored.setDown(true);
    await follow(epoch);
    expect(registry.current().registryEpoch).toBe(0);
    stored.setDown(false);
    await time.advance(1_000);
    await follow(epoch);
    expect(await scoreOf(registry.current().byName('coin'))).toBeCloseTo(sigmoid(1), 6);
  });
});
