import { err, ok, type Result } from '../core/result.ts';
import type { FeatureSet } from '../features/vector.ts';
import type { Engine, Runnable } from '../inference/engine.ts';
import type { BundleFiles } from '../runtime.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { modelGraph } from './model-graph.ts';
import { servedFeatures } from './served-features.ts';

/** A bundle that was verified, whose features this build computes, and that an engine has loaded. */
export interface ServedModel {
  readonly bundle: Bundle;
  /** Exactly the model's inputs, in its order. */
  readonly featureSet: FeatureSet;
  readonly runnable: Runnable;
}

export interface Catalog {
  byName(name: string): ServedModel | undefined;
  /** The first model in configured order that serves the symbol. */
  bySymbol(symbol: string): ServedModel | undefined;
  readonly models: readonly ServedModel[];
}

interface CatalogOptions {
  /** Names in order of preference for a symbol. */
  readonly names: readonly string[];
  readonly bundles: Readonly<Record<string, BundleFiles>>;
  /** Ed25519 public keys, one of which has to have signed each bundle; 64 hex digits each. */
  readonly publicKeys: readonly string[];
  readonly engine: Engine;
  /** Whether bundles of purpose `test` may be served. */
  readonly allowTestBundles: boolean;
}

/** Opens and prepares every named bundle, one after the other; all faults are listed at once. */
export async function loadCatalog(options: CatalogOptions): Promise<Result<Catalog, readonly string[]>> {
  const models: ServedModel[] = [];
  const faults: string[] = [];
  for (const name of options.names) {
    const model = await loadModel(name, options);
    if (model.ok) models.push(model.value);
    else faults.push(model.error);
  }
  if (faults.length > 0) return err(faults);
  const named = new Map(models.map((model) => [model.bundle.manifest.name, model]));
  const bySymbol = new Map<string, ServedModel>();
  for (const model of models) {
    for (const symbol of model.bundle.manifest.symbols) {
      if (!bySymbol.has(symbol)) bySymbol.set(symbol, model);
    }
  }
  return ok({ models, byName: (name) => named.get(name), bySymbol: (symbol) => bySymbol.get(symbol) });
}

async function loadModel(name: string, options: CatalogOptions): Promise<Result<ServedModel, string>> {
  const files = options.bundles[name];
  if (!files) return err(`model ${name}: this deployment ships no such bundle`);
  const opened = openBundle(files, { publicKeys: options.publicKeys });
  if (!opened.ok) return err(`model ${name}: ${opened.error}`);
  const { manifest } = opened.value;
  if (manifest.name !== name) return err(`model ${name}: its manifest names it ${manifest.name}`);
  if (manifest.purpose === 'test' && !options.allowTestBundles) {
    return err(`model ${name}: a test bundle is served only where ENVIRONMENT is local`);
  }
  const featureSet = servedFeatures(manifest);
  if (!featureSet.ok) return err(`model ${name}: ${featureSet.error}`);
  const runnable = await options.engine.prepare(modelGraph(opened.value));
  if (!runnable.ok) return err(`model ${name}: ${runnable.error.kind}: ${runnable.error.detail}`);
  return ok({ bundle: opened.value, featureSet: featureSet.value, runnable: runnable.value });
}
