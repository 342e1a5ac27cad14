import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { BundleFiles } from '../runtime.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const finite = z.number().finite();

/**
 * What a model is, what it may be asked, and what it was measured to be worth. Everything a decision depends
 * on besides the request stands here, so the manifest's hash names the model's behaviour.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Model name on the wire, e.g. `spx-1d`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** `test` bundles act often on purpose; a production configuration refuses them. */
  purpose: z.enum(['production', 'test']),
  model: z.strictObject({
    sha256,
    sizeBytes: z.number().int().positive(),
    opset: z.number().int().positive(),
    quantization: z.enum(['none', 'int8-qdq']),
    /** Input: f32[batch, features.names.length]. */
    inputName: z.string().min(1),
    /** Output: f32[batch, 1], the calibrated probability that the label is 1, in [0, 1]. */
    outputName: z.string().min(1),
  }),
  features: z.strictObject({
    /** Name of the feature set in `features/`. */
    set: z.string().min(1),
    /** Hash of names, parameters and the vector on a fixed series; see features/vector.ts. */
    contractHash: sha256,
    /** In input order. */
    names: z.array(z.string().min(1)).min(1),
    /** Bars the vector is computed over. */
    windowBars: z.number().int().positive(),
  }),
  /** What the label 1 means, for people. */
  target: z.string().min(1),
  symbols: z.array(z.string().min(1)).min(1),
  interval: z.enum(['1d']),
  calendar: z.enum(['XNYS', '24x7']),
  /** Score to intent: BUY at `score ≥ buyAtLeast`, SELL at `score ≤ sellAtMost`, HOLD between. */
  policy: z
    .strictObject({
      buyAtLeast: finite.min(0.5).max(1),
      sellAtMost: finite.min(0).max(0.5),
      /** |score − 0.5| at which size reaches 1; size is linear below. */
      sizeFullAt: finite.gt(0).max(0.5),
      /** How long an answer may be acted upon, at most; the permission it was made under may end earlier. */
      validForMs: z.number().int().positive().max(60_000),
    })
    .refine((policy) => policy.sellAtMost < policy.buyAtLeast, 'sellAtMost must lie below buyAtLeast'),
  /** Per feature, in input order: the trained range (outside it the answer is HOLD OUT_OF_DOMAIN) and the baseline that attributions are measured from. */
  domain: z.strictObject({
    min: z.array(finite),
    max: z.array(finite),
    baseline: z.array(finite),
  }),
  data: z.strictObject({
    source: z.string().min(1),
    sha256,
    rows: z.number().int().positive(),
    from: z.string(),
    to: z.string(),
  }),
  /** Out-of-sample figures, by name. */
  metrics: z.record(z.string(), finite),
  lineage: z.strictObject({ seed: z.number().int(), recipe: z.string().min(1) }),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** A bundle whose manifest was parsed and whose model bytes have the hash the manifest states. */
export interface Bundle {
  /** SHA-256 of the canonical manifest; with the model's hash inside it, it names the bundle's content. */
  readonly hash: string;
  /** First 12 hex digits of `hash`: the version on the wire. */
  readonly version: string;
  readonly manifest: Manifest;
  readonly model: Uint8Array;
}

/** Parses and verifies a bundle. The error says what does not fit, for the start-up report. */
export function openBundle(files: BundleFiles): Result<Bundle, string> {
  const parsed = manifestSchema.safeParse(parseJson(files.manifest));
  if (!parsed.success) return err(`manifest: ${z.prettifyError(parsed.error)}`);
  const manifest = parsed.data;
  const width = manifest.features.names.length;
  const { min, max, baseline } = manifest.domain;
  if (min.length !== width || max.length !== width || baseline.length !== width) {
    return err(`${manifest.name}: domain needs ${width} values in min, max and baseline`);
  }
  if (sha256Hex(files.model) !== manifest.model.sha256) {
    return err(`${manifest.name}: the model's bytes do not have the manifest's sha256`);
  }
  const hash = sha256Hex(canonicalJson(manifest));
  return ok({ hash, version: hash.slice(0, 12), manifest, model: files.model });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
