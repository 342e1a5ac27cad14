import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { err } from '../../src/core/result.ts';
import { contractBars } from '../../src/features/contract-bars.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { featureVector, subsetOf } from '../../src/features/vector.ts';
import type { Engine, ModelGraph } from '../../src/inference/engine.ts';
import { createOrtEngine } from '../../src/inference/ort.ts';
import { signBundle } from '../../src/models/bundle-signature.ts';
import { releaseBundle } from '../../src/models/release.ts';
import { loadShippedModels } from '../../src/models/shipped-models.ts';
import type { BundleFiles } from '../../src/runtime.ts';
import { constantDraft, otherKey, testKey } from './constant-draft.ts';

const features = subsetOf(dailyV1, ['log_return_5', 'rsi_3', 'volume_z_score_21']);
if (!features.ok) throw new Error(features.error);
const draft = constantDraft({}, { logits: [1, -2], featureSet: features.value });

function filesOf(key = testKey): BundleFiles {
  const released = releaseBundle(draft, key);
  if (!released.ok) throw new Error(released.error);
  return released.value.files;
}

/** The bundle with another manifest, signed as well as the first. */
function resigned(change: (manifest: Record<string, object>) => object): BundleFiles {
  const { manifest, model } = filesOf();
  const text = JSON.stringify(change(JSON.parse(manifest)));
  return {
    manifest: text,
    model,
    signature: signBundle(sha256Hex(canonicalJson(JSON.parse(text))), testKey),
  };
}

const load = (files: BundleFiles, engine: Engine = createOrtEngine({})) =>
  loadShippedModels({
    names: ['coin'],
    bundles: { coin: files },
    publicKeys: [ed25519PublicKey(testKey)],
    engine,
    allowTestBundles: true,
  });

async function faultsOf(files: BundleFiles): Promise<readonly string[]> {
  const asked: ModelGraph[] = [];
  const prepare: Engine['prepare'] = async (graph) => {
    asked.push(graph);
    return err({ kind: 'not-loaded', detail: 'asked for' });
  };
  const catalog = await load(files, { name: 'ort', prepare });
  if (catalog.ok) throw new Error('loaded');
  expect(asked, 'a refused bundle never reaches the engine').toEqual([]);
  return catalog.error;
}

describe('a bundle that the deployment ships', () => {
  it('computes exactly the features that a bundle names, and runs both of its heads', async () => {
    const catalog = await load(filesOf());
    const model = catalog.ok ? catalog.value[0] : undefined;
    if (!model) throw new Error('not loaded');
    expect(model.featureSet.indicators.map(({ name }) => name)).toEqual(model.bundle.manifest.features.names);
    const bars = contractBars(100);
    const whole = featureVector(dailyV1, bars).values;
    const { values } = featureVector(model.featureSet, bars);
    const at = dailyV1.indicators.map(({ name }) => model.bundle.manifest.features.names.indexOf(name));
    expect(Array.from(values)).toEqual(Array.from(whole).filter((_, i) => (at[i] ?? -1) >= 0));
    const scores = await model.runnable.run(Float32Array.from([...values, ...values]), 2);
    const [direction, risk] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(2))];
    expect(scores.ok && Array.from(scores.value)).toEqual(
      [direction, risk, direction, risk].map((score) => expect.closeTo(score, 6)),
    );
  });

  it.each<[string, () => BundleFiles, string]>([
    ['an unsigned bundle', () => ({ ...filesOf(), signature: null }), 'model coin: it is not signed'],
    ['a bundle signed by a stranger', () => filesOf(otherKey), 'which is not pinned'],
    [
      'features that the set does not have',
      () =>
        resigned((m) => ({ ...m, features: { ...m['features'], names: ['log_return_5', 'rsi_3', 'x'] } })),
      'model coin: daily-v1 has no feature x',
    ],
    [
      'features out of the set’s order',
      () =>
        resigned((m) => ({
          ...m,
          features: { ...m['features'], names: ['rsi_3', 'log_return_5', 'volume_z_score_21'] },
        })),
      'not in its order',
    ],
    [
      'other features than were hashed',
      () =>
        resigned((m) => ({
          ...m,
          features: { ...m['features'], names: ['log_return_10', 'rsi_3', 'volume_z_score_21'] },
        })),
      'differently than its training did',
    ],
    [
      'a window that is not the features’ own',
      () => resigned((m) => ({ ...m, features: { ...m['features'], windowBars: 3 } })),
      'its features need 64 bars, and it says 3',
    ],
  ])('refuses %s by name, and hands it to no engine', async (_, files, reason) => {
    expect(await faultsOf(files())).toEqual([expect.stringContaining(reason)]);
    expect((await faultsOf(files()))[0]).toMatch(/^model coin: /);
  });

  it('refuses a model whose output has another width than its heads', async () => {
    const engine: Engine = {
      name: 'ort',
      prepare: (graph) => createOrtEngine({}).prepare({ ...graph, headCount: 1 }),
    };
    const catalog = await load(filesOf(), engine);
    expect(catalog).toEqual(err([expect.stringContaining('wrong-shape')]));
  });
});
