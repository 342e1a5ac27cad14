import { createRoute } from '@hono/zod-openapi';
import { pendingKeySchema } from '../keys/key-schemas.ts';
import { answer, failed, json, problem, unauthenticated } from '../openapi-responses.ts';
import {
  controlSchema,
  heartbeatSchema,
  limitsRequestSchema,
  limitsSchema,
  restrictionSchema,
  restrictRequestSchema,
  resumeRequestSchema,
  resumptionSchema,
} from './control-schemas.ts';

const operatorProblems = {
  400: problem('Not JSON'),
  401: unauthenticated,
  403: problem('Scope missing'),
  408: problem('The body came too slowly'),
  413: problem('Body too large'),
  422: problem('The request does not fit, with the path of each fault'),
  429: problem('Too many failed logins', ['Retry-After']),
  500: failed,
};

const restrictRoute = (verb: string, summary: string, description: string) =>
  createRoute({
    method: 'post',
    path: `/v1/control/${verb}`,
    summary,
    description: `${description} Needs either store, and nothing else; latched until a named person resumes.`,
    security: [{ key: ['operate'] }, { key: ['approve'] }],
    request: { body: { required: true, content: json(restrictRequestSchema) } },
    responses: {
      200: answer('In force by `effectiveBy`', restrictionSchema),
      ...operatorProblems,
      409: problem('512 other targets are held back, or were of late: halt all of trading'),
      503: problem('Keys cannot be checked, or no store confirmed it: repeat it', ['Retry-After']),
    },
  });

/** What the OpenAPI document says of the operator's routes. */
export const controlRoutes = [
  createRoute({
    method: 'get',
    path: '/v1/control',
    summary: 'The trading state, store by store',
    security: [{ key: ['operate'] }, { key: ['approve'] }, { key: ['observe'] }],
    responses: {
      200: answer('What each store says, and what is in force by both', controlSchema),
      401: unauthenticated,
      403: problem('Scope missing'),
      429: problem('Too many failed logins', ['Retry-After']),
      500: failed,
      503: problem('Keys cannot be checked now', ['Retry-After']),
    },
  }),
  restrictRoute('halt', 'The kill switch', 'No BUY or SELL leaves any more.'),
  restrictRoute(
    'reduce',
    'Only exits',
    'Only what reduces or closes a position leaves. A halt stays a halt.',
  ),
  createRoute({
    method: 'put',
    path: '/v1/control/limits',
    summary: 'How often a key may ask',
    description:
      'A lowering is done by one person, with operate or approve, also while Redis is away. A raise of either number needs approve, both stores, and as many people as a resume.',
    security: [{ key: ['operate'] }, { key: ['approve'] }],
    request: { body: { required: true, content: json(limitsRequestSchema) } },
    responses: {
      200: answer('In force everywhere by `effectiveBy`', limitsSchema),
      202: answer('Recorded; another person is needed', pendingKeySchema),
      ...operatorProblems,
      403: problem('Scope missing, or a second person needed'),
      404: problem('No such key'),
      409: problem('The key is revoked, or somebody else changed it at the same time'),
      503: problem('Keys cannot be read or changed now, or a store is away that a raise needs', [
        'Retry-After',
      ]),
    },
  }),
  createRoute({
    method: 'post',
    path: '/v1/control/heartbeat',
    summary: 'An operator is there',
    description:
      'To be sent more often than `heartbeatMsMax`, where `OPERATOR_HEARTBEAT_MS_MAX` has switched it on: after so long without one only exits leave, everywhere, within a second. One ends that again, and nothing that a person held back.',
    security: [{ key: ['operate'] }, { key: ['approve'] }],
    responses: {
      200: answer('Redis has it', heartbeatSchema),
      401: unauthenticated,
      403: problem('Scope missing'),
      429: problem('Too many failed logins', ['Retry-After']),
      500: failed,
      503: problem('Keys cannot be checked, or Redis did not answer: repeat it', ['Retry-After']),
    },
  }),
  createRoute({
    method: 'post',
    path: '/v1/control/resume',
    summary: 'Ends a halt or a reduction',
    description:
      'By a named person, and by two where it is configured so. Needs both stores; any other word since wins.',
    security: [{ key: ['approve'] }],
    request: { body: { required: true, content: json(resumeRequestSchema) } },
    responses: {
      200: answer('Both stores confirmed it', resumptionSchema),
      202: answer('Recorded; another person is needed', resumptionSchema),
      ...operatorProblems,
      403: problem('Scope missing, or a second person needed'),
      409: problem('Another epoch is in force, nothing is halted, or the nonce was used'),
      503: problem('Keys cannot be checked, or a store did not answer: trading stays halted', [
        'Retry-After',
      ]),
    },
  }),
];
