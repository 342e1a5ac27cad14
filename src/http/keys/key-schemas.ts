import { z } from '@hono/zod-openapi';
import { scopes } from '../../store/key-row.ts';
import { text } from '../text-schema.ts';

const time = z.string().openapi({ format: 'date-time' });
const reason = text(500).openapi({ description: 'Why; kept for good.' });
const keyTerms = {
  account: text(64).openapi({ description: 'Whose money it is.' }),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  ratePerSecond: z.number().int().min(1).max(1_000_000),
  burst: z.number().int().min(1).max(1_000_000_000),
};

/** Any that stands in an `Authorization` header. */
export const keyIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** The request of `POST /v1/keys`. */
export const createKeyRequestSchema = z
  .strictObject({
    id: keyIdSchema.openapi({ description: 'Its name for good; no other key can ever have it.' }),
    ...keyTerms,
    scopes: keyTerms.scopes.openapi({ description: 'What it may do; never changed afterwards.' }),
    reason,
  })
  .openapi('CreateKeyRequest', {
    example: {
      ...{ id: 'momentum-bot', account: 'acme', scopes: ['decide'], ratePerSecond: 50, burst: 100 },
      reason: 'the new strategy goes live',
    },
  });

export type CreateKeyRequest = z.infer<typeof createKeyRequestSchema>;

/** The request of `POST /v1/keys/{id}/rotate`. */
export const rotateKeyRequestSchema = z
  .strictObject({
    overlapSeconds: z.number().int().min(0).max(86_400).openapi({
      description: 'For how long the secret of now is good beside the new one; 0 for not at all.',
    }),
    reason,
  })
  .openapi('RotateKeyRequest', { example: { overlapSeconds: 600, reason: 'every quarter' } });

export type RotateKeyRequest = z.infer<typeof rotateKeyRequestSchema>;

/** The request of `POST /v1/keys/{id}/revoke`. */
export const revokeKeyRequestSchema = z
  .strictObject({ reason })
  .openapi('RevokeKeyRequest', { example: { reason: 'the laptop was lost' } });

export type RevokeKeyRequest = z.infer<typeof revokeKeyRequestSchema>;

export const keySchema = z
  .strictObject({
    id: keyIdSchema,
    ...keyTerms,
    createdAt: time,
    previousUntil: time
      .nullable()
      .openapi({ description: 'Until when the secret before the last rotation is good; null for none.' }),
    revokedAt: time.nullable().openapi({ description: 'Null while the key is good.' }),
  })
  .openapi('Key');

const secret = z.string().openapi({
  description:
    'Shown here and never again: only its hash is kept. `Authorization: Bearer <id>.<secret>`. Lost? Rotate the key.',
});
const signingSecret = z.string().openapi({
  description:
    'Shown here and never again. What the key signs its requests by, in place of sending its secret with them.',
});
const pending = z
  .strictObject({ outcome: z.literal('pending') })
  .openapi({ description: 'Another key has to ask for the same within five minutes.' });

export const createdKeySchema = z
  .strictObject({ outcome: z.literal('created'), key: keySchema, secret, signingSecret })
  .openapi('CreatedKey');

export const pendingKeySchema = pending.openapi('PendingKey');

const inForce = {
  effectiveBy: time.openapi({
    description:
      'From then on no isolate goes by what was before: a second on where Redis confirmed it, else up to ten minutes.',
  }),
  redis: z.enum(['CONFIRMED', 'PENDING']).openapi({
    description: 'Whether isolates were told. `PENDING`: it is tried again behind the answer.',
  }),
};

export const rotatedKeySchema = z
  .strictObject({ outcome: z.literal('rotated'), key: keySchema, secret, signingSecret, ...inForce })
  .openapi('RotatedKey');

export const revokedKeySchema = z
  .strictObject({ outcome: z.literal('revoked'), key: keySchema, ...inForce })
  .openapi('RevokedKey');

export const keyPageSchema = z
  .strictObject({
    keys: z.array(keySchema),
    next: z.string().nullable().openapi({ description: '`after` of the next page; null for none.' }),
  })
  .openapi('KeyPage');
