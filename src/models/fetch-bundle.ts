import type { Result } from '../core/result.ts';
import type { BundleFiles, ModelStore } from '../runtime.ts';
import type { BundleRow } from '../store/registry-rows.ts';
import type { BundleFault } from './bundle-fault.ts';

/** Of an uploaded model, which travels as text within one body and one row; a larger one ships with a deployment. */
export const storedModelBytesMax = 6 * 1024 * 1024;

/** Where uploaded bundles are. */
export interface BundleSource {
  readonly loadBundle: (hash: string) => Promise<Result<BundleRow | undefined, string>>;
  readonly modelStore: ModelStore;
}

/** What came of asking for a bundle: its files, what is wrong with it for good, or that a store did not answer. */
export type FetchedBundle =
  | { readonly kind: 'files'; readonly name: string; readonly files: BundleFiles }
  | { readonly kind: 'fault'; readonly fault: BundleFault }
  | { readonly kind: 'unavailable'; readonly detail: string };

/** The files of an uploaded bundle, unverified; of a model that is too large no byte is fetched. */
export async function fetchBundle(hash: string, source: BundleSource): Promise<FetchedBundle> {
  const row = await source.loadBundle(hash);
  if (!row.ok) return { kind: 'unavailable', detail: row.error };
  if (!row.value) return fault('MISSING', `no bundle ${hash} was uploaded`);
  const { name, manifest, signature, modelSha256 } = row.value;
  const model = await source.modelStore.read(modelSha256, storedModelBytesMax);
  if (!model.ok) return { kind: 'unavailable', detail: model.error };
  switch (model.value.kind) {
    case 'found':
      return { kind: 'files', name, files: { manifest, signature, model: model.value.bytes } };
    case 'missing':
      return fault('MISSING', `the model ${modelSha256} is not in the store`);
    case 'too-large':
      return fault('TOO_LARGE', `the model has ${model.value.sizeBytes} bytes, above ${storedModelBytesMax}`);
  }
}

const fault = (code: BundleFault['code'], detail: string): FetchedBundle => ({
  kind: 'fault',
  fault: { code, detail },
});
