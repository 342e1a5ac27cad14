import type { z } from 'zod';
import { messageOf } from '../core/message-of.ts';
import type { auditPageSchema, verificationSchema } from '../http/audit-schemas.ts';
import type {
  breakersSchema,
  OperateBreakerRequest,
  operatedBreakerSchema,
} from '../http/breakers/breaker-schemas.ts';
import type {
  controlSchema,
  heartbeatSchema,
  LimitsRequest,
  limitsSchema,
  RestrictRequest,
  ResumeRequest,
  restrictionSchema,
  resumptionSchema,
} from '../http/control/control-schemas.ts';
import type {
  answerSchema,
  BatchRequest,
  batchAnswerSchema,
  DecisionRequest,
  problemSchema,
  replaySchema,
  restorationSchema,
  sealedAnswerSchema,
  storedDecisionSchema,
} from '../http/decision-schemas.ts';
import type {
  ExperimentRequest,
  experimentReportSchema,
  experimentSchema,
} from '../http/experiments/experiment-schemas.ts';
import type {
  CreateKeyRequest,
  createdKeySchema,
  keyPageSchema,
  pendingKeySchema,
  RevokeKeyRequest,
  RotateKeyRequest,
  revokedKeySchema,
  rotatedKeySchema,
} from '../http/keys/key-schemas.ts';
import type {
  aliasAnswerSchema,
  aliasRequestSchema,
  bundleSchema,
  modelsSchema,
  uploadRequestSchema,
} from '../http/models/model-schemas.ts';
import type { OutcomesAnswer, OutcomesRequest } from '../http/outcomes/outcome-schemas.ts';
import type {
  ApproveOverrideRequest,
  approvedOverrideSchema,
  overridesSchema,
  RevokeOverrideRequest,
  revokedOverrideSchema,
} from '../http/overrides/override-schemas.ts';
import type { Alias } from '../store/registry-rows.ts';

export type Decision = z.infer<typeof answerSchema>;
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
export type StoredDecision = z.infer<typeof storedDecisionSchema>;
export type Replay = z.infer<typeof replaySchema>;
export type Restoration = z.infer<typeof restorationSchema>;
export type Breakers = z.infer<typeof breakersSchema>;
export type OperatedBreaker = z.infer<typeof operatedBreakerSchema>;
export type AuditPage = z.infer<typeof auditPageSchema>;
export type AuditVerification = z.infer<typeof verificationSchema>;
export type Models = z.infer<typeof modelsSchema>;
export type RegisteredBundle = z.infer<typeof bundleSchema>;
export type AliasAnswer = z.infer<typeof aliasAnswerSchema>;
export type ExperimentReport = z.infer<typeof experimentReportSchema>;
export type Experiment = z.infer<typeof experimentSchema>;
export type Restriction = z.infer<typeof restrictionSchema>;
export type Resumption = z.infer<typeof resumptionSchema>;
export type Heartbeat = z.infer<typeof heartbeatSchema>;
export type ControlReading = z.infer<typeof controlSchema>;
export type KeyPage = z.infer<typeof keyPageSchema>;
export type CreatedKey = z.infer<typeof createdKeySchema | typeof pendingKeySchema>;
export type RotatedKey = z.infer<typeof rotatedKeySchema | typeof pendingKeySchema>;
export type Limits = z.infer<typeof limitsSchema | typeof pendingKeySchema>;
export type RevokedKey = z.infer<typeof revokedKeySchema>;
export type Overrides = z.infer<typeof overridesSchema>;
export type ApprovedOverride = z.infer<typeof approvedOverrideSchema | typeof pendingKeySchema>;
export type RevokedOverride = z.infer<typeof revokedOverrideSchema>;
export type ProblemBody = z.infer<typeof problemSchema>;

/** The HTTP call beneath the client. `fetch` fits through `fetchTransport`; k6 brings its own. */
export type Transport = (call: {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}) => Promise<{
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly text: string;
}>;

/** What a call came to. `unreachable` says nothing about whether the service decided. */
export type Reply<T> =
  | {
      readonly kind: 'ok';
      readonly status: number;
      readonly value: T;
      readonly header: (name: string) => string | null;
    }
  | {
      readonly kind: 'problem';
      readonly status: number;
      readonly problem: ProblemBody;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'unreachable'; readonly detail: string };

export interface Client {
  decide(request: DecisionRequest, options?: { readonly idempotencyKey?: string }): Promise<Reply<Decision>>;
  /** Of each item its decision, or the problem that it was refused with. */
  decideBatch(
    request: BatchRequest,
    options?: { readonly idempotencyKey?: string },
  ): Promise<Reply<BatchAnswer>>;
  /** By its id; an item of a batch by its own. */
  decision(id: string): Promise<Reply<StoredDecision>>;
  /** Decides again from the record, and compares. */
  replay(id: string): Promise<Reply<Replay>>;
  /** Brings back an answer whose record was lost; harmless where it was not. */
  restore(answer: z.infer<typeof sealedAnswerSchema>): Promise<Reply<Restoration>>;
  /** Entries behind `after`, the `next` of the page before; 0 for the first. */
  audit(after: number): Promise<Reply<AuditPage>>;
  /** The part of the log behind a seal, the `next` of the part before; 0 for the first. */
  verifyAudit(afterSeal: number): Promise<Reply<AuditVerification>>;
  reportOutcomes(request: OutcomesRequest): Promise<Reply<OutcomesAnswer>>;
  experiment(name: string): Promise<Reply<ExperimentReport>>;
  setExperiment(name: string, request: ExperimentRequest): Promise<Reply<Experiment>>;
  /** The trading state, as both stores have it. */
  control(): Promise<Reply<ControlReading>>;
  /** The kill switch. `unreachable` and HALT_UNCONFIRMED say nothing of whether it arrived: repeat it. */
  halt(request: RestrictRequest): Promise<Reply<Restriction>>;
  reduce(request: RestrictRequest): Promise<Reply<Restriction>>;
  /** Ends a halt by its epoch. After `unreachable` look with `control` before anything else. */
  resume(request: ResumeRequest): Promise<Reply<Resumption>>;
  /** An operator is there: for the dead man's switch. */
  heartbeat(): Promise<Reply<Heartbeat>>;
  breakers(): Promise<Reply<Breakers>>;
  /** Opens a breaker until it is reset. Both may be repeated; `unreachable` says nothing of whether it happened. */
  tripBreaker(name: string, request: OperateBreakerRequest): Promise<Reply<OperatedBreaker>>;
  resetBreaker(name: string, request: OperateBreakerRequest): Promise<Reply<OperatedBreaker>>;
  /** Keys behind `after`, the `next` of the page before; '' for the first. */
  keys(after: string): Promise<Reply<KeyPage>>;
  /** The secret stands in the answer and nowhere else. After `unreachable` the key may be there: rotate it. */
  createKey(request: CreateKeyRequest): Promise<Reply<CreatedKey>>;
  rotateKey(id: string, request: RotateKeyRequest): Promise<Reply<RotatedKey>>;
  /** Lowers at once, raises by as many people as a resume takes. */
  setLimits(request: LimitsRequest): Promise<Reply<Limits>>;
  /** May be repeated. */
  revokeKey(id: string, request: RevokeKeyRequest): Promise<Reply<RevokedKey>>;
  overrides(): Promise<Reply<Overrides>>;
  /** One of two people's words. After `unreachable` look with `overrides`. */
  approveOverride(request: ApproveOverrideRequest): Promise<Reply<ApprovedOverride>>;
  /** May be repeated. */
  revokeOverride(id: string, request: RevokeOverrideRequest): Promise<Reply<RevokedOverride>>;
  ready(): Promise<Reply<{ readonly ready: boolean }>>;
  /** The registry: aliases in force, and what was uploaded. */
  models(): Promise<Reply<Models>>;
  uploadModel(bundle: z.infer<typeof uploadRequestSchema>): Promise<Reply<RegisteredBundle>>;
  /** Promotes as a second person, or rolls back alone. */
  setAlias(
    name: string,
    alias: Alias,
    request: z.infer<typeof aliasRequestSchema>,
  ): Promise<Reply<AliasAnswer>>;
}

/** Signs a call: gives the path to call and the `Authorization` to call it with. */
export type SignRequest = (call: {
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
}) => { readonly path: string; readonly authorization: string };

interface ClientOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** The whole header value: `Bearer <id>.<secret>`; or what signs each call (client/sign-requests.ts). */
  readonly authorization: string | SignRequest;
  readonly transport: Transport;
}

/** The typed client of the public API. It never retries: only its caller knows what a repeated call means. */
export function createClient(options: ClientOptions): Client {
  const { baseUrl, authorization, transport } = options;

  async function call<T>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply<T>> {
    try {
      const text = body === undefined ? null : JSON.stringify(body);
      const signed =
        typeof authorization === 'string'
          ? { path, authorization }
          : authorization({ method, path, body: text });
      const reply = await transport({
        method,
        url: `${baseUrl}${signed.path}`,
        headers: {
          authorization: signed.authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: text,
      });
      const value: unknown = JSON.parse(reply.text);
      if (reply.status < 400)
        return { kind: 'ok', status: reply.status, value: value as T, header: reply.header };
      const retryAfter = reply.header('retry-after');
      const retryAfterMs = retryAfter === null ? null : Number(retryAfter) * 1000;
      return { kind: 'problem', status: reply.status, problem: value as ProblemBody, retryAfterMs };
    } catch (failure) {
      return { kind: 'unreachable', detail: messageOf(failure) };
    }
  }

  const keyed = (idempotencyKey: string | undefined): Readonly<Record<string, string>> =>
    idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };

  return {
    decide: (request, { idempotencyKey } = {}) =>
      call('POST', '/v1/decisions', request, keyed(idempotencyKey)),
    decideBatch: (request, { idempotencyKey } = {}) =>
      call('POST', '/v1/decisions/batch', request, keyed(idempotencyKey)),
    decision: (id) => call('GET', `/v1/decisions/${encodeURIComponent(id)}`, undefined, {}),
    replay: (id) => call('POST', `/v1/decisions/${encodeURIComponent(id)}/replay`, undefined, {}),
    restore: (answer) => call('POST', `/v1/decisions/${encodeURIComponent(answer.id)}/restore`, answer, {}),
    audit: (after) => call('GET', `/v1/audit?after=${after}`, undefined, {}),
    verifyAudit: (afterSeal) => call('GET', `/v1/audit/verify?afterSeal=${afterSeal}`, undefined, {}),
    reportOutcomes: (request) => call('POST', '/v1/outcomes', request, {}),
    experiment: (name) => call('GET', `/v1/experiments/${encodeURIComponent(name)}`, undefined, {}),
    setExperiment: (name, request) => call('PUT', `/v1/experiments/${encodeURIComponent(name)}`, request, {}),
    control: () => call('GET', '/v1/control', undefined, {}),
    halt: (request) => call('POST', '/v1/control/halt', request, {}),
    reduce: (request) => call('POST', '/v1/control/reduce', request, {}),
    resume: (request) => call('POST', '/v1/control/resume', request, {}),
    heartbeat: () => call('POST', '/v1/control/heartbeat', undefined, {}),
    breakers: () => call('GET', '/v1/control/breakers', undefined, {}),
    tripBreaker: (name, request) =>
      call('POST', `/v1/control/breakers/${encodeURIComponent(name)}/trip`, request, {}),
    resetBreaker: (name, request) =>
      call('POST', `/v1/control/breakers/${encodeURIComponent(name)}/reset`, request, {}),
    keys: (after) =>
      call('GET', `/v1/keys${after === '' ? '' : `?after=${encodeURIComponent(after)}`}`, undefined, {}),
    createKey: (request) => call('POST', '/v1/keys', request, {}),
    rotateKey: (id, request) => call('POST', `/v1/keys/${encodeURIComponent(id)}/rotate`, request, {}),
    setLimits: (request) => call('PUT', '/v1/control/limits', request, {}),
    revokeKey: (id, request) => call('POST', `/v1/keys/${encodeURIComponent(id)}/revoke`, request, {}),
    overrides: () => call('GET', '/v1/control/overrides', undefined, {}),
    approveOverride: (request) => call('POST', '/v1/control/overrides', request, {}),
    revokeOverride: (id, request) =>
      call('POST', `/v1/control/overrides/${encodeURIComponent(id)}/revoke`, request, {}),
    ready: () => call('GET', '/readyz', undefined, {}),
    models: () => call('GET', '/v1/models', undefined, {}),
    uploadModel: (bundle) => call('POST', '/v1/models', bundle, {}),
    setAlias: (name, alias, request) =>
      call('PUT', `/v1/models/${encodeURIComponent(name)}/aliases/${alias}`, request, {}),
  };
}
