import { createRoute, z } from '@hono/zod-openapi';
import { aliases } from '../../store/registry-rows.ts';
import { answer, failed, json, problem, unauthenticated } from '../openapi-responses.ts';
import {
  aliasAnswerSchema,
  aliasRequestSchema,
  bundleSchema,
  modelsSchema,
  uploadRequestSchema,
} from './model-schemas.ts';

const onAnyKey = {
  401: unauthenticated,
  429: problem('Too many failed logins', ['Retry-After']),
  500: failed,
  503: problem('Not now; the same call again is harmless', ['Retry-After']),
};
const onABody = {
  400: problem('Not JSON'),
  408: problem('The body came too slowly'),
  413: problem('Body too large'),
};

/** What the OpenAPI document says of the registry's routes. */
export const modelRoutes = [
  createRoute({
    method: 'get',
    path: '/v1/models',
    summary: 'The registry: aliases in force, and bundles that were uploaded',
    security: [{ key: ['observe'] }],
    responses: { 200: answer('The registry', modelsSchema), ...onAnyKey, 403: problem('Scope missing') },
  }),
  createRoute({
    method: 'post',
    path: '/v1/models',
    summary: 'Upload a bundle',
    description:
      'It is verified as one that is to be served: hashes, signature by a pinned key, features, weights, an engine, a first row. It is in force nowhere yet.',
    security: [{ key: ['operate'] }],
    request: { body: { required: true, content: json(uploadRequestSchema) } },
    responses: {
      200: answer('It was there already, with the key that uploaded it first', bundleSchema),
      201: answer('It is registered', bundleSchema),
      ...onAnyKey,
      ...onABody,
      403: problem('Scope missing'),
      422: problem('The body does not fit, or the bundle is refused by the name of its fault'),
    },
  }),
  createRoute({
    method: 'put',
    path: '/v1/models/{name}/aliases/{alias}',
    summary: 'Promote a bundle, or roll back',
    description:
      'A promotion needs the scope approve and another key than the one that uploaded the bundle. `light` and `rules` are rungs of the degraded ladder, and take bundles alone that were released for theirs. Back to the bundle that stood before the present one, operate or approve is enough. Isolates that answer follow within seconds.',
    security: [{ key: ['approve', 'operate'] }],
    request: {
      params: z.object({ name: z.string(), alias: z.enum(aliases) }),
      body: { required: true, content: json(aliasRequestSchema) },
    },
    responses: {
      200: answer('It is in force', aliasAnswerSchema),
      ...onAnyKey,
      ...onABody,
      403: problem('Scope missing, or a second person is needed'),
      404: problem('No such alias'),
      409: problem('The registry changed meanwhile; nothing was written'),
      422: problem(
        'The body does not fit, no such bundle of the model, or it is refused by the name of its fault',
      ),
    },
  }),
] as const;
