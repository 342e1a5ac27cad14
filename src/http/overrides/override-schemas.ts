import { z } from '@hono/zod-openapi';
import { overrideLifeMsMax, overrideStates } from '../../control/overrides/override.ts';
import { text } from '../text-schema.ts';

const time = z.string().openapi({ format: 'date-time' });
const reason = text(500).openapi({ description: 'Why; kept for good.' });
const terms = {
  account: text(64).openapi({ description: 'Whose decision it is: that of the key that asks for it.' }),
  symbol: text(32),
  action: z.enum(['BUY', 'SELL']),
  riskMax: z.number().gt(0).lt(1).openapi({
    description: 'Up to here, included, the `risk` that the model estimates does not hold the decision back.',
  }),
};

/** The request of `POST /v1/control/overrides`. */
export const approveOverrideRequestSchema = z
  .strictObject({
    ...terms,
    lifeSeconds: z
      .number()
      .int()
      .min(1)
      .max(overrideLifeMsMax / 1_000)
      .openapi({
        description: 'How long it is good, from the second word on.',
      }),
    reason,
  })
  .openapi('ApproveOverrideRequest', {
    example: {
      ...{ account: 'acme', symbol: 'SPX', action: 'BUY', riskMax: 0.5, lifeSeconds: 120 },
      reason: 'the roll of the hedge; seen by risk',
    },
  });

export type ApproveOverrideRequest = z.infer<typeof approveOverrideRequestSchema>;

export const overrideSchema = z
  .object({
    id: z.string().openapi({ description: 'What a decision request names as `overrideId`.' }),
    state: z.enum(overrideStates).openapi({
      description:
        '`approved`: good for one decision. `superseded`: a halt, a reduction or a resume of whatever target came since.',
    }),
    ...terms,
    expiresAt: time.openapi({ description: "By Redis' clock." }),
    epoch: z.number().int().openapi({ description: 'The control epoch that it is good at.' }),
    endedBy: z
      .string()
      .nullable()
      .openapi({ description: 'The decision that used it, or the key that revoked it.' }),
    approvedBy: z.array(z.string()).openapi({ description: 'The keys of the two people.' }),
    reason: z.string().openapi({ description: "The second one's." }),
  })
  .openapi('Override');

export const approvedOverrideSchema = z
  .object({ outcome: z.literal('approved'), override: overrideSchema })
  .openapi('ApprovedOverride');

export const overridesSchema = z
  .object({
    overrides: z
      .array(overrideSchema)
      .openapi({ description: 'By id, so by age; ended ones for about an hour.' }),
  })
  .openapi('Overrides');

/** The request of `POST /v1/control/overrides/{id}/revoke`. */
export const revokeOverrideRequestSchema = z
  .strictObject({ reason })
  .openapi('RevokeOverrideRequest', { example: { reason: 'the order was given up' } });

export type RevokeOverrideRequest = z.infer<typeof revokeOverrideRequestSchema>;

export const revokedOverrideSchema = z
  .object({ outcome: z.literal('revoked'), id: z.string() })
  .openapi('RevokedOverride');
