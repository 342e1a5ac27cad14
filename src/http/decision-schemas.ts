import { z } from '@hono/zod-openapi';
import { type HoldCode, holdCodes } from '../core/codes.ts';
import type { Answer } from '../decision/answer.ts';

const holdCodeNames = Object.keys(holdCodes) as [HoldCode, ...HoldCode[]];
const number = z.union([z.number(), z.string().max(40)]);
const time = z.union([z.string().max(40), z.number()]);

const barSchema = z
  .strictObject({
    t: time.openapi({
      description: 'Start of the bar: RFC 3339 or epoch milliseconds. A daily bar is named by its UTC date.',
    }),
    o: number,
    h: number,
    l: number,
    c: number,
    v: number,
  })
  .openapi('Bar', {
    example: { t: '2020-03-16', o: 2508.59, h: 2562.98, l: 2380.94, c: 2386.13, v: 7781540000 },
  });

/** The request of `POST /v1/decisions`. Exactly one of `bars` and `features`, or neither. */
export const decisionRequestSchema = z
  .strictObject({
    symbol: z.string().min(1).max(32),
    interval: z.string().max(8).optional().openapi({ description: "The model's by default." }),
    bars: z
      .array(barSchema)
      .optional()
      .openapi({ description: 'Oldest first; the last one closed and fresh.' }),
    features: z
      .record(z.string().max(64), z.number())
      .optional()
      .openapi({ description: 'Every input of the model by name, instead of bars.' }),
    strategy: z.string().min(1).max(64).optional(),
    position: number
      .optional()
      .openapi({ description: 'Signed quantity held now. Without it a BUY or SELL counts as `open`.' }),
    model: z.string().max(64).optional(),
    asOf: time
      .optional()
      .openapi({
        description: 'Evaluate history: bars end at or before this instant. The answer is never actionable.',
      }),
    clientDecisionId: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .openapi({ description: 'Idempotency key, as the header.' }),
    durability: z
      .enum(['pending', 'ack'])
      .optional()
      .openapi({ description: '`ack`: in the database before the answer.' }),
    explain: z
      .boolean()
      .optional()
      .openapi({ description: 'Adds the inputs and what each moved the score by.' }),
  })
  .openapi('DecisionRequest');

export type DecisionRequest = z.infer<typeof decisionRequestSchema>;

export const answerSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    symbol: z.string(),
    interval: z.string(),
    action: z
      .enum(['BUY', 'SELL', 'HOLD'])
      .openapi({ description: 'HOLD: send nothing new; protective orders stay.' }),
    effect: z.enum(['open', 'increase', 'reduce', 'close', 'none']),
    actionable: z.boolean(),
    holdKind: z.enum(['signal', 'abstain', 'safety']).nullable(),
    size: z
      .number()
      .openapi({
        description: "Fraction of the symbol's limit (open, increase) or of the position (reduce, close).",
      }),
    confidence: z.number().nullable(),
    reasons: z.array(z.object({ code: z.enum(holdCodeNames), detail: z.string() })).readonly(),
    model: z.object({
      name: z.string(),
      version: z.string(),
      arm: z.literal('production'),
      engine: z.string(),
    }),
    mode: z.literal('FULL'),
    data: z.object({ source: z.enum(['bars', 'features', 'none']), ageMs: z.number().nullable() }),
    asOf: z.string().nullable(),
    validUntil: z.string().nullable(),
    durability: z.enum(['pending', 'acked', 'none']),
    recordHash: z.string().nullable(),
    receipt: z.string().nullable(),
    features: z
      .array(z.object({ name: z.string(), value: z.number(), attribution: z.number() }))
      .readonly()
      .exactOptional(),
  })
  .openapi('Decision') satisfies z.ZodType<Answer>;

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

export const storedDecisionSchema = z
  .object({
    id: z.string(),
    recordHash: z.string(),
    receipt: z.string(),
    record: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'The record, as it was hashed in canonical JSON.' }),
  })
  .openapi('StoredDecision');
