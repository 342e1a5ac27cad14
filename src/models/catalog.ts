import type { FeatureSet } from '../features/vector.ts';
import type { Runnable } from '../inference/engine.ts';
import type { Bundle } from './bundle.ts';
import type { BundleFault } from './bundle-fault.ts';

/** A bundle that was verified, whose features this build computes, and that an engine has loaded. */
export interface ServedModel {
  readonly bundle: Bundle;
  /** Exactly the model's inputs, in its order. */
  readonly featureSet: FeatureSet;
  readonly runnable: Runnable;
}

/** Which models are served at one registry epoch. Immutable: a request uses one throughout. */
export interface Catalog {
  /** Of the registry it was made by; 0 where only what the deployment ships is served. */
  readonly registryEpoch: number;
  /** Those in force under `production`, in order of preference for a symbol. */
  readonly models: readonly ServedModel[];
  /** Those in force under `candidate`; they answer nobody by themselves. */
  readonly candidates: readonly ServedModel[];
  /** Those in force under `light` and `rules`: each was released for that rung of the ladder, by its manifest. */
  readonly rungs: readonly ServedModel[];
  /**
   * What could not be loaded, by `<name>/<alias>`. The last good one stays in force; a name that has none is not served at
   * all, rather than by another model than the registry's.
   */
  readonly faults: ReadonlyMap<string, BundleFault>;
  /** Of names that are not served for a fault; no other model stands in for them. */
  readonly withheldSymbols: ReadonlySet<string>;
  byName(name: string): ServedModel | undefined;
  /** The first model in order of preference that serves the symbol. */
  bySymbol(symbol: string): ServedModel | undefined;
  /** What stands in for the model of a name on that rung. */
  onRung(name: string, rung: 'light' | 'rules'): ServedModel | undefined;
}

/** What a catalog is made of. */
export type CatalogParts = Omit<Catalog, 'byName' | 'bySymbol' | 'onRung'>;

export function createCatalog(parts: CatalogParts): Catalog {
  const named = new Map(parts.models.map((model) => [model.bundle.manifest.name, model]));
  const bySymbol = new Map<string, ServedModel>();
  for (const model of parts.models) {
    for (const symbol of model.bundle.manifest.symbols) {
      if (!bySymbol.has(symbol)) bySymbol.set(symbol, model);
    }
  }
  return {
    ...parts,
    byName: (name) => named.get(name),
    onRung: (name, rung) =>
      parts.rungs.find(({ bundle: { manifest } }) => manifest.name === name && manifest.rung === rung),
    bySymbol: (symbol) => (parts.withheldSymbols.has(symbol) ? undefined : bySymbol.get(symbol)),
  };
}
