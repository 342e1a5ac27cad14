import { err, type Result } from '../core/result.ts';
import type { BundleFiles } from '../runtime.ts';
import type { BundleFault } from './bundle-fault.ts';
import type { ServedModel } from './catalog.ts';
import { type LoadOptions, loadModel } from './load-model.ts';
import { weightsFault } from './weights-fault.ts';

/**
 * {@link loadModel} of what came from outside the deployment: every weight is looked at as well, as a release does it,
 * since the one row that an engine runs may never meet the one that is no number.
 */
export async function loadVerifiedModel(
  name: string | undefined,
  files: BundleFiles,
  options: LoadOptions,
): Promise<Result<ServedModel, BundleFault>> {
  const loaded = await loadModel(name, files, options);
  if (!loaded.ok) return loaded;
  const fault = weightsFault(files.model);
  if (fault === undefined) return loaded;
  loaded.value.runnable.release();
  return err({ code: 'NOT_FINITE', detail: fault });
}
