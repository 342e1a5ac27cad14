import { z } from '@hono/zod-openapi';
import { decisionRequestSchema } from '../decision-schemas.ts';

export const outcomesMax = 256;

const bars = decisionRequestSchema.shape.bars.unwrap();

/** The request of `POST /v1/outcomes`. Either `outcomes`, or `symbol` with `bars`. */
export const outcomesRequestSchema = z
  .strictObject({
    horizonBars: z.number().int().min(1).max(63).openapi({
      description: "Bars from a decision's fill, at the next bar's open, to the open at which it is judged.",
    }),
    outcomes: z
      .array(
        z.strictObject({
          decisionId: z.string().min(1).max(64),
          outcome: z.number().min(-1).max(10).openapi({
            description:
              "The symbol's return over the horizon, e.g. 0.012; without sign of the position, without costs.",
          }),
        }),
      )
      .min(1)
      .max(outcomesMax)
      .optional(),
    symbol: z.string().min(1).max(32).optional(),
    bars: bars.optional().openapi({
      description:
        "Instead: the market's bars. Decisions of experiments whose horizon lies in them get their outcomes.",
    }),
  })
  .openapi('OutcomesRequest', {
    example: {
      horizonBars: 1,
      outcomes: [{ decisionId: '0193c2f1-6e3a-7d40-9f6b-3c1d8e2a5b70', outcome: 0.012 }],
    },
  });

export type OutcomesRequest = z.infer<typeof outcomesRequestSchema>;

const ids = (description: string) => z.array(z.string()).openapi({ description });

export const outcomesAnswerSchema = z
  .object({
    recorded: ids('Decisions whose outcome was written now.'),
    known: ids('Decisions that had this very outcome already.'),
    conflicting: ids('Decisions that have another outcome already, which stays.'),
    unknown: ids('No decisions of this account, or not written yet.'),
  })
  .openapi('OutcomesAnswer');

export type OutcomesAnswer = z.infer<typeof outcomesAnswerSchema>;
