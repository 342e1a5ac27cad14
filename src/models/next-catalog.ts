import { err, ok, type Result } from '../core/result.ts';
import type { AliasRow } from '../store/registry-rows.ts';
import type { BundleFault } from './bundle-fault.ts';
import { type Catalog, createCatalog, type ServedModel } from './catalog.ts';
import { type BundleSource, fetchBundle } from './fetch-bundle.ts';
import type { LoadOptions } from './load-model.ts';
import { loadVerifiedModel } from './load-verified-model.ts';
import { rungFault } from './rung-fault.ts';

interface NextCatalogOptions extends LoadOptions {
  readonly source: BundleSource;
  /** What the deployment ships, in order of preference. */
  readonly shipped: readonly ServedModel[];
  readonly present: Catalog;
  /** Whether `present` is what the registry said before; else it is what the deployment ships, and none of it a last good one. */
  readonly isFollowing: boolean;
  /** Of the registry, those in force. */
  readonly aliases: readonly AliasRow[];
}

interface Loaded {
  readonly row: AliasRow;
  /** The alias' own, or the last good one where that is at fault; undefined where there is none. */
  readonly model: ServedModel | undefined;
  readonly fault: BundleFault | undefined;
}

export interface NextCatalog {
  readonly catalog: Catalog;
  /** Those of its models that were loaded for it: whoever does not take the catalog gives them back. */
  readonly fresh: readonly ServedModel[];
}

/**
 * The catalog that the registry asks for. Models that are loaded already are taken over as they are. A bundle that is broken
 * leaves the last good one of its alias in force; a store that does not answer is an error, and nothing changes.
 */
export async function nextCatalog(options: NextCatalogOptions): Promise<Result<NextCatalog, string>> {
  const { shipped, aliases } = options;
  const loaded: Loaded[] = [];
  const fresh: ServedModel[] = [];
  for (const row of aliases) {
    const known = knownModel(options, row);
    const outcome: Outcome = known ? { kind: 'loaded', model: known } : await load(row, options);
    switch (outcome.kind) {
      case 'unavailable':
        for (const model of fresh) model.runnable.release();
        return err(outcome.detail);
      case 'fault':
        loaded.push({ row, model: lastGood(options, row), fault: outcome.fault });
        break;
      case 'loaded':
        if (!known) fresh.push(outcome.model);
        loaded.push({ row, model: outcome.model, fault: undefined });
    }
  }
  return ok({ catalog: catalogOf(shipped, loaded), fresh });
}

function knownModel(
  { present, shipped }: NextCatalogOptions,
  { alias, bundleHash, name }: AliasRow,
): ServedModel | undefined {
  const loaded = [...present.models, ...present.candidates, ...present.rungs, ...shipped];
  return loaded.find(
    ({ bundle }) =>
      bundle.hash === bundleHash && bundle.manifest.name === name && rungFault(alias, bundle) === undefined,
  );
}

type Outcome =
  | { readonly kind: 'loaded'; readonly model: ServedModel }
  | { readonly kind: 'fault'; readonly fault: BundleFault }
  | { readonly kind: 'unavailable'; readonly detail: string };

async function load(row: AliasRow, options: NextCatalogOptions): Promise<Outcome> {
  const fetched = await fetchBundle(row.bundleHash, options.source);
  if (fetched.kind !== 'files') return fetched;
  const model = await loadVerifiedModel(row.name, fetched.files, options);
  if (!model.ok) return { kind: 'fault', fault: model.error };
  const { bundle, runnable } = model.value;
  const fault = rungFault(row.alias, bundle);
  if (bundle.hash === row.bundleHash && !fault) return { kind: 'loaded', model: model.value };
  runnable.release();
  if (fault) return { kind: 'fault', fault };
  const detail = `the bundle under this hash has the hash ${bundle.hash}`;
  return { kind: 'fault', fault: { code: 'WRONG_HASH', detail } };
}

function lastGood(
  { present, isFollowing }: NextCatalogOptions,
  { name, alias }: AliasRow,
): ServedModel | undefined {
  if (!isFollowing) return undefined;
  switch (alias) {
    case 'production':
      return present.byName(name);
    case 'candidate':
      return present.candidates.find(({ bundle }) => bundle.manifest.name === name);
    case 'light':
    case 'rules':
      return present.onRung(name, alias);
  }
}

function catalogOf(shipped: readonly ServedModel[], loaded: readonly Loaded[]): Catalog {
  const inProduction = new Map(
    loaded.filter(({ row }) => row.alias === 'production').map((entry) => [entry.row.name, entry]),
  );
  const shippedNames = shipped.map(({ bundle }) => bundle.manifest.name);
  const added = Array.from(inProduction.keys())
    .filter((name) => !shippedNames.includes(name))
    .toSorted();
  const shippedByName = new Map(shipped.map((model) => [model.bundle.manifest.name, model]));
  const models = [...shippedNames, ...added].flatMap((name) => {
    const entry = inProduction.get(name);
    return (entry ? entry.model : shippedByName.get(name)) ?? [];
  });
  const withheld = shipped.filter(({ bundle }) => {
    const entry = inProduction.get(bundle.manifest.name);
    return entry !== undefined && entry.model === undefined;
  });
  return createCatalog({
    registryEpoch: loaded.reduce((epoch, { row }) => Math.max(epoch, row.registryEpoch), 0),
    models,
    candidates: loaded.flatMap(({ row, model }) => (row.alias === 'candidate' && model ? model : [])),
    rungs: loaded.flatMap(({ row, model }) => (isRung(row.alias) && model ? model : [])),
    faults: new Map(
      loaded.flatMap(({ row, fault }) => (fault ? [[`${row.name}/${row.alias}`, fault] as const] : [])),
    ),
    withheldSymbols: new Set(withheld.flatMap(({ bundle }) => bundle.manifest.symbols)),
  });
}

const isRung = (alias: AliasRow['alias']): boolean => alias === 'light' || alias === 'rules';
