import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { subsetOf } from '../../src/features/vector.ts';
import { createKernelEngine } from '../../src/inference/kernel/kernel-engine.ts';
import { createHranaServer } from '../../src/local/hrana-server.ts';
import { KERNEL_WASM } from '../../src/local/kernel-wasm.ts';
import { createRegistry } from '../../src/models/registry.ts';
import { type BundleDraft, type Release, releaseBundle } from '../../src/models/release.ts';
import { loadShippedModels } from '../../src/models/shipped-models.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createLibsqlModelStore } from '../../src/store/libsql-model-store.ts';
import { loadAliases, loadBundle } from '../../src/store/registry-in-force.ts';
import { VirtualTime } from '../virtual-time.ts';
import { constantDraft, testKey } from './constant-draft.ts';

const features = subsetOf(dailyV1, ['log_return_5', 'rsi_3']);
if (!features.ok) throw new Error(features.error);
const featureSet = features.value;

/** A row of those features. */
export const row = Float32Array.of(0.1, 0.2);

/** A bundle that says the sigmoid of a logit. */
export function released(logit: number, changed: Partial<BundleDraft> = {}, key = testKey): Release {
  const release = releaseBundle(constantDraft(changed, { logits: [logit], featureSet }), key);
  if (!release.ok) throw new Error(release.error);
  return release.value;
}

/** What may be wrong with a bundle as it is stored. */
export interface Altered {
  readonly model?: Uint8Array;
  readonly signature?: string;
  /** Length of a model of nothing but zeros. */
  readonly zeroBytes?: number;
}

/** A registry over a libSQL of its own, as an isolate has it, on a clock that the test moves. */
export async function openStoredRegistry(shippedReleases: readonly Release[] = []) {
  const directory = mkdtempSync(join(tmpdir(), 'registry-test-'));
  const token = 'database';
  const file = join(directory, 'data.db');
  const server = createHranaServer({ file, token, clock: new VirtualTime() });
  const { url } = await server.listen(0, '127.0.0.1');
  let isDown = false;
  let hangs = 0;
  const hung: ((failure: Error) => void)[] = [];
  const database = openDatabase({
    url,
    authToken: token,
    fetch(input, init) {
      hangs -= 1;
      if (hangs >= 0) return new Promise((_resolve, reject) => hung.push(reject));
      return isDown ? Promise.reject(new Error('down')) : fetch(input, init);
    },
    deadlineMs: 30_000,
  });
  await migrate(database.orm, { migrationsFolder: 'migrations' });
  const trust = { publicKeys: [ed25519PublicKey(testKey)], allowTestBundles: true };

  async function isolate() {
    const time = new VirtualTime();
    const engine = createKernelEngine({ module: new WebAssembly.Module(readFileSync(KERNEL_WASM)) });
    const names = shippedReleases.map(({ bundle }) => bundle.manifest.name);
    const bundles = Object.fromEntries(shippedReleases.map(({ files }, i) => [names[i] ?? '', files]));
    const shipped = await loadShippedModels({ ...trust, engine, names, bundles });
    if (!shipped.ok) throw new Error(shipped.error.join());
    const reported: string[] = [];
    const registry = createRegistry({
      ...trust,
      engine,
      shipped: shipped.value,
      source: {
        loadBundle: (hash) => loadBundle(database, hash),
        modelStore: createLibsqlModelStore(database),
      },
      loadAliases: () => loadAliases(database),
      report: (failure) => void reported.push(String(failure)),
      clock: time,
      timers: { sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    });
    const work: Promise<void>[] = [];
    const scope = { waitUntil: (promise: Promise<void>) => void work.push(promise), clientAddress: 'x' };
    return {
      registry,
      time,
      reported,
      scope,
      /** Tells it of an epoch, and waits until what that began has ended. */
      async follow(registryEpoch: number) {
        registry.follow(registryEpoch, scope);
        await Promise.all(work.splice(0));
      },
    };
  }

  return {
    database,
    isolate,
    setDown: (next: boolean) => {
      isDown = next;
    },
    /** Of the next requests so many are never answered, as those of a Worker whose client is gone. */
    hangNext: (count: number) => {
      hangs = count;
    },
    /** Fails those that were never answered, as their deadline does. */
    failHung() {
      for (const fail of hung.splice(0)) fail(new Error('timed out'));
    },
    /** Puts a bundle into the tables as it is, unverified. */
    async store({ bundle, files }: Release, changed: Altered = {}) {
      const { name, model } = bundle.manifest;
      await database.client.execute({
        sql: 'INSERT INTO bundles (hash, name, manifest, signature, model_sha256, uploaded_at_ms, uploaded_by) VALUES (?, ?, ?, ?, ?, 1, ?)',
        args: [bundle.hash, name, files.manifest, changed.signature ?? files.signature, model.sha256, 'k'],
      });
      await database.client.execute({
        sql: `INSERT INTO bundle_models (sha256, content) VALUES (?, ${changed.zeroBytes ? 'zeroblob(?)' : '?'})`,
        args: [model.sha256, changed.zeroBytes ?? changed.model ?? files.model],
      });
      return bundle.hash;
    },
    /** Sets an alias as a promotion does, and answers the registry's epoch. */
    async point(name: string, hash: string, alias = 'production'): Promise<number> {
      const { rows } = await database.client.execute({
        sql: `INSERT INTO model_aliases SELECT coalesce(max(registry_epoch), 0) + 1, ?, ?, ?, 1, 'k', 'r' FROM model_aliases
              RETURNING registry_epoch AS epoch`,
        args: [name, alias, hash],
      });
      return Number(rows[0]?.['epoch']);
    },
    async close() {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
