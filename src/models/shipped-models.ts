import { err, ok, type Result } from '../core/result.ts';
import type { BundleFiles } from '../runtime.ts';
import type { ServedModel } from './catalog.ts';
import { type LoadOptions, loadModel } from './load-model.ts';

interface ShippedOptions extends LoadOptions {
  /** Names in order of preference for a symbol. */
  readonly names: readonly string[];
  readonly bundles: Readonly<Record<string, BundleFiles>>;
}

/** Opens and prepares every named bundle of the deployment, one after the other; all faults are listed at once. */
export async function loadShippedModels({
  names,
  bundles,
  ...options
}: ShippedOptions): Promise<Result<readonly ServedModel[], readonly string[]>> {
  const models: ServedModel[] = [];
  const faults: string[] = [];
  for (const name of names) {
    const files = bundles[name];
    const model = files
      ? await loadModel(name, files, options)
      : err({ detail: 'this deployment ships no such bundle' });
    if (model.ok) models.push(model.value);
    else faults.push(`model ${name}: ${model.error.detail}`);
  }
  return faults.length > 0 ? err(faults) : ok(models);
}
