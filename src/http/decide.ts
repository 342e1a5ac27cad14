import type { Control } from '../control/control.ts';
import type { BucketState, ControlView } from '../control/view.ts';
import type { Clock } from '../core/clock.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Answer } from '../decision/answer.ts';
import type { ClaimOutcome, Idempotency, KeptAnswer } from '../decision/idempotency.ts';
import type { Outcome, Pipeline } from '../decision/pipeline.ts';
import { permits } from '../decision/policy.ts';
import type { Question } from '../decision/question.ts';
import type { Registry } from '../models/registry.ts';
import type { Authenticator } from './auth.ts';
import { type BodyLimits, parseJson, readBody } from './body.ts';
import type { Handler, RouteContext } from './context.ts';
import { type Problem, problemResponse } from './problem.ts';
import { readQuestion } from './question.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

export interface DecideOptions {
  readonly authenticator: Authenticator;
  readonly bodyLimits: BodyLimits;
  readonly barsMax: number;
  readonly registry: Pick<Registry, 'current'>;
  readonly control: Control;
  readonly idempotency: Idempotency;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly isDraining: () => boolean;
}

type Replay = Extract<ClaimOutcome, { kind: 'replay' }>;

interface Asked {
  readonly question: Question;
  /** The body as it came, which an idempotency key is bound to. */
  readonly text: string;
  readonly idempotencyKey: string | null;
}

/** `POST /v1/decisions`: auth, validate, permit, claim, decide, answer. */
export function createDecideRoute(options: DecideOptions): Handler {
  const { control, isDraining } = options;
  return async (context) => {
    if (isDraining()) return problemResponse({ code: 'SHUTTING_DOWN', retryAfterMs: 1_000 });
    const keysEpoch = control.keysEpoch();
    const asked = await readRequest(context, options);
    if (!asked.ok) return problemResponse(asked.error);
    context.var.stages.begin('permit');
    const { key } = asked.value.question;
    const permit = await control.permit(
      { keyId: key.id, ratePerSecond: key.ratePerSecond, burst: key.burst },
      context.env.scope,
    );
    switch (permit.kind) {
      case 'revoked':
        return problemResponse({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });
      case 'limited':
        return problemResponse(
          { code: 'RATE_LIMITED', retryAfterMs: permit.bucket.retryAfterMs },
          rateLimitHeaders(permit.bucket),
        );
      case 'unavailable':
        return asked.value.idempotencyKey === null
          ? answerTo(await decide(asked.value, undefined, context, options), undefined)
          : problemResponse({ code: 'CLAIM_UNAVAILABLE', retryAfterMs: 1_000 });
      case 'granted': {
        // The permit's own sync may have told that revocations were missed; then the key is read again first.
        const reread = keysEpoch === control.keysEpoch() ? undefined : await authenticate(context, options);
        if (reread && !reread.ok) return problemResponse(reread.error);
        return asked.value.idempotencyKey === null
          ? answerTo(await decide(asked.value, permit.view, context, options), permit.bucket)
          : answerOnce(asked.value, asked.value.idempotencyKey, permit, context, options);
      }
    }
  };
}

const authenticate = ({ req, env }: RouteContext, { authenticator }: DecideOptions) =>
  authenticator.authenticate(req.raw.headers.get('authorization'), 'decide', env.scope);

async function readRequest(context: RouteContext, options: DecideOptions): Promise<Result<Asked, Problem>> {
  const { bodyLimits, registry, clock, barsMax } = options;
  const request = context.req.raw;
  const principal = await authenticate(context, options);
  if (!principal.ok) return principal;
  context.var.stages.begin('validate');
  const text = await readBody(request, bodyLimits);
  if (!text.ok) return text;
  const body = parseJson(text.value);
  if (!body.ok) return body;
  const now = { catalog: registry.current(), nowMs: clock.nowMs() };
  const question = readQuestion(body.value, principal.value, { ...now, barsMax });
  if (!question.ok) return question;
  const header = request.headers.get('idempotency-key');
  if (header !== null && (header.length === 0 || header.length > 128)) {
    const message = 'takes 1 to 128 characters';
    return err({ code: 'INVALID_REQUEST', faults: [{ path: 'Idempotency-Key', code: 'LENGTH', message }] });
  }
  return ok({
    question: question.value,
    text: text.value,
    idempotencyKey: header ?? question.value.clientDecisionId,
  });
}

const decide = (asked: Asked, view: ControlView | undefined, context: RouteContext, options: DecideOptions) =>
  options.pipeline.decide(asked.question, view, context.env.scope, context.var.stages);

/** One claim before deciding; the answer is kept behind it. A retry gets the same bytes or a refusal. */
async function answerOnce(
  asked: Asked,
  idempotencyKey: string,
  permit: { readonly view: ControlView; readonly bucket: BucketState },
  context: RouteContext,
  options: DecideOptions,
): Promise<Response> {
  const { idempotency } = options;
  context.var.stages.begin('claim');
  const claim = await idempotency.claim({
    principal: asked.question.key.id,
    route: 'decisions',
    key: idempotencyKey,
    body: asked.text,
    epoch: permit.view.epoch,
  });
  switch (claim.kind) {
    case 'replay':
      return mayLeave(claim, options)
        ? replay(claim, permit.bucket)
        : problemResponse({ code: 'SUPERSEDED', detail: useNewKey });
    case 'in-progress':
      return problemResponse({ code: 'IN_PROGRESS', retryAfterMs: 1_000 });
    case 'mismatch':
      return problemResponse({ code: 'IDEMPOTENCY_MISMATCH' });
    case 'superseded':
      return problemResponse({ code: 'SUPERSEDED', detail: useNewKey });
    case 'unavailable':
      return problemResponse({ code: 'CLAIM_UNAVAILABLE', retryAfterMs: 1_000 });
    case 'claimed': {
      const outcome = await decide(asked, options.control.current(), context, options);
      const response =
        outcome.kind === 'answered' ? answerTo(outcome, permit.bucket) : refuseForGood(outcome);
      const body = await response.clone().text();
      context.env.scope.waitUntil(
        idempotency.complete(claim.claim, keptAnswer(outcome, permit.view, response.status, body)),
      );
      return response;
    }
  }
}

/** A refusal is kept as long as an answer without an end: the record behind it may exist. */
function keptAnswer(outcome: Outcome, view: ControlView, status: number, body: string): KeptAnswer {
  if (outcome.kind !== 'answered') return { status, body, epoch: view.epoch, validForMs: null };
  const { at, validUntil } = outcome.answer;
  return {
    status,
    body,
    epoch: outcome.epoch,
    validForMs: validUntil === null ? null : Date.parse(validUntil) - Date.parse(at),
  };
}

/** The claim took its time: what was kept leaves only if it may be acted upon at this moment. */
function mayLeave({ status, body, expiresAtMs }: Replay, { control, clock }: DecideOptions): boolean {
  if (status >= 400) return true;
  const { actionable, effect }: Answer = JSON.parse(body);
  if (!actionable) return true;
  const view = control.current();
  const isValid = expiresAtMs !== null && clock.monotonicMs() < expiresAtMs;
  return isValid && view !== undefined && permits(view.tradingState, effect);
}

/** A keyed request that ended in a refusal ends in it for good: its record may exist, so it is not decided again. */
function refuseForGood(outcome: Exclude<Outcome, { kind: 'answered' }>): Response {
  const code = outcome.kind === 'superseded' ? 'SUPERSEDED' : 'RECORD_UNAVAILABLE';
  return problemResponse({ code, detail: useNewKey });
}

const useNewKey = 'this idempotency key has its answer; use a new one';

function replay({ status, body }: Replay, bucket: BucketState): Response {
  const contentType = status < 400 ? 'application/json' : 'application/problem+json';
  const headers = {
    'content-type': contentType,
    'cache-control': 'no-store',
    'idempotency-replayed': 'true',
  };
  return new Response(body, { status, headers: { ...rateLimitHeaders(bucket), ...headers } });
}

function answerTo(outcome: Outcome, bucket: BucketState | undefined): Response {
  switch (outcome.kind) {
    case 'answered':
      return jsonResponse(JSON.stringify(outcome.answer), bucket);
    case 'not-recorded':
      return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    case 'superseded':
      return problemResponse({
        code: 'SUPERSEDED',
        detail: 'the permission ended while the record was written',
      });
  }
}

function jsonResponse(body: string, bucket: BucketState | undefined): Response {
  return new Response(body, {
    headers: {
      ...(bucket ? rateLimitHeaders(bucket) : {}),
      'content-type': 'application/json',
      'cache-control': 'no-store',
    },
  });
}
