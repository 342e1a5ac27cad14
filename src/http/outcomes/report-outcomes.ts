import type { Control } from '../../control/control.ts';
import type { Clock } from '../../core/clock.ts';
import type { Eventual } from '../../core/eventual.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { outcomesOfBars } from '../../experiments/outcomes-of-bars.ts';
import type { RecordedOutcomes, ReportedOutcome } from '../../experiments/record-outcomes.ts';
import { type Bar, validateBars } from '../../features/bar.ts';
import { barNameMs } from '../../market/calendar.ts';
import { checkSeries } from '../../market/series.ts';
import type { Manifest } from '../../models/manifest.ts';
import type { Registry } from '../../models/registry.ts';
import type { Authenticator, Principal } from '../auth.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler, RouteContext } from '../context.ts';
import { type Fault, type Problem, problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { takeToken } from '../take-token.ts';
import {
  type OutcomesAnswer,
  type OutcomesRequest,
  outcomesMax,
  outcomesRequestSchema,
} from './outcome-schemas.ts';

interface OutcomesRouteOptions {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'permit' | 'keysNews'>;
  readonly registry: Pick<Registry, 'current'>;
  readonly bodyLimits: BodyLimits;
  readonly barsMax: number;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly loadTrials: (wanted: {
    readonly account: string;
    readonly symbol: string;
    readonly fromMs: number;
    readonly toMs: number;
  }) => Promise<Result<readonly { readonly decisionId: string; readonly barMs: number }[], string>>;
  readonly record: (
    reported: readonly ReportedOutcome[],
    reporter: { keyId: string; account: string; nowMs: number; horizonBars: number },
  ) => Promise<Result<RecordedOutcomes, string>>;
  /** Never throws. */
  readonly judgeRunning: (symbols: readonly string[]) => Promise<void>;
}

/** `POST /v1/outcomes`: what the account's decisions came to, days later. For one token of the key's bucket. */
export function createReportOutcomesRoute(options: OutcomesRouteOptions): Handler {
  const { control } = options;
  return async (context) => {
    const { scope } = context.env;
    const keysNews = control.keysNews();
    const principal = await authenticate(context, options);
    if (!principal.ok) return problemResponse(principal.error);
    const request = await readRequest(context, options);
    if (!request.ok) return problemResponse(request.error);
    context.var.stages.begin('permit');
    const prove = () => authenticate(context, options);
    const charged = await takeToken(context, { principal: principal.value, keysNews, prove }, control);
    if (!charged.ok) return problemResponse(charged.error.problem, charged.error.headers);
    const { headers } = charged.value;
    const { id: keyId, account } = charged.value.principal;
    context.var.stages.begin('write');
    const reported = await reportedBy(request.value, account, options);
    if (!reported.ok) return problemResponse(reported.error);
    const { horizonBars } = request.value;
    const reporter = { keyId, account, nowMs: options.clock.nowMs(), horizonBars };
    const recorded = await options.record(reported.value, reporter);
    if (!recorded.ok) return problemResponse(unavailable);
    const { symbols, ...answer } = recorded.value;
    if (answer.recorded.length > 0) scope.waitUntil(options.judgeRunning(symbols));
    return answerOf(answer, headers);
  };
}

const unavailable: Problem = { code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 };

const answerOf = (
  answer: Omit<RecordedOutcomes, 'symbols'>,
  headers: Readonly<Record<string, string>>,
): Response => {
  const { recorded, known, conflicting, unknown } = answer;
  const body: { readonly [name in keyof OutcomesAnswer]: readonly string[] } = {
    recorded,
    known,
    conflicting,
    unknown,
  };
  return new Response(JSON.stringify(body), {
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
};

const authenticate = (
  { req, env }: RouteContext,
  { authenticator }: OutcomesRouteOptions,
): Eventual<Result<Principal, Problem>> =>
  authenticator.authenticate(req.raw.headers.get('authorization'), 'decide', env.scope);

async function readRequest(
  context: RouteContext,
  { bodyLimits }: OutcomesRouteOptions,
): Promise<Result<OutcomesRequest, Problem>> {
  context.var.stages.begin('validate');
  const body = await readJson(context.req.raw, outcomesRequestSchema, bodyLimits);
  if (!body.ok) return body;
  const { outcomes, symbol, bars } = body.value;
  const hasBars = symbol !== undefined && bars !== undefined;
  if (hasBars === (outcomes !== undefined) || (symbol === undefined) !== (bars === undefined)) {
    return invalid([{ path: 'outcomes', code: 'ONE_OF', message: 'send outcomes, or symbol and bars' }]);
  }
  if (new Set(outcomes?.map(({ decisionId }) => decisionId)).size !== (outcomes?.length ?? 0)) {
    return invalid([{ path: 'outcomes', code: 'TWICE', message: 'name each decision once' }]);
  }
  return body;
}

const invalid = (faults: readonly Fault[]): Result<never, Problem> =>
  err({ code: 'INVALID_REQUEST', faults });

/** What was reported as it is, or what the bars say of the account's trials; of more than fit one call, the oldest. */
async function reportedBy(
  { outcomes, symbol, bars, horizonBars }: OutcomesRequest,
  account: string,
  options: OutcomesRouteOptions,
): Promise<Result<readonly ReportedOutcome[], Problem>> {
  if (outcomes) return ok(outcomes);
  const manifest = options.registry.current().bySymbol(symbol ?? '')?.bundle.manifest;
  if (!manifest) return err({ code: 'UNKNOWN_SYMBOL', detail: 'no model serves it' });
  const series = readSeries(bars, manifest, options);
  if (!series.ok) return series;
  const nameMs = (bar: Bar | undefined): number => barNameMs(manifest.calendar, bar?.tMs ?? 0);
  const trials = await options.loadTrials({
    account,
    symbol: symbol ?? '',
    fromMs: nameMs(series.value[0]),
    toMs: nameMs(series.value.at(-1)),
  });
  if (!trials.ok) return err(unavailable);
  const ordered = [...trials.value].sort((a, b) => a.barMs - b.barMs);
  const { calendar } = manifest;
  return ok(outcomesOfBars(series.value, ordered, { calendar, horizonBars }).slice(0, outcomesMax));
}

function readSeries(
  rows: unknown,
  { calendar, interval }: Manifest,
  { clock, barsMax }: OutcomesRouteOptions,
): Result<readonly Bar[], Problem> {
  const validated = validateBars(rows, { nowMs: clock.nowMs(), barsMax });
  if (!validated.ok) return invalid(validated.faults);
  const faults = checkSeries(calendar, interval, validated.bars);
  if (faults.length === 0) return ok(validated.bars);
  return invalid(faults.map(({ index, code, message }) => ({ path: `bars[${index}].t`, code, message })));
}
