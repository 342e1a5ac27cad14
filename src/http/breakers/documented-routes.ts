import { createRoute, z } from '@hono/zod-openapi';
import { breakerNames } from '../../control/breakers/breaker-settings.ts';
import { answer, failed, json, problem, unauthenticated } from '../openapi-responses.ts';
import { breakersSchema, operateBreakerRequestSchema, operatedBreakerSchema } from './breaker-schemas.ts';

const onAnyCall = {
  401: unauthenticated,
  403: problem('Scope missing'),
  429: problem('Too many failed logins', ['Retry-After']),
  500: failed,
  503: problem('Not now, or nothing is known of the outcome: repeat it', ['Retry-After']),
};

const operateRoute = (verb: 'trip' | 'reset', summary: string, description: string) =>
  createRoute({
    method: 'post',
    path: `/v1/control/breakers/{name}/${verb}`,
    summary,
    description,
    security: [{ key: ['operate'] }],
    request: {
      params: z.object({ name: z.enum(breakerNames) }),
      body: { required: true, content: json(operateBreakerRequestSchema) },
    },
    responses: {
      200: answer('Done, and in force everywhere by `effectiveBy`', operatedBreakerSchema),
      ...onAnyCall,
      400: problem('Not JSON'),
      404: problem('No such breaker'),
      408: problem('The body came too slowly'),
      413: problem('Body too large'),
      422: problem('The request does not fit, with the path of each fault'),
    },
  });

/** What the OpenAPI document says of the breakers' routes. */
export const breakerRoutes = [
  createRoute({
    method: 'get',
    path: '/v1/control/breakers',
    summary: 'The circuit breakers, as the fleet has them',
    security: [{ key: ['operate'] }],
    responses: { 200: answer('Every breaker', breakersSchema), ...onAnyCall },
  }),
  operateRoute(
    'trip',
    'Open a breaker by hand',
    'Nothing passes it until it is reset. It is no kill switch: a halt survives what a trip does not.',
  ),
  operateRoute(
    'reset',
    'Close a breaker by hand',
    'Whatever opened it; every isolate counts anew. Not done unless its audit entry is written first.',
  ),
] as const;
