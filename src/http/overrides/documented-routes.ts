import { createRoute, z } from '@hono/zod-openapi';
import { pendingKeySchema } from '../keys/key-schemas.ts';
import { answer, failed, json, problem, unauthenticated } from '../openapi-responses.ts';
import {
  approvedOverrideSchema,
  approveOverrideRequestSchema,
  overridesSchema,
  revokedOverrideSchema,
  revokeOverrideRequestSchema,
} from './override-schemas.ts';

const onAnyCall = {
  401: unauthenticated,
  403: problem('Scope missing, or a second person needed'),
  429: problem('Too many failed logins', ['Retry-After']),
  500: failed,
  503: problem('Keys cannot be checked, or a store did not answer: look, and repeat', ['Retry-After']),
};
const onABody = {
  400: problem('Not JSON'),
  408: problem('The body came too slowly'),
  413: problem('Body too large'),
  422: problem('The request does not fit, with the path of each fault'),
};

/** What the OpenAPI document says of the routes of overrides. */
export const overrideRoutes = [
  createRoute({
    method: 'get',
    path: '/v1/control/overrides',
    summary: 'Overrides',
    security: [{ key: ['operate'] }, { key: ['approve'] }],
    responses: {
      200: answer('Those that are good, and those that ended of late', overridesSchema),
      ...onAnyCall,
    },
  }),
  createRoute({
    method: 'post',
    path: '/v1/control/overrides',
    summary: 'Let one decision pass the risk limit',
    description:
      'Two people ask for the same to the letter, reasons left out, within five minutes, however many a resume takes. Then one decision of the account that names it may open or increase at a risk up to `riskMax`, once, until it expires. It lifts nothing else: no trading state, breaker, rate, domain or freshness; and any word on the trading state ends it.',
    security: [{ key: ['approve'] }],
    request: { body: { required: true, content: json(approveOverrideRequestSchema) } },
    responses: {
      200: answer('Two people agreed: it is good for one decision', approvedOverrideSchema),
      202: answer('Recorded; another person is needed', pendingKeySchema),
      409: problem('Another epoch is in force, or too many are held'),
      ...onAnyCall,
      ...onABody,
    },
  }),
  createRoute({
    method: 'post',
    path: '/v1/control/overrides/{id}/revoke',
    summary: 'Take an override back',
    description: 'By one person; may be repeated.',
    security: [{ key: ['operate'] }, { key: ['approve'] }],
    request: {
      params: z.object({ id: z.string() }),
      body: { required: true, content: json(revokeOverrideRequestSchema) },
    },
    responses: {
      200: answer('No decision uses it any more', revokedOverrideSchema),
      404: problem('No such override'),
      409: problem('It has ended already; a decision may have used it'),
      ...onAnyCall,
      ...onABody,
    },
  }),
];
