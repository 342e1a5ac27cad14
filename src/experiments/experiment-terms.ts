import { z } from 'zod';

const common = {
  /** Symbols on which both arms are asked; production is the model that serves them. */
  symbols: z.array(z.string().min(1).max(32)).min(1).max(16),
  /** The model that competes, in one version. */
  candidate: z.strictObject({
    name: z.string().min(1).max(64),
    version: z.string().regex(/^[0-9a-f]{12}$/),
  }),
  /** Bars from a decision's fill, at the next bar's open, to the open at which it is judged. */
  horizonBars: z.number().int().min(1).max(63),
  /** Of the value traded, for entry and exit together. */
  roundTripCost: z.number().min(0).max(0.1),
  /** Gain over the other arm on one bar from which on more of it counts no more, as a share of the value at full size. */
  gainMax: z.number().min(0.001).max(1),
  /** Chance that a candidate which is no better is ever shown to be. */
  alpha: z.number().min(0.001).max(0.2),
};

/** Of accounts and symbols, by a stable hash. */
const share = (max: number) => z.number().gt(0).max(max);

/** What an experiment is. `shadow`: the candidate runs and never answers. `canary`: it answers a few, in capped size. */
export const experimentTermsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ab'), ...common, share: share(0.9) }),
  z.strictObject({ kind: z.literal('shadow'), ...common }),
  z.strictObject({
    kind: z.literal('canary'),
    ...common,
    share: share(0.2),
    /** The candidate's answers open and increase by this size at most. */
    sizeMax: z.number().gt(0).max(0.5),
  }),
]);

export type ExperimentTerms = z.infer<typeof experimentTermsSchema>;
