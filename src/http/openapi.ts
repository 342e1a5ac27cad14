import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Scope } from '../store/key-row.ts';
import { auditPageSchema, verificationSchema } from './audit-schemas.ts';
import { breakerRoutes } from './breakers/documented-routes.ts';
import { controlRoutes } from './control/documented-routes.ts';
import {
  answerSchema,
  batchAnswerSchema,
  batchRequestDocument,
  decisionRequestSchema,
  problemSchema,
  replaySchema,
  restorationSchema,
  sealedAnswerSchema,
  storedDecisionSchema,
} from './decision-schemas.ts';
import { experimentRoutes } from './experiments/documented-routes.ts';
import { keyRoutes } from './keys/documented-routes.ts';
import { modelRoutes } from './models/documented-routes.ts';
import { openInferenceRoutes } from './open-inference/documented-routes.ts';
import {
  answer,
  failed,
  headersOf,
  json,
  limited,
  ofABucket,
  problem,
  responseHeaders,
  unauthenticated,
} from './openapi-responses.ts';
import { outcomesRoute } from './outcomes/documented-route.ts';
import { overrideRoutes } from './overrides/documented-routes.ts';
import { clientFrameDocuments } from './stream-frames.ts';

const onReplays = [...ofABucket, 'Idempotency-Replayed'] as const;

const decides = { method: 'post' as const, security: [{ key: ['decide'] }] };

const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(128)
    .optional()
    .openapi({ description: 'The same key with the same body gets the same bytes, for 24 hours.' }),
});

const refusalsOfDeciding = {
  400: problem('Not JSON'),
  401: unauthenticated,
  403: problem('Scope missing'),
  408: problem('The body came too slowly'),
  409: problem('The idempotency key is in flight or its answer no longer valid', [
    ...onReplays,
    'Retry-After',
  ]),
  413: problem('Body too large'),
  422: problem('The request does not fit, with the path of each fault'),
  429: limited,
  500: failed,
  503: problem(
    'More is asked than can be answered in time, or something that was asked for cannot be done now',
    [...onReplays, 'Retry-After'],
  ),
};

const decideRoute = createRoute({
  ...decides,
  path: '/v1/decisions',
  summary: 'One decision',
  description: 'Answers BUY, SELL or HOLD; whatever is not sure on the way ends in HOLD.',
  request: {
    headers: idempotencyHeader,
    body: { required: true, content: json(decisionRequestSchema) },
  },
  responses: { 200: answer('The decision', answerSchema, onReplays), ...refusalsOfDeciding },
});

const decideBatchRoute = createRoute({
  ...decides,
  path: '/v1/decisions/batch',
  summary: 'Up to 256 decisions in one call',
  description:
    'Each item is answered as `POST /v1/decisions` would answer it, or refused by itself. A decided item costs one token of the rate limit; when not all can be had the whole batch is 429.',
  request: {
    headers: idempotencyHeader,
    body: { required: true, content: json(batchRequestDocument) },
  },
  responses: {
    200: answer('A decision or a problem for each item', batchAnswerSchema, onReplays),
    ...refusalsOfDeciding,
  },
});

const streamRoute = createRoute({
  method: 'get',
  path: '/v1/stream',
  summary: 'Bars in, decisions out, over a WebSocket',
  description:
    'Upgrades to a WebSocket of JSON text frames. A `WindowFrame` opens the window of a symbol and is answered `{type: "window", symbol, lastBar}`. A `TicksFrame` of 1 to 256 closed bars moves windows on and is answered `{type: "decisions", seq, items}`: of each tick the decision, or the problem, that `POST /v1/decisions` would answer the window with. Each tick costs a token, and a window one. A frame that cannot be taken is answered `{type: "refused", seq, symbol, problem, retryAfterMs}` and changes nothing; so is one sent while 16 answers wait to be acknowledged by `ack`. Unasked come `hello`, `control` with `epoch`, `tradingState` and the `targets` held back beside the whole that the stream is about, at first and at every change, `heartbeat` after 15 s of silence, and `closing` before the close frame. Close 1012: the service stops or the stream has spent its time, decisions or calls; open another, and replay each window with its token out of `closing.tokens`. Close 1008: the key is no longer good, or the client does not keep to the contract. Close 1013: the client does not read, or as many frames wait here as this isolate has room for (`OVERLOADED`); open another later, with windows of your own.',
  security: [{ key: ['decide'] }],
  responses: {
    101: { description: 'The connection is a WebSocket now' },
    401: unauthenticated,
    403: problem('Scope missing'),
    426: problem('Not a WebSocket upgrade'),
    429: problem('Too many failed logins', ['Retry-After']),
    500: failed,
    503: problem('No stream can be opened now', ['Retry-After']),
  },
});

const readRoute = createRoute({
  method: 'get',
  path: '/v1/decisions/{id}',
  summary: 'The record of a decision',
  description: "Only decisions of the key's own account. An item of a batch is found by its own id.",
  security: [{ key: ['observe'] }],
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: answer('The record', storedDecisionSchema),
    401: unauthenticated,
    403: problem('Scope missing'),
    404: problem('No such decision, or not written yet'),
    429: problem('Too many failed logins', ['Retry-After']),
    500: failed,
    503: problem('The record cannot be read now', ['Retry-After']),
  },
});

const restoreRoute = createRoute({
  ...decides,
  path: '/v1/decisions/{id}/restore',
  summary: 'Bring back an answer whose record was lost',
  description:
    'A `pending` record is lost when its process dies before it is written. The answer, whole and as it came, proves itself by its receipt and is kept in the audit trail; where its record is in the log nothing is done. May be repeated.',
  request: {
    params: z.object({ id: z.string() }),
    body: { required: true, content: json(sealedAnswerSchema) },
  },
  responses: {
    200: answer('Where the decision is now', restorationSchema),
    400: problem('Not JSON'),
    401: unauthenticated,
    403: problem('Scope missing'),
    408: problem('The body came too slowly'),
    413: problem('Body too large'),
    422: problem('The receipt is not of this answer to this account, or the body is no answer'),
    429: problem('Too many failed logins', ['Retry-After']),
    500: failed,
    503: problem('The log cannot be read or written now', ['Retry-After']),
  },
});

const replayRoute = createRoute({
  method: 'post',
  path: '/v1/decisions/{id}/replay',
  summary: 'Decide again from the record',
  description:
    "The pipeline runs on the recorded question, model, permission and instant, and nothing is written. Only decisions of the key's own account. Costs one token of the rate limit.",
  security: [{ key: ['observe'] }],
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: answer('Whether the same bytes came out, or what is not the same', replaySchema, ofABucket),
    401: unauthenticated,
    403: problem('Scope missing'),
    404: problem('No such decision, or not written yet'),
    422: problem('The record is of no decision'),
    429: limited,
    500: failed,
    503: problem('The record or its model cannot be read now', ['Retry-After']),
  },
});

const pageQuery = z.object({
  after: z.string().optional().openapi({ description: '`next` of the page before; 0 for the first.' }),
  limit: z.string().optional().openapi({ description: 'Entries a page, 1..1000; 100 by default.' }),
});

const auditRoute = createRoute({
  method: 'get',
  path: '/v1/audit',
  summary: 'The audit trail',
  description:
    "Who changed what, when, why and from where: entries of the key's own account and of the service itself, oldest first. Of what the service did to other accounts and to strategies operators alone read. A page costs one token of the rate limit.",
  security: [{ key: ['observe'] }],
  request: { query: pageQuery },
  responses: {
    200: answer('A page of entries', auditPageSchema, ofABucket),
    401: unauthenticated,
    403: problem('Scope missing'),
    422: problem('The query does not fit'),
    429: limited,
    500: problem('The service failed, or an entry is not as it was written'),
    503: problem('The trail cannot be read now', ['Retry-After']),
  },
});

const verifyRoute = createRoute({
  method: 'get',
  path: '/v1/audit/verify',
  summary: 'Is the log as it was written?',
  description:
    'Compares a part of decisions and audit entries with their signed seals, and what is not sealed yet with its hashes, receipts and chains. Follow `next` until it is null. A part costs one token of the rate limit.',
  security: [{ key: ['observe'] }],
  request: {
    query: z.object({
      afterSeal: z
        .string()
        .optional()
        .openapi({ description: '`next` of the part before; 0 for the first.' }),
    }),
  },
  responses: {
    200: answer('What was found, the first bad record first', verificationSchema, ofABucket),
    401: unauthenticated,
    403: problem('Scope missing'),
    422: problem('The query does not fit'),
    429: limited,
    500: failed,
    503: problem('The log cannot be read now', ['Retry-After']),
  },
});

const anyObject = z.record(z.string(), z.unknown());
const notConfigured = 'The service is not configured';

const livenessRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Does the process answer?',
  responses: { 200: answer('Yes', anyObject), 500: failed, 503: problem(notConfigured) },
});

const readinessRoute = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Can decisions be made now, part by part?',
  description: 'The stores are asked once a second at most; what they said is given out for that long.',
  responses: {
    200: answer('Yes', anyObject),
    500: failed,
    503: {
      description: `Not now; or: ${notConfigured.toLowerCase()}`,
      headers: headersOf([]),
      content: { ...json(anyObject), 'application/problem+json': { schema: problemSchema } },
    },
  },
});

const signing =
  '`Authorization: HMAC-SHA256 <id>`, and in the query, last, `timestamp=<epoch ms>&recvWindow=<ms, 5000, at most 60000>&signature=<hex>`: HMAC-SHA256 under the key’s `signingSecret` of method, space, path, newline, query without the signature, body. A body is at most BODY_BYTES_MAX long. Off the clock here it is `CLOCK_SKEWED`, a second time `SIGNATURE_USED`; a halt, a reduction and a revocation may come twice.';

const signable: readonly string[] = ['trade', 'operate', 'approve'] satisfies Scope[];

/** Where a key of such a scope is needed it may sign in place of being sent. */
function withSignature(route: RouteConfig): RouteConfig {
  const keys = route.security ?? [];
  const scopes = keys.flatMap((requirement) => Object.values(requirement).flat());
  if (!scopes.some((scope) => signable.includes(scope))) return route;
  return { ...route, security: [...keys, ...keys.map(({ key = [] }) => ({ signature: key }))] };
}

/** The OpenAPI 3.1 document of every route. A path answers 405 to a method that does not stand here. */
export function openApiDocument() {
  const registrar = new OpenAPIHono();
  const { openAPIRegistry: registry } = registrar;
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: '`Authorization: Bearer <id>.<secret>`',
  });
  registry.registerComponent('securitySchemes', 'signature', {
    type: 'http',
    scheme: 'HMAC-SHA256',
    description: signing,
  });
  for (const [name, frame] of Object.entries(clientFrameDocuments)) registry.register(name, frame);
  for (const [name, description] of Object.entries(responseHeaders)) {
    registry.registerComponent('headers', name, { description, schema: { type: 'string' } });
  }
  const routes: readonly RouteConfig[] = [
    decideRoute,
    decideBatchRoute,
    streamRoute,
    readRoute,
    restoreRoute,
    replayRoute,
    outcomesRoute,
    ...controlRoutes,
    ...overrideRoutes,
    ...keyRoutes,
    ...experimentRoutes,
    ...breakerRoutes,
    ...modelRoutes,
    auditRoute,
    verifyRoute,
    livenessRoute,
    readinessRoute,
    ...openInferenceRoutes,
  ];
  for (const route of routes) registry.registerPath(withSignature(route));
  return registrar.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'ULTRATHINK',
      version: '1',
      description:
        'BUY, SELL or HOLD from a quantized ONNX ensemble. HOLD means: send nothing new. A method that a path does not know gets 405 with `Allow`.',
      license: { name: 'Apache-2.0' },
    },
  });
}
