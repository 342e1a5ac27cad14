import { createRoute, z } from '@hono/zod-openapi';
import { answer, failed, json, problem, unauthenticated } from '../openapi-responses.ts';
import {
  createdKeySchema,
  createKeyRequestSchema,
  keyIdSchema,
  keyPageSchema,
  pendingKeySchema,
  revokedKeySchema,
  revokeKeyRequestSchema,
  rotatedKeySchema,
  rotateKeyRequestSchema,
} from './key-schemas.ts';

const approves = { security: [{ key: ['approve'] }] };
const onAnyCall = {
  401: unauthenticated,
  403: problem('Scope missing, or a second person needed'),
  429: problem('Too many failed logins', ['Retry-After']),
  500: failed,
  503: problem('Keys cannot be read or changed now: look, and repeat', ['Retry-After']),
};
const onABody = {
  400: problem('Not JSON'),
  408: problem('The body came too slowly'),
  413: problem('Body too large'),
  422: problem('The request does not fit, with the path of each fault'),
};
const params = z.object({ id: keyIdSchema });
const pending = answer('Recorded; another person is needed', pendingKeySchema);

/** What the OpenAPI document says of the routes of keys. */
export const keyRoutes = [
  createRoute({
    ...approves,
    method: 'get',
    path: '/v1/keys',
    summary: 'Every key, without its secret',
    request: { query: z.object({ after: keyIdSchema.optional() }) },
    responses: {
      200: answer('Keys by id, 200 a page', keyPageSchema),
      422: problem('`after` is no id'),
      ...onAnyCall,
    },
  }),
  createRoute({
    ...approves,
    method: 'post',
    path: '/v1/keys',
    summary: 'Create a key',
    description:
      'Account and scopes are for good: another need is another key. Where a resume takes two people (RESUME_APPROVALS), so does a key that may do more than observe.',
    request: { body: { required: true, content: json(createKeyRequestSchema) } },
    responses: {
      201: answer('It is good from now on', createdKeySchema),
      202: pending,
      409: problem('The id is taken, be it by a revoked key'),
      ...onAnyCall,
      ...onABody,
    },
  }),
  createRoute({
    ...approves,
    method: 'post',
    path: '/v1/keys/{id}/rotate',
    summary: 'Give a key another secret',
    description:
      'The secret before it is good for the overlap, and by a lease (a second) after that nowhere. Of somebody else’s key that may do more than observe it takes as many people as to create it, and of one that may approve, no overlap.',
    request: { params, body: { required: true, content: json(rotateKeyRequestSchema) } },
    responses: {
      200: answer('The new secret is good from now on', rotatedKeySchema),
      202: pending,
      404: problem('No such key'),
      409: problem('The key is revoked, or somebody else changed it at the same time'),
      ...onAnyCall,
      ...onABody,
    },
  }),
  createRoute({
    ...approves,
    method: 'post',
    path: '/v1/keys/{id}/revoke',
    summary: 'End a key for good',
    description: 'By one person, their own key included. Needs no live view, and may be repeated.',
    request: { params, body: { required: true, content: json(revokeKeyRequestSchema) } },
    responses: {
      200: answer('It is good nowhere from `effectiveBy` on', revokedKeySchema),
      404: problem('No such key'),
      ...onAnyCall,
      ...onABody,
    },
  }),
] as const;
