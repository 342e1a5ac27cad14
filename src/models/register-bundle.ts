import type { Actor } from '../audit/audit-entry.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Write } from '../audit/commit.ts';
import type { BundleFiles } from '../runtime.ts';
import type { BundleRow } from '../store/registry-rows.ts';
import type { BundleFault } from './bundle-fault.ts';
import { type BundleSource, storedModelBytesMax } from './fetch-bundle.ts';
import type { LoadOptions } from './load-model.ts';
import { loadVerifiedModel } from './load-verified-model.ts';

/** Who uploads, from where. */
export interface Uploader {
  readonly actor: Extract<Actor, { readonly kind: 'key' }>;
  readonly clientAddress: string;
  readonly reason: string;
}

interface RegisterOptions extends LoadOptions {
  readonly source: BundleSource;
  readonly trail: AuditTrail;
  /** The statement that adds a bundle's row. */
  readonly insertBundle: (row: BundleRow) => Write;
  readonly clock: { nowMs(): number };
}

export type Registered =
  | { readonly kind: 'registered'; readonly row: BundleRow; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly fault: BundleFault }
  /** It is unknown whether it was written; the same call again is harmless. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/**
 * Takes in a bundle that is as good as one that is served: opened, prepared by an engine and probed here, then given back.
 * The model goes to its store before the row that names it, so a row never names what is not there. What was registered
 * before stays as it was, with the key that uploaded it first.
 */
export async function registerBundle(
  files: BundleFiles & { readonly signature: string },
  uploader: Uploader,
  options: RegisterOptions,
): Promise<Registered> {
  if (files.model.length > storedModelBytesMax)
    return refused({ code: 'TOO_LARGE', detail: `the model has more than ${storedModelBytesMax} bytes` });
  const loaded = await loadVerifiedModel(undefined, files, options);
  if (!loaded.ok) return refused(loaded.error);
  const { bundle, runnable } = loaded.value;
  runnable.release();
  const known = await options.source.loadBundle(bundle.hash);
  if (!known.ok) return { kind: 'unavailable', detail: known.error };
  if (known.value) return { kind: 'registered', row: known.value, isNew: false };
  const { sha256 } = bundle.manifest.model;
  const written = await options.source.modelStore.write(sha256, files.model);
  if (!written.ok) return { kind: 'unavailable', detail: written.error };
  return insert(
    {
      hash: bundle.hash,
      name: bundle.manifest.name,
      manifest: files.manifest,
      signature: files.signature,
      modelSha256: sha256,
      uploadedAtMs: options.clock.nowMs(),
      uploadedBy: uploader.actor.keyId,
    },
    uploader,
    options,
  );
}

async function insert(row: BundleRow, uploader: Uploader, options: RegisterOptions): Promise<Registered> {
  const { trail, insertBundle, source } = options;
  const after = { bundleHash: row.hash, modelSha256: row.modelSha256 };
  const target = `model:${row.name}`;
  const entry = trail.seal({ ...uploader, verb: 'register-model', target, before: null, after });
  const committed = await trail.commit(entry, [insertBundle(row)]);
  if (committed.ok) return { kind: 'registered', row, isNew: true };
  if (committed.error.kind === 'unavailable') return { kind: 'unavailable', detail: committed.error.detail };
  // Rows cannot be replaced: somebody uploaded the same bundle in between.
  const first = await source.loadBundle(row.hash);
  return first.ok && first.value
    ? { kind: 'registered', row: first.value, isNew: false }
    : { kind: 'unavailable', detail: committed.error.detail };
}

const refused = (fault: BundleFault): Registered => ({ kind: 'refused', fault });
