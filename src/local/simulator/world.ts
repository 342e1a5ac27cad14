import { readFileSync } from 'node:fs';
import { type Config, parseConfig } from '../../config.ts';
import { hashBy } from '../../core/digest.ts';
import { ed25519PublicKey } from '../../core/ed25519.ts';
import { createKernelEngine } from '../../inference/kernel/kernel-engine.ts';
import type { ServedModel } from '../../models/catalog.ts';
import type { LoadOptions } from '../../models/load-model.ts';
import { loadShippedModels } from '../../models/shipped-models.ts';
import { createEmbeddedRedis, type EmbeddedRedis } from '../embedded-redis.ts';
import { KERNEL_WASM } from '../kernel-wasm.ts';
import { SHA256_WASM } from '../sha256-wasm.ts';
import { createLibsqlEndpoint, type LibsqlEndpoint } from './libsql-endpoint.ts';
import { releaseSmallModel, smallModelKey } from './small-model.ts';

/** What all runs of a thread share, since none changes it or each can make it as new. */
export interface World {
  readonly config: Config;
  readonly models: { readonly shipped: readonly ServedModel[]; readonly loading: LoadOptions };
  /** Its clock is the present run's. */
  readonly redis: EmbeddedRedis;
  readonly libsql: LibsqlEndpoint;
  setRedisClock(clock: { nowMs(): number }): void;
}

/** Of this process alone. */
const sealKey = '2'.repeat(64);

export async function createWorld(): Promise<World> {
  hashBy(new WebAssembly.Module(readFileSync(SHA256_WASM)));
  const { files } = releaseSmallModel();
  const name = 'small';
  const publicKeys = [ed25519PublicKey(smallModelKey)];
  const config = parseConfig({
    ENVIRONMENT: 'local',
    UPSTASH_REDIS_REST_URL: 'http://redis.sim',
    UPSTASH_REDIS_REST_TOKEN: 'token',
    TURSO_DATABASE_URL: 'http://libsql.sim',
    TURSO_AUTH_TOKEN: 'token',
    OPERATOR_HEARTBEAT_MS_MAX: '0',
    RECEIPT_SECRET: 'a secret of thirty-two characters or more',
    MODELS: name,
    BUNDLE_PUBLIC_KEYS: publicKeys.join(','),
    INFERENCE_ENGINE: 'kernel',
    SEAL_SIGNING_KEY: sealKey,
    SEAL_PUBLIC_KEYS: ed25519PublicKey(sealKey),
  });
  if (!config.ok) throw new Error(config.error.join('; '));
  const loading: LoadOptions = {
    publicKeys,
    engine: createKernelEngine({ module: new WebAssembly.Module(readFileSync(KERNEL_WASM)) }),
    allowTestBundles: true,
  };
  const shipped = await loadShippedModels({ ...loading, names: [name], bundles: { [name]: files } });
  if (!shipped.ok) throw new Error(shipped.error.join('; '));
  let redisClock = { nowMs: Date.now };
  return {
    config: config.value,
    models: { shipped: shipped.value, loading },
    redis: await createEmbeddedRedis({ clock: { nowMs: () => redisClock.nowMs() } }),
    libsql: createLibsqlEndpoint(),
    setRedisClock(clock) {
      redisClock = clock;
    },
  };
}
