import { parseJson } from '../../core/parse-json.ts';
import type { Result } from '../../core/result.ts';
import type { Manifest } from '../../models/manifest.ts';
import type { AliasRow, BundleRow } from '../../store/registry-rows.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';

interface ListModelsOptions extends LiveAuthentication {
  readonly loadAliases: () => Promise<Result<readonly AliasRow[], string>>;
  readonly loadBundles: (countMax: number) => Promise<Result<readonly BundleRow[], string>>;
}

const bundlesMax = 200;

/** `GET /v1/models`: what the registry has in force, and what was uploaded. */
export function createListModelsRoute(options: ListModelsOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'observe', options);
    if (!principal.ok) return problemResponse(principal.error);
    const [aliases, bundles] = await Promise.all([options.loadAliases(), options.loadBundles(bundlesMax)]);
    if (!aliases.ok || !bundles.ok)
      return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    const body = {
      registryEpoch: aliases.value.reduce((epoch, row) => Math.max(epoch, row.registryEpoch), 0),
      aliases: aliases.value.map(aliasOf),
      bundles: bundles.value.map(bundleOf),
    };
    return context.json(body, 200, { 'cache-control': 'no-store' });
  };
}

const aliasOf = ({ changedAtMs, ...row }: AliasRow) => ({
  ...row,
  changedAt: new Date(changedAtMs).toISOString(),
});

/** As it is told: of its manifest what says where it may serve. */
export function bundleOf({ hash, name, manifest, uploadedAtMs, uploadedBy }: BundleRow) {
  // It was parsed when it was uploaded, and rows do not change.
  const { purpose, symbols, interval } = parseJson(manifest) as Manifest;
  const uploadedAt = new Date(uploadedAtMs).toISOString();
  return { hash, version: hash.slice(0, 12), name, purpose, symbols, interval, uploadedAt, uploadedBy };
}
