import { canonicalJson } from '../core/canonical-json.ts';
import { checkOfShape } from '../core/check-of-shape.ts';
import { sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';
import { shapeFaultsText } from '../core/shape-faults.ts';
import type { BundleFiles } from '../runtime.ts';
import type { BundleFault } from './bundle-fault.ts';
import { checkSignature } from './bundle-signature.ts';
import type { Manifest } from './manifest.ts';
import { manifestShape } from './manifest-shape.ts';

const isManifest = checkOfShape<Manifest>(manifestShape);

/** A bundle whose manifest was parsed, whose model has the stated hash, and that a pinned key has signed. */
export interface Bundle {
  /** SHA-256 of the canonical manifest; with the model's hash inside it, it names the bundle's content. */
  readonly hash: string;
  /** First 12 hex digits of `hash`: the version on the wire. */
  readonly version: string;
  readonly manifest: Manifest;
  readonly model: Uint8Array;
}

interface OpenOptions {
  /** Ed25519 public keys whose signature is good, 64 hex digits each. */
  readonly publicKeys: readonly string[];
}

/** Parses and verifies a bundle. The error names what does not fit. */
export function openBundle(files: BundleFiles, { publicKeys }: OpenOptions): Result<Bundle, BundleFault> {
  const manifest = parseJson(files.manifest);
  if (!isManifest(manifest)) return badManifest(`manifest: ${shapeFaultsText(manifestShape, manifest)}`);
  const unfit = misfitOf(manifest);
  if (unfit !== undefined) return badManifest(unfit);
  const fault = modelFault(manifest, files.model);
  if (fault !== undefined) return err(fault);
  const hash = sha256Hex(canonicalJson(manifest));
  const signed = checkSignature(hash, files.signature, publicKeys);
  if (!signed.ok) return signed;
  return ok({ hash, version: hash.slice(0, 12), manifest, model: files.model });
}

const badManifest = (detail: string): Result<never, BundleFault> => err({ code: 'BAD_MANIFEST', detail });

/** What the schema cannot say: parts of the manifest that do not fit each other. */
function misfitOf(manifest: Manifest): string | undefined {
  const width = manifest.features.names.length;
  const { min, max, baseline } = manifest.domain;
  if (min.length !== width || max.length !== width || baseline.length !== width) {
    return `domain needs ${width} values in min, max and baseline`;
  }
  if (manifest.policy.sellAtMost >= manifest.policy.buyAtLeast)
    return 'policy.sellAtMost must lie below policy.buyAtLeast';
  const hasRiskHead = manifest.heads.length === 2;
  if (hasRiskHead !== (manifest.policy.riskHoldAtLeast !== null)) {
    return 'riskHoldAtLeast must be a number where there is a risk head, and null where there is none';
  }
  if (manifest.rung !== undefined && manifest.purpose !== 'production') {
    return 'gates were waived for a test bundle, so it may stand on no rung of the ladder';
  }
  return undefined;
}

function modelFault({ model: { sizeBytes, sha256 } }: Manifest, model: Uint8Array): BundleFault | undefined {
  if (model.length !== sizeBytes)
    return {
      code: 'WRONG_SIZE',
      detail: `the model has ${model.length} bytes, and its manifest says ${sizeBytes}`,
    };
  if (sha256Hex(model) !== sha256)
    return { code: 'WRONG_HASH', detail: "the model's bytes do not have the manifest's sha256" };
  return undefined;
}
