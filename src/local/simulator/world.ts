import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Config, parseConfig } from '../../config.ts';
import { hashBy, sha256Hex } from '../../core/digest.ts';
import { ed25519PublicKey, signBy } from '../../core/ed25519.ts';
import { createKernelEngine } from '../../inference/kernel/kernel-engine.ts';
import type { ServedModel } from '../../models/catalog.ts';
import type { LoadOptions } from '../../models/load-model.ts';
import type { Release } from '../../models/release.ts';
import { loadShippedModels } from '../../models/shipped-models.ts';
import { ED25519_WASM } from '../ed25519-wasm.ts';
import { createEmbeddedRedis, type EmbeddedRedis } from '../embedded-redis.ts';
import { KERNEL_WASM } from '../kernel-wasm.ts';
import { SHA256_WASM } from '../sha256-wasm.ts';
import { haltKey } from './keys.ts';
import { createLibsqlEndpoint, type LibsqlEndpoint } from './libsql-endpoint.ts';
import { marketUrl } from './market-source.ts';
import { createSimulatedEngine, type SimulatedEngine } from './simulated-engine.ts';
import { type BundleName, releaseSmallModel, smallModelKey } from './small-model.ts';

/** What all runs of a thread share, since none changes it or each can make it as new. */
export interface World {
  readonly config: Config;
  /** The same, but that two people have to agree to a resume, or that operators have to be heard every second. */
  readonly configOfTwo: Config;
  readonly configUnderHeartbeat: Config;
  readonly models: { readonly shipped: readonly ServedModel[]; readonly loading: LoadOptions };
  /** Runs them all, as the present run plans it. */
  readonly engine: SimulatedEngine;
  readonly releases: Readonly<Record<BundleName, Release>>;
  /** Its clock is the present run's. */
  readonly redis: EmbeddedRedis;
  readonly libsql: LibsqlEndpoint;
  setRedisClock(clock: { nowMs(): number }): void;
}

/** Of this process alone. */
const sealKey = '2'.repeat(64);

export async function createWorld(): Promise<World> {
  hashBy(new WebAssembly.Module(readFileSync(SHA256_WASM)), {
    sha256Hex: (text) => hash('sha256', text, 'hex'),
  });
  signBy(new WebAssembly.Module(readFileSync(ED25519_WASM)));
  const releases = {
    shipped: releaseSmallModel('shipped'),
    opposite: releaseSmallModel('opposite'),
    risky: releaseSmallModel('risky'),
    light: releaseSmallModel('light'),
  };
  const name = 'small';
  const publicKeys = [ed25519PublicKey(smallModelKey)];
  const environment = {
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
    MARKET_DATA_URL: marketUrl,
    MARKET_DATA_KEY_ID: 'market',
    MARKET_DATA_SECRET: 'market',
    HALT_KEYS: `${haltKey.id}:${sha256Hex(haltKey.secret)}`,
  };
  const kernel = createKernelEngine({ module: new WebAssembly.Module(readFileSync(KERNEL_WASM)) });
  const engine = createSimulatedEngine(kernel);
  const loading: LoadOptions = {
    publicKeys,
    engine,
    allowTestBundles: true,
  };
  const shipped = await loadShippedModels({
    ...loading,
    names: [name],
    bundles: { [name]: releases.shipped.files },
  });
  if (!shipped.ok) throw new Error(shipped.error.join('; '));
  let redisClock = { nowMs: Date.now };
  return {
    config: configOf(environment),
    configOfTwo: configOf({ ...environment, RESUME_APPROVALS: '2' }),
    configUnderHeartbeat: configOf({ ...environment, OPERATOR_HEARTBEAT_MS_MAX: '1000' }),
    models: { shipped: shipped.value, loading },
    engine,
    releases,
    redis: await createEmbeddedRedis({ clock: { nowMs: () => redisClock.nowMs() } }),
    libsql: createLibsqlEndpoint(),
    setRedisClock(clock) {
      redisClock = clock;
    },
  };
}

function configOf(environment: Readonly<Record<string, string>>): Config {
  const config = parseConfig(environment);
  if (!config.ok) throw new Error(config.error.join('; '));
  return config.value;
}
