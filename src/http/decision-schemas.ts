import { z } from '@hono/zod-openapi';
import { type HoldCode, holdCodes } from '../core/codes.ts';
import type { Answer } from '../decision/answer.ts';
import { liftOutcomes } from '../decision/named-override.ts';
import { decisionsAtOnceMax } from '../decision/question.ts';
import { text } from './text-schema.ts';

const holdCodeNames = Object.keys(holdCodes) as [HoldCode, ...HoldCode[]];
const number = z.union([z.number(), z.string().max(40)]);
const time = z.union([z.string().max(40), z.number()]);

const exampleBars = [
  { t: '2020-03-13', o: 2569.99, h: 2711.33, l: 2492.37, c: 2711.02, v: 8258670000 },
  { t: '2020-03-16', o: 2508.59, h: 2562.98, l: 2380.94, c: 2386.13, v: 7781540000 },
];

export const barSchema = z
  .strictObject({
    t: time.openapi({
      description: 'Start of the bar: RFC 3339 or epoch milliseconds. A daily bar is named by its UTC date.',
    }),
    o: number.openapi({ description: 'Open. A price is a JSON number or a decimal string.' }),
    h: number.openapi({ description: 'High, the largest of the four.' }),
    l: number.openapi({ description: 'Low, the smallest of the four.' }),
    c: number.openapi({ description: 'Close.' }),
    v: number.openapi({ description: 'Volume, 0 or more.' }),
  })
  .openapi('Bar');

/** The request of `POST /v1/decisions`. Exactly one of `bars` and `features`, or neither. */
export const decisionRequestSchema = z
  .strictObject({
    symbol: z.string().min(1).max(32).openapi({ description: 'A symbol that a served model names.' }),
    interval: z.string().max(8).optional().openapi({ description: "The model's by default." }),
    bars: z.array(barSchema).optional().openapi({
      description:
        'Oldest first, at least as many as the features need to warm up; the last one closed and fresh. Shortened in the example.',
    }),
    features: z
      .record(z.string().max(64), z.number())
      .optional()
      .openapi({ description: 'Every input of the model by name, instead of bars.' }),
    strategy: text(64)
      .optional()
      .openapi({ description: "The client's own name for it; kept in the record." }),
    position: number
      .optional()
      .openapi({ description: 'Signed quantity held now. Without it a BUY or SELL counts as `open`.' }),
    model: z
      .string()
      .max(64)
      .optional()
      .openapi({ description: 'By name; by default the first that serves the symbol.' }),
    asOf: time.optional().openapi({
      description: 'Evaluate history: bars end at or before this instant. The answer is never actionable.',
    }),
    clientDecisionId: text(128).optional().openapi({ description: 'Idempotency key, as the header.' }),
    durability: z.enum(['pending', 'ack', 'outbox']).optional().openapi({
      description: '`outbox`: kept outside the isolate before the answer. `ack`: in the database before it.',
    }),
    explain: z
      .boolean()
      .optional()
      .openapi({ description: 'Adds the inputs and what each moved the score by.' }),
    overrideId: text(64).optional().openapi({
      description:
        'An override (`POST /v1/control/overrides`) that may let this one decision pass the risk limit. Where it does not, the limit holds.',
    }),
  })
  .openapi('DecisionRequest', {
    example: { symbol: 'SPX', bars: exampleBars, asOf: '2020-03-16T21:00:00Z' },
  });

export type DecisionRequest = z.infer<typeof decisionRequestSchema>;

/** The request of `POST /v1/decisions/batch`. Its items are read one by one: each is refused by itself. */
export const batchRequestSchema = z.strictObject({
  items: z.array(z.unknown()).min(1).max(decisionsAtOnceMax),
  durability: decisionRequestSchema.shape.durability,
  clientDecisionId: decisionRequestSchema.shape.clientDecisionId,
});

/** The same for readers of the contract, with what an item is. */
export const batchRequestDocument = batchRequestSchema
  .extend({
    items: z
      .array(
        decisionRequestSchema
          .omit({ durability: true, clientDecisionId: true, overrideId: true })
          .openapi('BatchItem', {
            description:
              "A decision request; durability and idempotency are the batch's, and overrides are for single ones.",
          }),
      )
      .min(1)
      .max(decisionsAtOnceMax),
  })
  .openapi('BatchRequest');

export type BatchRequest = z.infer<typeof batchRequestDocument>;

const exampleAnswer: Answer = {
  id: '0193c2f1-6e3a-7d40-9f6b-3c1d8e2a5b70',
  at: '2026-01-05T14:30:00.021Z',
  symbol: 'SPX',
  interval: '1d',
  action: 'BUY',
  effect: 'open',
  actionable: false,
  holdKind: null,
  size: 0.42,
  confidence: 0.563,
  risk: 0.187204,
  reasons: [],
  model: { name: 'spx-1d', version: '8f2c1d90ab34', arm: 'production', engine: 'kernel' },
  mode: 'FULL',
  load: 'normal',
  data: { source: 'bars', ageMs: 0 },
  asOf: '2020-03-16T21:00:00.000Z',
  validUntil: null,
  durability: 'pending',
  recordHash: '5d0c3b7be4d0f4f27f6f1d2f6c3c0e1a9b8f7e6d5c4b3a291807f6e5d4c3b2a1',
  receipt: 'b1946ac92492d2347c6235b4d2611184f0a3c5d7e9b8a6c4d2e0f1a3b5c7d9e8',
};

export const answerSchema = z
  .object({
    id: z.string().openapi({ description: 'UUIDv7.' }),
    at: z.string().openapi({ description: 'When it was decided, RFC 3339.' }),
    symbol: z.string(),
    interval: z.string(),
    action: z
      .enum(['BUY', 'SELL', 'HOLD'])
      .openapi({ description: 'HOLD: send nothing new; protective orders stay.' }),
    effect: z
      .enum(['open', 'increase', 'reduce', 'close', 'none'])
      .openapi({ description: 'What acting on it does to the position.' }),
    actionable: z
      .boolean()
      .openapi({ description: 'True only for a BUY or SELL on live data, until `validUntil`.' }),
    holdKind: z.enum(['signal', 'abstain', 'safety']).nullable().openapi({
      description:
        'Why HOLD: the model says so, the model is too unsure, or something on the way is not sure.',
    }),
    size: z.number().openapi({
      description: "Fraction of the symbol's limit (open, increase) or of the position (reduce, close).",
    }),
    confidence: z.number().nullable().openapi({
      description:
        "Calibrated probability that the action's direction is right; null where no score was computed.",
    }),
    risk: z.number().nullable().openapi({
      description:
        'Calibrated probability that a large move lies ahead, up or down. A high one holds back what would open or increase exposure; it starts nothing. Null where the model does not estimate it or no score was computed.',
    }),
    reasons: z
      .array(z.object({ code: z.enum(holdCodeNames), detail: z.string() }))
      .readonly()
      .openapi({ description: 'Why HOLD; empty for BUY and SELL.' }),
    model: z.object({
      name: z.string(),
      version: z.string(),
      arm: z.enum(['production', 'candidate']).openapi({
        description: 'Which model of an experiment answered; `production` also where none runs.',
      }),
      engine: z.string(),
    }),
    mode: z.enum(['FULL', 'LIGHT', 'RULES', 'HOLD']).openapi({
      description:
        'Rung of the degraded ladder that was in force: the model in production, or while that fails one that was released to stand in for it; `HOLD` where there is none that is well.',
    }),
    load: z.enum(['normal', 'busy', 'shedding']).openapi({
      description:
        'Of the isolate when it decided. Where it is not `normal`, optional work is left out: attributions are null. `shedding`: and it refuses what is beyond its limit, with OVERLOADED.',
    }),
    data: z.object({
      source: z.enum(['bars', 'features', 'fetched', 'cached', 'none']).openapi({
        description:
          'What was decided on: `bars` and `features` of the request; without either bars that the service `fetched`, or, while their source fails, had `cached`, from which nothing follows that adds exposure.',
      }),
      ageMs: z.number().nullable().openapi({ description: 'Age of the last bar, in milliseconds.' }),
    }),
    asOf: z
      .string()
      .nullable()
      .openapi({ description: 'The instant of history that was asked about; null for now.' }),
    validUntil: z
      .string()
      .nullable()
      .openapi({ description: 'Until when it may be acted upon; null where it never may.' }),
    durability: z.enum(['pending', 'outboxed', 'acked', 'none']).openapi({
      description:
        '`pending`: written after the answer. `outboxed`: kept in Redis before it, and written soon after. `acked`: in the database before it. `none`: the log had no room.',
    }),
    recordHash: z.string().nullable().openapi({
      description:
        "SHA-256 of the record in canonical JSON (RFC 8785); of a batch's item, or a stream's, of its record in two parts: what items share, hashed, and what is its own.",
    }),
    receipt: z.string().nullable().openapi({
      description:
        'HMAC-SHA-256 over `recordHash`, the account and the answer: proof that this service answered it so.',
    }),
    features: z
      .array(z.object({ name: z.string(), value: z.number(), attribution: z.number().nullable() }))
      .readonly()
      .optional()
      .openapi({ description: 'With `explain`: each input and what it moved the score by.' }),
    override: z
      .object({ id: z.string(), outcome: z.enum(liftOutcomes) })
      .optional()
      .openapi({
        description:
          'With `overrideId`. `applied`: it let the decision pass, and is used. `unused`: nothing that it lifts stood in the way alone. Anything else, and the risk limit held: `insufficient`: its `riskMax` is lower; `mismatched`: it is of another account, symbol or action, or another model answered; `unavailable`: it may be used up, and nobody knows.',
      }),
  })
  .openapi('Decision', { example: exampleAnswer }) satisfies z.ZodType<Answer>;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** The body of `POST /v1/decisions/{id}/restore`: an answer that has a record, as it came. */
export const sealedAnswerSchema = answerSchema
  .extend({ recordHash: hash, receipt: hash })
  .strict()
  .openapi('SealedDecision', { example: exampleAnswer });

/** `POST /v1/decisions/{id}/restore` */
export const restorationSchema = z
  .object({
    id: z.string(),
    outcome: z.enum(['kept', 'restored']).openapi({
      description:
        '`kept`: its record is in the log. `restored`: the answer is, now or since it was brought back.',
    }),
  })
  .openapi('Restoration');

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

export const batchAnswerSchema = z
  .object({
    items: z.array(z.union([answerSchema, problemSchema])).openapi({
      description:
        "As the request's items: of each its decision, or the problem that the single route would answer it with. An item's id is its row's and its place: `<row id>.<index>`.",
    }),
  })
  .openapi('BatchAnswer');

export const storedDecisionSchema = z
  .object({
    id: z.string(),
    recordHash: z.string(),
    receipt: z.string(),
    record: z.record(z.string(), z.unknown()).openapi({
      description:
        "The record, as it was hashed in canonical JSON. `input.features`: base64 of the model's inputs, 32-bit floats, little-endian, in the order of its manifest; a list of numbers in records of before 2026-11-29. Of a restored decision the answer alone.",
    }),
    restoredAt: z.string().nullable().openapi({
      description: 'When its client brought the answer back, the record being lost; null where it is there.',
    }),
  })
  .openapi('StoredDecision');

/** `POST /v1/decisions/{id}/replay` */
export const replaySchema = z
  .object({
    id: z.string(),
    same: z.boolean().openapi({ description: 'The same bytes came out.' }),
    recordHash: z.string(),
    replayedHash: z
      .string()
      .nullable()
      .openapi({ description: 'Of the record that came out; null for none.' }),
    deviations: z
      .array(z.object({ path: z.string(), recorded: z.unknown(), replayed: z.unknown() }))
      .openapi({ description: 'Where the record that came out is not the stored one.' }),
    buildHash: z
      .string()
      .nullable()
      .openapi({ description: 'Of the code that decided; null where the record does not say.' }),
    replayedBuildHash: z
      .string()
      .nullable()
      .openapi({ description: 'Of the code that replayed. Another one may come to the same bytes.' }),
  })
  .openapi('Replay');
