import type { Control } from '../control/control.ts';
import type { Overload, Wanted } from '../control/overload/overload.ts';
import type { BucketState, ControlView, Permit } from '../control/view.ts';
import type { Clock } from '../core/clock.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Answer } from '../decision/answer.ts';
import type { ClaimOutcome, Idempotency } from '../decision/idempotency.ts';
import type { KeyFacts, Question } from '../decision/question.ts';
import { check } from '../risk/check.ts';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';
import type { Authenticator } from './auth.ts';
import { type BodyLimits, parseJson, readBody } from './body.ts';
import type { DirectHandler, Exchange } from './context.ts';
import { type Problem, type ProblemBody, problemReply } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import type { Reply } from './reply.ts';
import { overloaded } from './shedding-door.ts';

/** What every route that decides is made of. */
export interface DecidingOptions {
  readonly authenticator: Authenticator;
  readonly control: Control;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
  readonly overload: Pick<Overload, 'admit'>;
  readonly isDraining: () => boolean;
}

/** What one route that decides has of its own. */
interface DecidingRoute {
  /** The idempotency keys of one route are not another's. */
  readonly name: 'decisions' | 'batch';
  readonly bodyLimits: BodyLimits;
  /** Parsed JSON to what is asked. */
  readonly read: (body: unknown, key: KeyFacts) => Result<Asked, Problem>;
  /** What stands in a body that this route answered, item by item. */
  readonly itemsIn: (body: unknown) => readonly (Answer | ProblemBody)[];
}

/** A body that was understood. */
export interface Asked {
  readonly clientDecisionId: string | null;
  /** Decisions to be made, each for a token of the key's bucket; 0 where every item was refused. */
  readonly tokens: number;
  readonly durability: Question['durability'];
  /** What it names or lacks, which somebody has to be asked for; null where it asks nothing of anybody. */
  readonly waitsFor: 'redis' | 'market-data' | null;
  /** The client's own name for it, item by item; null where it gave none. */
  readonly strategies: readonly (string | null)[];
  /** Under a permission, or without one, when nothing may come of it but HOLD. */
  readonly decide: (view: ControlView | undefined, scope: RequestScope, stages: Stages) => Eventual<Made>;
}

/** What came of it. */
type Made =
  | {
      readonly kind: 'answered';
      /** JSON. */
      readonly text: string;
      /** How long it may be given out again, from when it was made; null when that never ends. */
      readonly validForMs: number | null;
      readonly epoch: number;
    }
  | { readonly kind: 'not-recorded' }
  | { readonly kind: 'superseded' };

interface Keyed {
  readonly asked: Asked;
  readonly key: KeyFacts;
  /** The body as it came, which an idempotency key is bound to. */
  readonly text: string;
  readonly idempotencyKey: string | null;
}

interface Granted {
  readonly view: ControlView;
  readonly bucket: BucketState;
}

type Replay = Extract<ClaimOutcome, { kind: 'replay' }>;

/**
 * What has to be left of a view's life for an answer that waits for its record: one that outlived its view would be SUPERSEDED,
 * with every store well, on an isolate that is asked seldom.
 */
const waitingLifeShareMin = 0.25;

/** Auth, validate, permit, claim, decide, answer: the line of every route that decides. */
export function createDecidingRoute(options: DecidingOptions, route: DecidingRoute): DirectHandler {
  const line = { ...options, ...route };
  const { control, isDraining } = options;
  return async (exchange) => {
    if (isDraining()) return problemReply({ code: 'SHUTTING_DOWN', retryAfterMs: 1_000 });
    const keysNews = control.keysNews();
    const keyed = await readRequest(exchange, line);
    if (!keyed.ok) return problemReply(keyed.error);
    if (keyed.value.asked.tokens === 0) return answerUnder(undefined, undefined, keyed.value, exchange);
    const leave = options.overload.admit(wantedBy(keyed.value));
    if (!leave) return problemReply(overloaded);
    try {
      const reply = permitAndDecide(keyed.value, keysNews, exchange, line);
      return reply instanceof Promise ? await reply : reply;
    } finally {
      leave();
    }
  };
}

/** A claim and an override wait for Redis, as a record does that is put out; one in the database waits for that. */
function wantedBy({ asked, key, idempotencyKey }: Keyed): Wanted {
  const { tokens: decisions, durability, waitsFor } = asked;
  const who = key.id;
  if (durability === 'ack') return { who, decisions, store: 'database' };
  const isPrompt = idempotencyKey === null && durability === 'pending';
  return { who, decisions, store: isPrompt ? waitsFor : 'redis' };
}

type Line = DecidingOptions & DecidingRoute;

const authenticate = ({ authorization, scope }: Exchange, { authenticator }: Line) =>
  authenticator.authenticate(authorization, 'decide', scope);

function readRequest(exchange: Exchange, line: Line): Eventual<Result<Keyed, Problem>> {
  return whenHere(authenticate(exchange, line), (principal): Eventual<Result<Keyed, Problem>> => {
    if (!principal.ok) return principal;
    exchange.stages.begin('validate');
    return readBody(exchange.request, line.bodyLimits).then((text) =>
      text.ok ? understood(text.value, principal.value, exchange, line) : text,
    );
  });
}

function understood(
  text: string,
  key: KeyFacts,
  { request }: Exchange,
  { read }: Line,
): Result<Keyed, Problem> {
  const body = parseJson(text);
  if (!body.ok) return body;
  const asked = read(body.value, key);
  if (!asked.ok) return asked;
  const header = request.headers.get('idempotency-key');
  if (header !== null && (header.length === 0 || header.length > 128)) {
    const message = 'takes 1 to 128 characters';
    return err({ code: 'INVALID_REQUEST', faults: [{ path: 'Idempotency-Key', code: 'LENGTH', message }] });
  }
  const idempotencyKey = header ?? asked.value.clientDecisionId;
  return ok({ asked: asked.value, key, text, idempotencyKey });
}

const decide = ({ asked }: Keyed, view: ControlView | undefined, { scope, stages }: Exchange) =>
  asked.decide(view, scope, stages);

const answerUnder = (
  view: ControlView | undefined,
  bucket: BucketState | undefined,
  keyed: Keyed,
  exchange: Exchange,
): Eventual<Reply> => whenHere(decide(keyed, view, exchange), (made) => answerTo(made, bucket));

/** One claim before deciding; the answer is kept behind it. A retry gets the same bytes or a refusal. */
async function answerOnce(
  keyed: Keyed,
  idempotencyKey: string,
  granted: Granted,
  exchange: Exchange,
  line: Line,
): Promise<Reply> {
  const { control, idempotency } = line;
  exchange.stages.begin('claim');
  const keysNews = control.keysNews();
  const claim = await idempotency.claim({
    principal: keyed.key.id,
    route: line.name,
    key: idempotencyKey,
    body: keyed.text,
    epoch: granted.view.epoch,
  });
  // What is answered now is kept for good, so a view that ended meanwhile is no reason for it.
  if (claim.kind === 'claimed' || claim.kind === 'replay') await control.ensure(exchange.scope);
  // Where it is refused now the claim itself stays unanswered.
  const again = await proveAgain(keysNews, exchange, line);
  if (!again.ok) return problemReply(again.error);
  switch (claim.kind) {
    case 'replay':
      return mayLeave(claim, keyed, granted.view.epoch, line)
        ? replay(claim, granted.bucket)
        : problemReply({ code: 'SUPERSEDED', detail: useNewKey });
    case 'in-progress':
      return problemReply({ code: 'IN_PROGRESS', retryAfterMs: 1_000 });
    case 'mismatch':
      return problemReply({ code: 'IDEMPOTENCY_MISMATCH' });
    case 'superseded':
      return problemReply({ code: 'SUPERSEDED', detail: useNewKey });
    case 'unavailable':
      return problemReply({ code: 'CLAIM_UNAVAILABLE', retryAfterMs: 1_000 });
    case 'claimed': {
      const made = await decide(keyed, control.current(), exchange);
      const reply = made.kind === 'answered' ? answerTo(made, granted.bucket) : refuseForGood(made);
      const { status, body } = reply;
      // A refusal is kept as long as an answer without an end: the record behind it may exist.
      const end = made.kind === 'answered' ? made : { validForMs: null, epoch: granted.view.epoch };
      const { validForMs, epoch } = end;
      exchange.scope.waitUntil(idempotency.complete(claim.claim, { status, body, validForMs, epoch }));
      return reply;
    }
  }
}

const refuseRevoked = (): Reply => problemReply({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });

/**
 * The claim took its time: what was kept leaves only if it may be acted upon at this moment, and no word of an operator
 * came since the epoch that was claimed under.
 */
function mayLeave(
  { status, body, expiresAtMs }: Replay,
  { asked, key: { account } }: Keyed,
  epoch: number,
  { clock, control, itemsIn }: Line,
): boolean {
  if (status >= 400) return true;
  const view = control.current();
  const isValid = expiresAtMs !== null && clock.monotonicMs() < expiresAtMs;
  return itemsIn(JSON.parse(body)).every((item, index) => {
    if (!('action' in item) || !item.actionable) return true;
    const { effect, model, symbol } = item;
    const about = { account, strategy: asked.strategies[index] ?? null, model: model.name, symbol };
    return isValid && view?.epoch === epoch && check({ effect }, about, view).ok;
  });
}

/** A wait takes its time, and a sync of that time may have told of the key, or that it missed what was told. */
const proveAgain = (keysNews: number, exchange: Exchange, line: Line): Eventual<Result<unknown, Problem>> =>
  keysNews === line.control.keysNews() ? ok(undefined) : authenticate(exchange, line);

function permitAndDecide(keyed: Keyed, keysNews: number, exchange: Exchange, line: Line): Eventual<Reply> {
  const { asked, key } = keyed;
  const { id: keyId, ratePerSecond, burst } = key;
  const bucket = { keyId, ratePerSecond, burst };
  const lifeShareMin = asked.durability === 'pending' ? 0 : waitingLifeShareMin;
  exchange.stages.begin('permit');
  const permit = line.control.permit(bucket, exchange.scope, asked.tokens, lifeShareMin);
  return whenHere(permit, (given) => decideUnder(given, keyed, keysNews, exchange, line));
}

function decideUnder(
  permit: Permit,
  keyed: Keyed,
  keysNews: number,
  exchange: Exchange,
  line: Line,
): Eventual<Reply> {
  const { idempotencyKey } = keyed;
  switch (permit.kind) {
    case 'revoked':
      return refuseRevoked();
    case 'limited':
      return problemReply(
        { code: 'RATE_LIMITED', retryAfterMs: permit.bucket.retryAfterMs },
        rateLimitHeaders(permit.bucket),
      );
    case 'unavailable':
      return idempotencyKey === null
        ? answerUnder(undefined, undefined, keyed, exchange)
        : problemReply({ code: 'CLAIM_UNAVAILABLE', retryAfterMs: 1_000 });
    case 'granted':
      return whenHere(proveAgain(keysNews, exchange, line), (again) => {
        if (!again.ok) return problemReply(again.error);
        return idempotencyKey === null
          ? answerUnder(permit.view, permit.bucket, keyed, exchange)
          : answerOnce(keyed, idempotencyKey, permit, exchange, line);
      });
  }
}

/** A keyed request that ended in a refusal ends in it for good: its record may exist, so it is not decided again. */
function refuseForGood(made: Exclude<Made, { kind: 'answered' }>): Reply {
  const code = made.kind === 'superseded' ? 'SUPERSEDED' : 'RECORD_UNAVAILABLE';
  return problemReply({ code, detail: useNewKey });
}

const useNewKey = 'this idempotency key has its answer; use a new one';

function replay({ status, body }: Replay, bucket: BucketState): Reply {
  const contentType = status < 400 ? 'application/json' : 'application/problem+json';
  const headers = {
    'content-type': contentType,
    'cache-control': 'no-store',
    'idempotency-replayed': 'true',
  };
  return { status, body, headers: { ...rateLimitHeaders(bucket), ...headers } };
}

function answerTo(made: Made, bucket: BucketState | undefined): Reply {
  switch (made.kind) {
    case 'answered':
      return jsonReply(made.text, bucket);
    case 'not-recorded':
      return problemReply({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    case 'superseded':
      return problemReply({
        code: 'SUPERSEDED',
        detail: 'the permission ended while the record was written',
      });
  }
}

function jsonReply(body: string, bucket: BucketState | undefined): Reply {
  return {
    status: 200,
    body,
    headers: {
      ...(bucket ? rateLimitHeaders(bucket) : {}),
      'content-type': 'application/json',
      'cache-control': 'no-store',
    },
  };
}
