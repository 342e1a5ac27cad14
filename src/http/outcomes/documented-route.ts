import { createRoute } from '@hono/zod-openapi';
import { answer, failed, json, limited, ofABucket, problem, unauthenticated } from '../openapi-responses.ts';
import { outcomesAnswerSchema, outcomesRequestSchema } from './outcome-schemas.ts';

/** What the OpenAPI document says of `POST /v1/outcomes`. */
export const outcomesRoute = createRoute({
  method: 'post',
  path: '/v1/outcomes',
  summary: 'What decisions came to',
  description:
    "Days later, for decisions of the key's own account; experiments are judged by it. The same report again is harmless, another one for the same decision does not replace the first.",
  security: [{ key: ['decide'] }],
  request: { body: { required: true, content: json(outcomesRequestSchema) } },
  responses: {
    200: answer('What became of each report', outcomesAnswerSchema, ofABucket),
    400: problem('Not JSON'),
    401: unauthenticated,
    403: problem('Scope missing'),
    408: problem('The body came too slowly'),
    413: problem('Body too large'),
    422: problem('The request does not fit, with the path of each fault'),
    429: limited,
    500: failed,
    503: problem('The database cannot be reached now', ['Retry-After']),
  },
});
