import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Write } from '../audit/commit.ts';
import { isFinal } from '../audit/pending-records.ts';
import { ok, type Result } from '../core/result.ts';
import { type KeyRow, personOf } from '../store/key-row.ts';
import type { Alias, AliasRow, BundleRow } from '../store/registry-rows.ts';
import { aliasStack } from './alias-stack.ts';
import type { BundleFault } from './bundle-fault.ts';
import type { ServedModel } from './catalog.ts';
import { type BundleSource, fetchBundle } from './fetch-bundle.ts';
import type { LoadOptions } from './load-model.ts';
import { loadVerifiedModel } from './load-verified-model.ts';
import type { Uploader } from './register-bundle.ts';
import { rungFault } from './rung-fault.ts';

export interface AliasAsk {
  readonly name: string;
  readonly alias: Alias;
  readonly bundleHash: string;
  /** Whether the key may approve what another one uploaded; without, it may only roll back. */
  readonly mayApprove: boolean;
  readonly by: Uploader;
  /** Who stands behind the key that asks. */
  readonly person: string;
}

export interface AliasOptions extends LoadOptions {
  readonly source: BundleSource;
  readonly shipped: readonly ServedModel[];
  readonly trail: AuditTrail;
  /** One key; undefined where there is none. */
  readonly loadKey: (id: string) => Promise<Result<KeyRow | undefined, string>>;
  readonly loadRegistryEpoch: () => Promise<Result<number, string>>;
  /** Every change of one alias, the oldest first. */
  readonly loadAliasHistory: (name: string, alias: Alias) => Promise<Result<readonly AliasRow[], string>>;
  /** The statement that adds a change; it fails where the epoch is taken. */
  readonly insertAlias: (row: AliasRow) => Write;
  readonly clock: { nowMs(): number };
}

export type AliasSet =
  | { readonly kind: 'set'; readonly row: AliasRow; readonly isRollback: boolean }
  /** It was in force already; nothing was written. */
  | { readonly kind: 'in-force'; readonly bundleHash: string }
  | { readonly kind: 'unknown-bundle' }
  /** The uploader may not promote its own, and who may not approve may promote none. */
  | { readonly kind: 'second-person-needed' }
  | { readonly kind: 'refused'; readonly fault: BundleFault }
  /** Another change came between looking and writing; nothing was written. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'unavailable'; readonly detail: string };

/**
 * Puts a bundle in force under an alias. A promotion needs a key that may approve, of another person than who uploaded; back to
 * what stood below the present one it takes one person alone, since two have agreed to that before. The bundle is loaded
 * and probed here once more, so that what isolates are told to follow can be followed.
 */
export async function setAlias(ask: AliasAsk, options: AliasOptions): Promise<AliasSet> {
  // In this order: a change between the two reads makes the write fail rather than pass over it.
  const epoch = await options.loadRegistryEpoch();
  if (!epoch.ok) return { kind: 'unavailable', detail: epoch.error };
  const history = await options.loadAliasHistory(ask.name, ask.alias);
  if (!history.ok) return { kind: 'unavailable', detail: history.error };
  const stack = aliasStack(history.value, shippedHash(ask, options));
  if (stack.at(-1) === ask.bundleHash) return { kind: 'in-force', bundleHash: ask.bundleHash };
  const isRollback = stack.at(-2) === ask.bundleHash;
  const obstacle = await obstacleTo(ask, isRollback, options);
  if (obstacle) return obstacle;
  return write(ask, { registryEpoch: epoch.value + 1, before: stack.at(-1) ?? null, isRollback }, options);
}

/** What is in force under `production` before the registry says anything. */
const shippedHash = ({ name, alias }: AliasAsk, { shipped }: AliasOptions): string | undefined =>
  alias === 'production'
    ? shipped.find(({ bundle }) => bundle.manifest.name === name)?.bundle.hash
    : undefined;

async function obstacleTo(
  ask: AliasAsk,
  isRollback: boolean,
  options: AliasOptions,
): Promise<AliasSet | undefined> {
  if (isRollback && ask.bundleHash === shippedHash(ask, options)) return undefined;
  const row = await options.source.loadBundle(ask.bundleHash);
  if (!row.ok) return { kind: 'unavailable', detail: row.error };
  if (!row.value || row.value.name !== ask.name) return { kind: 'unknown-bundle' };
  const promotable = isRollback ? ok(true) : await mayPromote(ask, row.value, options);
  if (!promotable.ok) return { kind: 'unavailable', detail: promotable.error };
  if (!promotable.value) return { kind: 'second-person-needed' };
  const fetched = await fetchBundle(ask.bundleHash, options.source);
  if (fetched.kind === 'unavailable') return fetched;
  if (fetched.kind === 'fault') return { kind: 'refused', fault: fetched.fault };
  const loaded = await loadVerifiedModel(ask.name, fetched.files, options);
  if (!loaded.ok) return { kind: 'refused', fault: loaded.error };
  loaded.value.runnable.release();
  const wrongRung = rungFault(ask.alias, loaded.value.bundle);
  if (wrongRung) return { kind: 'refused', fault: wrongRung };
  if (loaded.value.bundle.hash === ask.bundleHash) return undefined;
  return { kind: 'refused', fault: { code: 'WRONG_HASH', detail: 'the store has another manifest' } };
}

/** Not by who uploaded it, whichever of his keys he comes with. An uploader without a row is of before there were any. */
async function mayPromote(
  { mayApprove, by, person }: AliasAsk,
  { uploadedBy }: BundleRow,
  { loadKey }: AliasOptions,
): Promise<Result<boolean, string>> {
  if (!mayApprove || by.actor.keyId === uploadedBy) return ok(false);
  const uploader = await loadKey(uploadedBy);
  return uploader.ok ? ok(!uploader.value || personOf(uploader.value) !== person) : uploader;
}

interface Change {
  readonly registryEpoch: number;
  readonly before: string | null;
  readonly isRollback: boolean;
}

async function write(
  { name, alias, bundleHash, by }: AliasAsk,
  { registryEpoch, before, isRollback }: Change,
  { trail, insertAlias, clock }: AliasOptions,
): Promise<AliasSet> {
  const row: AliasRow = {
    registryEpoch,
    name,
    alias,
    bundleHash,
    changedAtMs: clock.nowMs(),
    changedBy: by.actor.keyId,
    reason: by.reason,
  };
  const entry = trail.seal({
    ...by,
    verb: 'set-alias',
    target: `model:${name}/${alias}`,
    before: { bundleHash: before },
    after: { bundleHash, registryEpoch, isRollback },
  });
  const committed = await trail.commit(entry, [insertAlias(row)]);
  if (committed.ok) return { kind: 'set', row, isRollback };
  return isFinal(committed.error)
    ? { kind: 'moved' }
    : { kind: 'unavailable', detail: committed.error.detail };
}
