import { z } from '@hono/zod-openapi';
import type { Experiment } from '../../experiments/experiment.ts';
import { experimentTermsSchema } from '../../experiments/experiment-terms.ts';

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

/** An experiment as it goes over the wire. */
export const wireExperiment = ({
  changedAtMs,
  ...experiment
}: Experiment): z.infer<typeof experimentSchema> => ({
  ...experiment,
  changedAt: new Date(changedAtMs).toISOString(),
});
