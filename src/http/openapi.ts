import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Handler } from './context.ts';
import {
  answerSchema,
  decisionRequestSchema,
  problemSchema,
  storedDecisionSchema,
} from './decision-schemas.ts';

const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

const decideRoute = createRoute({
  method: 'post',
  path: '/v1/decisions',
  summary: 'One decision',
  description: 'Answers BUY, SELL or HOLD; whatever is not sure on the way ends in HOLD.',
  security: [{ key: ['decide'] }],
  request: {
    headers: z.object({
      'idempotency-key': z
        .string()
        .min(1)
        .max(128)
        .optional()
        .openapi({ description: 'The same key with the same body gets the same bytes, for 24 hours.' }),
    }),
    body: { required: true, content: json(decisionRequestSchema) },
  },
  responses: {
    200: { description: 'The decision', content: json(answerSchema) },
    400: problem('Not JSON'),
    401: problem('Key missing, wrong or revoked'),
    403: problem('Scope missing'),
    408: problem('The body came too slowly'),
    409: problem('The idempotency key is in flight or its answer no longer valid'),
    413: problem('Body too large'),
    422: problem('The request does not fit, with the path of each fault'),
    429: problem('Rate limit spent'),
    503: problem('Something the request asked for cannot be done now'),
  },
});

const readRoute = createRoute({
  method: 'get',
  path: '/v1/decisions/{id}',
  summary: 'The record of a decision',
  description: "Only decisions of the key's own account.",
  security: [{ key: ['observe'] }],
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: 'The record', content: json(storedDecisionSchema) },
    401: problem('Key missing, wrong or revoked'),
    403: problem('Scope missing'),
    404: problem('No such decision, or not written yet'),
    503: problem('The record cannot be read now'),
  },
});

const health = (path: string, summary: string, failing: boolean) =>
  createRoute({
    method: 'get',
    path,
    summary,
    responses: {
      200: { description: 'Yes', content: json(z.record(z.string(), z.unknown())) },
      ...(failing
        ? { 503: { description: 'Not now', content: json(z.record(z.string(), z.unknown())) } }
        : {}),
    },
  });

/** The OpenAPI 3.1 document of every route. */
export function openApiDocument() {
  const registrar = new OpenAPIHono();
  registrar.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: '`Authorization: Bearer <id>.<secret>`',
  });
  const routes = [
    decideRoute,
    readRoute,
    health('/healthz', 'Does the process answer?', false),
    health('/readyz', 'Can decisions be made now, part by part?', true),
  ];
  for (const route of routes) registrar.openAPIRegistry.registerPath(route);
  return registrar.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'ULTRATHINK',
      version: '1',
      description: 'BUY, SELL or HOLD from a quantized ONNX ensemble. HOLD means: send nothing new.',
      license: { name: 'Apache-2.0' },
    },
  });
}

/** `GET /openapi.json` */
export const openapi: Handler = (context) => context.json(openApiDocument());
