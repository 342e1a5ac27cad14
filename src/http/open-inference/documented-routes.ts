import { createRoute, z } from '@hono/zod-openapi';
import { headersOf, json, ofABucket, type ResponseHeader } from '../openapi-responses.ts';
import {
  inferenceErrorSchema,
  inferenceRequestSchema,
  inferenceResponseSchema,
  modelMetadataSchema,
  modelReadySchema,
  serverHealthSchema,
  serverMetadataSchema,
} from './inference-schemas.ts';

const answer = (description: string, schema: z.ZodType, headers: readonly ResponseHeader[] = []) => ({
  description,
  headers: headersOf(headers),
  content: json(schema),
});
const error = (description: string, headers: readonly ResponseHeader[] = []) =>
  answer(description, inferenceErrorSchema, headers);

const onAnyKey = {
  401: error('Key missing, wrong or revoked', ['WWW-Authenticate']),
  403: error('Scope missing'),
  429: error('Rate limit spent, or too many failed logins', ['Retry-After']),
  500: error('The service or the model failed'),
  503: error('Not now', ['Retry-After']),
};
const modelParams = z.object({ model: z.string() });
const protocol = 'Open Inference Protocol v2';

/** What the OpenAPI document says of the Open Inference Protocol's routes. */
export const openInferenceRoutes = [
  createRoute({
    method: 'get',
    path: '/v2',
    summary: `${protocol}: who serves`,
    security: [{ key: ['decide', 'observe'] }],
    responses: { 200: answer('The server', serverMetadataSchema), ...onAnyKey },
  }),
  createRoute({
    method: 'get',
    path: '/v2/health/live',
    summary: `${protocol}: are requests answered?`,
    responses: { 200: answer('Yes', serverHealthSchema), 500: error('The service failed') },
  }),
  createRoute({
    method: 'get',
    path: '/v2/health/ready',
    summary: `${protocol}: can models be asked now?`,
    responses: {
      200: answer('Yes', serverHealthSchema),
      500: error('The service failed'),
      503: answer('Not now', serverHealthSchema),
    },
  }),
  createRoute({
    method: 'get',
    path: '/v2/models/{model}',
    summary: `${protocol}: a model's tensors`,
    description: 'Also with `/versions/{version}` behind the name, as every path of a model.',
    security: [{ key: ['decide', 'observe'] }],
    request: { params: modelParams },
    responses: {
      200: answer('The model', modelMetadataSchema),
      ...onAnyKey,
      404: error('No such model or version'),
    },
  }),
  createRoute({
    method: 'get',
    path: '/v2/models/{model}/ready',
    summary: `${protocol}: is a model loaded?`,
    security: [{ key: ['decide', 'observe'] }],
    request: { params: modelParams },
    responses: {
      200: answer('Yes', modelReadySchema),
      ...onAnyKey,
      404: error('No such model or version'),
    },
  }),
  createRoute({
    method: 'post',
    path: '/v2/models/{model}/infer',
    summary: `${protocol}: scores of rows`,
    description: 'Scores alone: no decision, no record, nothing that an order could cite.',
    security: [{ key: ['decide'] }],
    request: {
      params: modelParams,
      body: { required: true, content: json(inferenceRequestSchema) },
    },
    responses: {
      200: answer('The scores', inferenceResponseSchema, ofABucket),
      ...onAnyKey,
      400: error('Not JSON, or tensors that do not fit the model'),
      404: error('No such model or version'),
      408: error('The body came too slowly'),
      413: error('Body too large'),
      429: error('Rate limit spent, or too many failed logins', [...ofABucket, 'Retry-After']),
    },
  }),
] as const;
