import { z } from '@hono/zod-openapi';
import type { Experiment } from '../../experiments/experiment.ts';
import { experimentTermsSchema } from '../../experiments/experiment-terms.ts';
import type { ExperimentResults } from '../../experiments/judge-experiment.ts';

/** Name of an experiment, as it stands in the path. */
export const experimentNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

export const experimentRequestSchema = z
  .strictObject({
    terms: experimentTermsSchema,
    state: z.enum(['running', 'stopped']).openapi({
      description: 'Running again, or under other terms, begins anew: earlier trials count no more.',
    }),
    reason: z
      .string()
      .min(1)
      .max(500)
      .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
      .openapi({ description: 'Why, for the audit entry.' }),
  })
  .openapi('ExperimentRequest', {
    example: {
      terms: {
        kind: 'canary',
        symbols: ['SPX'],
        candidate: { name: 'spx-1d', version: '8f2c1d90ab34' },
        horizonBars: 1,
        roundTripCost: 0.0004,
        gainMax: 0.03,
        alpha: 0.05,
        share: 0.1,
        sizeMax: 0.25,
      },
      state: 'running',
      reason: 'first live look at the wider trees',
    },
  });

export type ExperimentRequest = z.infer<typeof experimentRequestSchema>;

export const experimentSchema = z
  .object({
    name: z.string(),
    epoch: z.number().int().openapi({ description: 'Raised by one by every change.' }),
    trialEpoch: z.number().int().openapi({ description: 'Since this epoch trials count.' }),
    state: z.enum(['running', 'stopped', 'demoted']).openapi({
      description: '`demoted`: the service ended it, since the candidate failed or was shown to be worse.',
    }),
    terms: experimentTermsSchema,
    changedAt: z.string(),
    changedBy: z.string(),
    reason: z.string(),
  })
  .openapi('Experiment');

const share = z.number().nullable();
const meanSchema = z
  .object({ mean: share, low: z.number(), high: z.number() })
  .openapi({ description: 'Returns; the bounds hold at all times at once, at a chance of 1 − alpha.' });
const armSchema = z.object({
  gain: meanSchema,
  coverage: share.openapi({ description: 'Share of trials on which it neither abstained nor failed.' }),
  acting: share.openapi({ description: 'Share of trials on which it was BUY or SELL.' }),
});

/** What an experiment has shown. */
const resultsSchema = z.object({
  trials: z.number().int(),
  settled: z.number().int().openapi({ description: 'Bars that the test has used.' }),
  awaited: z.number().int().openapi({ description: 'Trials whose outcome is not known and matters.' }),
  arms: z.object({ production: armSchema, candidate: armSchema }),
  difference: meanSchema,
  evidence: z
    .object({ better: z.number(), worse: z.number(), drift: z.number(), needed: z.number() })
    .openapi({
      description:
        'Highest e-values so far; one that reaches `needed` shows its case, however often one looks.',
    }),
  decision: z.enum(['continue', 'promote', 'demote']).openapi({
    description: '`promote` is a finding: a person has to. `demote` is carried out by the service.',
  }),
  reason: z.string(),
}) satisfies z.ZodType<ExperimentResults>;

export const experimentReportSchema = experimentSchema
  .extend({ results: resultsSchema })
  .openapi('ExperimentReport');

/** An experiment as it goes over the wire. */
export const wireExperiment = ({
  changedAtMs,
  ...experiment
}: Experiment): z.infer<typeof experimentSchema> => ({
  ...experiment,
  changedAt: new Date(changedAtMs).toISOString(),
});
