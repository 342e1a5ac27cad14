import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, parseConfig } from '../../config.ts';
import { hashBy } from '../../core/digest.ts';
import { createKernelEngine } from '../../inference/kernel/kernel-engine.ts';
import type { ServedModel } from '../../models/catalog.ts';
import type { LoadOptions } from '../../models/load-model.ts';
import { loadShippedModels } from '../../models/shipped-models.ts';
import { SHIPPED_BUNDLES } from '../build-worker.ts';
import { createEmbeddedRedis, type EmbeddedRedis } from '../embedded-redis.ts';
import { KERNEL_WASM } from '../kernel-wasm.ts';
import { pinnedKeys } from '../pinned-keys.ts';
import { SHA256_WASM } from '../sha256-wasm.ts';
import { Draw } from './draw.ts';
import { createLibsqlEndpoint, type LibsqlEndpoint } from './libsql-endpoint.ts';

/** What all runs of a thread share, since none changes it or each can make it as new. */
export interface World {
  readonly config: Config;
  readonly models: { readonly shipped: readonly ServedModel[]; readonly loading: LoadOptions };
  readonly vectors: readonly Vector[];
  /** Its clock is the present run's. */
  readonly redis: EmbeddedRedis;
  readonly libsql: LibsqlEndpoint;
  setRedisClock(clock: { nowMs(): number }): void;
}

/** A model's input, and what the model's scores mean by the thresholds of its manifest. */
export interface Vector {
  readonly features: Readonly<Record<string, number>>;
  readonly action: 'BUY' | 'SELL' | 'HOLD';
}

const MODEL = 'active';
const vectorsOfEach = 8;

export async function createWorld(): Promise<World> {
  hashBy(new WebAssembly.Module(readFileSync(SHA256_WASM)));
  const publicKeys = pinnedKeys();
  const config = parseConfig({
    ENVIRONMENT: 'local',
    UPSTASH_REDIS_REST_URL: 'http://redis.sim',
    UPSTASH_REDIS_REST_TOKEN: 'token',
    TURSO_DATABASE_URL: 'http://libsql.sim',
    TURSO_AUTH_TOKEN: 'token',
    RECEIPT_SECRET: 'a secret of thirty-two characters or more',
    MODELS: MODEL,
    BUNDLE_PUBLIC_KEYS: publicKeys.join(','),
    INFERENCE_ENGINE: 'kernel',
  });
  if (!config.ok) throw new Error(config.error.join('; '));
  const loading: LoadOptions = {
    publicKeys,
    engine: createKernelEngine({ module: new WebAssembly.Module(readFileSync(KERNEL_WASM)) }),
    allowTestBundles: true,
  };
  const bundles = { [MODEL]: readBundle(join(SHIPPED_BUNDLES, MODEL)) };
  const shipped = await loadShippedModels({ ...loading, names: [MODEL], bundles });
  if (!shipped.ok) throw new Error(shipped.error.join('; '));
  let redisClock = { nowMs: Date.now };
  return {
    config: config.value,
    models: { shipped: shipped.value, loading },
    vectors: await drawVectors(shipped.value[0] as ServedModel),
    redis: await createEmbeddedRedis({ clock: { nowMs: () => redisClock.nowMs() } }),
    libsql: createLibsqlEndpoint(),
    setRedisClock(clock) {
      redisClock = clock;
    },
  };
}

const readBundle = (path: string) => ({
  manifest: readFileSync(join(path, 'manifest.json'), 'utf8'),
  signature: readFileSync(join(path, 'signature.json'), 'utf8'),
  model: new Uint8Array(readFileSync(join(path, 'model.onnx'))),
});

/** Inputs inside the trained range, as many of each action. */
async function drawVectors({ bundle, runnable }: ServedModel): Promise<readonly Vector[]> {
  const draw = new Draw(1);
  const { names } = bundle.manifest.features;
  const { min, max } = bundle.manifest.domain;
  const found: Record<Vector['action'], Vector[]> = { BUY: [], SELL: [], HOLD: [] };
  for (let tries = 0; tries < 20_000; tries++) {
    const values = Float32Array.from(names, (_, index) => draw.between(min[index] ?? 0, max[index] ?? 0));
    const action = await expectedAction(values);
    if (action && found[action].length < vectorsOfEach) {
      const features = Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0]));
      found[action].push({ features, action });
    }
    if (Object.values(found).every((list) => list.length === vectorsOfEach)) break;
  }
  return Object.values(found).flat();

  async function expectedAction(values: Float32Array): Promise<Vector['action'] | undefined> {
    const isInside = values.every((value, index) => value >= (min[index] ?? 0) && value <= (max[index] ?? 0));
    const scores = await runnable.run(values, 1);
    if (!isInside || !scores.ok) return undefined;
    const [direction = 0.5, risk = 1] = scores.value;
    const { buyAtLeast, sellAtMost, riskHoldAtLeast } = bundle.manifest.policy;
    if (riskHoldAtLeast !== null && risk >= riskHoldAtLeast) return undefined;
    return direction >= buyAtLeast ? 'BUY' : direction <= sellAtMost ? 'SELL' : 'HOLD';
  }
}
