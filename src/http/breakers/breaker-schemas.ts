import { z } from '@hono/zod-openapi';
import { breakerNames } from '../../control/breakers/breaker-settings.ts';

export const breakerSchema = z
  .strictObject({
    name: z.enum(breakerNames),
    state: z.enum(['closed', 'open', 'half-open', 'tripped']).openapi({
      description: '`half-open`: it may be probed. `tripped`: open until an operator resets it.',
    }),
    generation: z
      .number()
      .int()
      .openapi({ description: 'Of its state, larger with every change; 0 for one that was never open.' }),
    retryAfterMs: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'Until it may be probed; null unless it is open.' }),
  })
  .openapi('Breaker');

export const breakersSchema = z
  .strictObject({ breakers: z.array(breakerSchema).openapi({ description: 'As the fleet has them.' }) })
  .openapi('Breakers');

/** The request of `POST /v1/control/breakers/{name}/trip` and `…/reset`. */
export const operateBreakerRequestSchema = z
  .strictObject({
    reason: z
      .string()
      .min(1)
      .max(500)
      .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
      .openapi({ description: 'Why, in the words of whoever does it; kept in the audit entry.' }),
  })
  .openapi('OperateBreakerRequest', { example: { reason: 'scores look wrong since the release' } });

export type OperateBreakerRequest = z.infer<typeof operateBreakerRequestSchema>;

export const operatedBreakerSchema = z
  .strictObject({
    breaker: breakerSchema,
    effectiveBy: z
      .string()
      .openapi({ format: 'date-time', description: 'From then on no isolate knows it otherwise.' }),
    entry: z
      .enum(['written', 'pending'])
      .openapi({ description: '`pending`: a trip does not wait for its audit entry.' }),
  })
  .openapi('OperatedBreaker');
