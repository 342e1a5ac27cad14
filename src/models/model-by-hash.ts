import { err, ok, type Result } from '../core/result.ts';
import type { ServedModel } from './catalog.ts';
import { type BundleSource, fetchBundle } from './fetch-bundle.ts';
import type { LoadOptions } from './load-model.ts';
import { loadVerifiedModel } from './load-verified-model.ts';
import type { Registry } from './registry.ts';

/** A model for one use, which `release` ends. */
interface BorrowedModel {
  readonly model: ServedModel;
  release(): void;
}

interface ModelByHashOptions extends LoadOptions {
  readonly registry: Pick<Registry, 'current'>;
  /** What the deployment ships, in force or not. */
  readonly shipped: readonly ServedModel[];
  readonly source: BundleSource;
}

export type ModelByHash = (bundleHash: string) => Promise<Result<BorrowedModel | undefined, string>>;

/** The model of a bundle, in force or past: one that is here, or else loaded from where bundles are never removed. */
export function createModelByHash(options: ModelByHashOptions): ModelByHash {
  const { registry, shipped, source } = options;
  return async (bundleHash) => {
    const { models, candidates, rungs } = registry.current();
    const model = [...models, ...candidates, ...rungs, ...shipped].find(
      ({ bundle }) => bundle.hash === bundleHash,
    );
    if (model) return ok({ model, release: () => undefined });
    const fetched = await fetchBundle(bundleHash, source);
    if (fetched.kind === 'unavailable') return err(fetched.detail);
    if (fetched.kind === 'fault') return ok(undefined);
    const loaded = await loadVerifiedModel(fetched.name, fetched.files, options);
    if (!loaded.ok) return ok(undefined);
    return ok({ model: loaded.value, release: () => loaded.value.runnable.release() });
  };
}
