import { z } from '@hono/zod-openapi';
import { keyIdSchema, keySchema, revokedKeySchema } from '../keys/key-schemas.ts';
import { text } from '../text-schema.ts';

const tradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED']);
const epoch = z
  .number()
  .int()
  .openapi({ description: 'Raised by one by every change of the control state.' });
const acknowledgement = z.enum(['CONFIRMED', 'PENDING']).openapi({
  description: '`PENDING`: it may have arrived, and is tried again behind the answer.',
});

const targetAsked = z.string().max(1_200).optional().openapi({
  description:
    'What is meant: `global`, the default, or `account:…`, `strategy:…`, `model:…`, `symbol:…` with the name as requests and answers have it, percent-encoded. A name that nobody uses is taken as well: it may be used later.',
});
const target = z.string().openapi({ description: 'As it was asked for.' });

/** The request of `POST /v1/control/halt` and `POST /v1/control/reduce`. */
export const restrictRequestSchema = z
  .strictObject({ reason: text(500).openapi({ description: 'Why; kept for good.' }), target: targetAsked })
  .openapi('RestrictRequest', {
    example: { reason: 'quotes of the venue look wrong', target: 'symbol:SPX' },
  });

export type RestrictRequest = z.infer<typeof restrictRequestSchema>;

export const restrictionSchema = z
  .object({
    target,
    tradingState: tradingState.openapi({ description: 'What it is now: at least what was asked for.' }),
    epoch,
    effectiveBy: z.string().openapi({
      description:
        'From then on no isolate answers otherwise. A second on; half a minute more where Redis has not confirmed.',
    }),
    stores: z.object({ redis: acknowledgement, database: acknowledgement }),
  })
  .openapi('Restriction');

/** The request of `POST /v1/control/resume`. */
export const resumeRequestSchema = z
  .strictObject({
    epoch: z.number().int().nonnegative().openapi({
      description:
        'The epoch that it ends, as `GET /v1/control` tells it. Any other word since makes it `EPOCH_MOVED`.',
    }),
    nonce: z
      .string()
      .regex(/^[A-Za-z0-9_-]{16,64}$/)
      .openapi({ description: 'Random, of the base64url alphabet; good for one request.' }),
    reason: text(500).openapi({ description: 'Why; kept for good.' }),
    target: targetAsked,
  })
  .openapi('ResumeRequest', {
    example: { epoch: 7, nonce: 'hT2mJ0cVq8yXw4Zk', reason: 'the venue confirmed its quotes' },
  });

export type ResumeRequest = z.infer<typeof resumeRequestSchema>;

export const resumptionSchema = z
  .object({
    outcome: z
      .enum(['resumed', 'pending'])
      .openapi({ description: '`pending`: another key has to ask for the same within five minutes.' }),
    target,
    epoch: epoch.openapi({ description: 'The new epoch; where it is pending the one that still holds.' }),
  })
  .openapi('Resumption');

const heartbeat = z.enum(['off', 'heard', 'silent']).openapi({
  description: '`silent`: no operator was heard in time, and only exits leave until one is.',
});
const heartbeatMsMax = z
  .number()
  .int()
  .openapi({ description: 'The longest silence, in milliseconds; 0 where the switch is off.' });

export const heartbeatSchema = z
  .object({ operatorHeartbeat: heartbeat, heartbeatMsMax })
  .openapi('Heartbeat');

const reading = z.object({
  state: z.enum(['answering', 'empty', 'unavailable']),
  epoch: epoch.nullable(),
  tradingState: tradingState.nullable(),
});

export const controlSchema = z
  .object({
    tradingState: tradingState
      .nullable()
      .openapi({ description: 'What is in force by both stores; null while one of them cannot be read.' }),
    epoch: epoch.nullable(),
    targets: z
      .array(z.object({ target: z.string(), tradingState, epoch }))
      .nullable()
      .openapi({
        description:
          'What is held back beside the whole, with the epoch that set it. A key that may only observe sees of accounts its own and no strategies.',
      }),
    registryEpoch: z.number().int().nullable(),
    stores: z.object({ redis: reading, database: reading }),
    operator: z
      .object({ heartbeat, heartbeatMsMax, heardAt: z.string().nullable() })
      .nullable()
      .openapi({ description: "Of the dead man's switch, by Redis; null while that cannot be read." }),
  })
  .openapi('Control');

/** The request of `PUT /v1/control/limits`. */
export const limitsRequestSchema = z
  .strictObject({
    key: keyIdSchema.openapi({ description: 'Whose bucket of tokens it is.' }),
    ratePerSecond: keySchema.shape.ratePerSecond,
    burst: keySchema.shape.burst,
    reason: text(500).openapi({ description: 'Why; kept for good.' }),
  })
  .openapi('LimitsRequest', {
    example: { key: 'momentum-bot', ratePerSecond: 5, burst: 10, reason: 'it asks in a loop' },
  });

export type LimitsRequest = z.infer<typeof limitsRequestSchema>;

export const limitsSchema = revokedKeySchema.extend({ outcome: z.literal('set') }).openapi('Limits');
