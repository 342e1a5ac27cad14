import { createRoute, z } from '@hono/zod-openapi';
import { answer, failed, json, problem, unauthenticated } from '../openapi-responses.ts';
import {
  experimentNameSchema,
  experimentReportSchema,
  experimentRequestSchema,
  experimentSchema,
} from './experiment-schemas.ts';

const path = '/v1/experiments/{name}';
const params = z.object({ name: experimentNameSchema });
const onAnyKey = {
  401: unauthenticated,
  403: problem('Scope missing'),
  429: problem('Too many failed logins', ['Retry-After']),
  500: failed,
  503: problem('The database cannot be reached now', ['Retry-After']),
};

/** What the OpenAPI document says of the experiments' routes. */
export const experimentRoutes = [
  createRoute({
    method: 'get',
    path,
    summary: 'An experiment and what it has shown',
    security: [{ key: ['observe'] }],
    request: { params },
    responses: {
      200: answer('As it stands', experimentReportSchema),
      ...onAnyKey,
      404: problem('No such experiment'),
    },
  }),
  createRoute({
    method: 'put',
    path,
    summary: 'Make, change, start or stop an experiment',
    description:
      'Two models on the same symbols: `production`, which serves them, and a candidate. Decisions that name no model are answered by the arm of their account and symbol. Isolates follow within three seconds.',
    security: [{ key: ['approve'] }],
    request: { params, body: { required: true, content: json(experimentRequestSchema) } },
    responses: {
      200: answer('As it stands now', experimentSchema),
      ...onAnyKey,
      400: problem('Not JSON'),
      408: problem('The body came too slowly'),
      409: problem('Somebody else changed it at the same time'),
      413: problem('Body too large'),
      422: problem('The request does not fit, with the path of each fault'),
    },
  }),
] as const;
