import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const finite = z.number().finite();

/** Of the ONNX model: an isolate of 128 MB holds a model about three times while it loads it. */
export const modelBytesMax = 16 * 1024 * 1024;

/**
 * What a model is, where it comes from and what it may be asked. Everything a decision depends on besides the request
 * stands here, so the manifest's hash names the model's behaviour. What it was measured to be worth stands beside, in
 * `measurements.json`, which nothing that serves reads.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(2),
  /** Model name on the wire, e.g. `spx-1d`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** `test` bundles act often on purpose; a production configuration refuses them. */
  purpose: z.enum(['production', 'test']),
  /**
   * The rung of the degraded ladder (decision/ladder.ts) on which it may stand in for the model of its name: it passed every
   * gate of a release as a model of its own. Absent for one that may stand on none.
   */
  rung: z.enum(['light', 'rules']).optional(),
  model: z.strictObject({
    sha256,
    sizeBytes: z.number().int().positive().max(modelBytesMax),
    opset: z.number().int().positive(),
    /** Of `ai.onnx.ml`, where the trees' operators are; null where the model uses none of them. */
    mlOpset: z.number().int().positive().nullable(),
    quantization: z.enum(['none', 'int8']),
    /** Input: f32[batch, features.names.length]. */
    inputName: z.string().min(1),
    /** Output: f32[batch, heads.length], each in [0, 1]. */
    outputName: z.string().min(1),
  }),
  features: z.strictObject({
    /** Name of the feature set in `features/`. */
    set: z.string().min(1),
    /** Of the named features alone: names, parameters and the vector on a fixed series; see features/vector.ts. */
    contractHash: sha256,
    /** In input order, which is the set's; all of the set or some of it. */
    names: z.array(z.string().min(1)).min(1),
    /** Bars the vector is computed over. */
    windowBars: z.number().int().positive(),
  }),
  /**
   * The output's columns. `direction`: calibrated probability that the label is 1. `risk`: calibrated probability that a
   * large move lies ahead, either way; it can hold back what the direction says, and start nothing.
   */
  heads: z.union([z.tuple([z.literal('direction')]), z.tuple([z.literal('direction'), z.literal('risk')])]),
  /** What the direction's label 1 means, for people. */
  target: z.string().min(1),
  symbols: z.array(z.string().min(1)).min(1),
  interval: z.enum(['1d']),
  calendar: z.enum(['XNYS', '24x7']),
  /** Score to intent: BUY at `score ≥ buyAtLeast`, SELL at `score ≤ sellAtMost`, HOLD between. */
  policy: z.strictObject({
    buyAtLeast: finite.min(0.5).max(1),
    sellAtMost: finite.min(0).max(0.5),
    /** |score − 0.5| at which size reaches 1; size is linear below. */
    sizeFullAt: finite.gt(0).max(0.5),
    /** From this risk on nothing opens or increases exposure; null exactly where there is no risk head. */
    riskHoldAtLeast: finite.min(0).max(1).nullable(),
    /** How long an answer may be acted upon, at most; the permission it was made under may end earlier. */
    validForMs: z.number().int().positive().max(60_000),
  }),
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
  /** How to make it again. */
  lineage: z.strictObject({
    seed: z.number().int(),
    recipe: z.string().min(1),
    /** Of the source that made it. */
    codeCommit: z.string().min(1),
    /** Hyperparameter trials that it was chosen from. */
    trials: z.number().int().min(0),
    parameters: z.record(z.string(), z.union([finite, z.string()])),
    /** False where a limit of time cut the run: the same again may choose another. */
    reproducible: z.boolean(),
  }),
});

export type Manifest = z.infer<typeof manifestSchema>;
