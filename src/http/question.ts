import { checkOfShape } from '../core/check-of-shape.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { PositionSign } from '../decision/policy.ts';
import type { KeyFacts, Question } from '../decision/question.ts';
import { type Bar, validateBars } from '../features/bar.ts';
import { isDecimal } from '../features/decimal.ts';
import { parseInstant } from '../features/instant.ts';
import { checkSeries } from '../market/series.ts';
import type { Catalog, ServedModel } from '../models/catalog.ts';
import type { Manifest } from '../models/manifest.ts';
import type { DecisionRequest } from './decision-schemas.ts';
import { decisionShapes } from './decision-shapes.ts';
import type { Fault, Problem } from './problem.ts';
import { invalid, unfit } from './read-shape.ts';

interface QuestionOptions {
  readonly catalog: Catalog;
  readonly nowMs: number;
  readonly barsMax: number;
}

const isDecisionRequest = checkOfShape<DecisionRequest>(decisionShapes.request);

/** Wire to domain: everything a request can get wrong is told here, with the path of each fault. */
export function readQuestion(
  body: unknown,
  key: KeyFacts,
  options: QuestionOptions,
): Result<Question, Problem> {
  if (!isDecisionRequest(body)) return unfit(decisionShapes.request, body);
  const request = body;
  const model = findModel(request, options.catalog);
  if (!model.ok) return model;
  const asOfMs = readAsOf(request, options.nowMs);
  if (!asOfMs.ok) return asOfMs;
  if (asOfMs.value !== null && request.overrideId !== undefined)
    return invalidAt('overrideId', 'OF_HISTORY', 'goes with no `asOf`: nothing of history is held back');
  const position = readPosition(request.position);
  if (!position.ok) return position;
  const input = readInput(request, model.value, asOfMs.value ?? options.nowMs, options.barsMax);
  if (!input.ok) return input;
  return ok({
    key,
    model: model.value,
    isModelNamed: request.model !== undefined,
    arm: 'production',
    rung: 'FULL',
    experiment: null,
    symbol: request.symbol,
    input: input.value,
    position: position.value,
    strategy: request.strategy ?? null,
    asOfMs: asOfMs.value,
    clientDecisionId: request.clientDecisionId ?? null,
    durability: request.durability ?? 'pending',
    explain: request.explain ?? false,
    overrideId: request.overrideId ?? null,
  });
}

const invalidAt = (path: string, code: string, message: string): Result<never, Problem> =>
  invalid([{ path, code, message }]);

function findModel(request: DecisionRequest, catalog: Catalog): Result<ServedModel, Problem> {
  const model =
    request.model === undefined ? catalog.bySymbol(request.symbol) : catalog.byName(request.model);
  if (!model && catalog.faults.size > 0) return err({ code: 'MODEL_UNAVAILABLE', retryAfterMs: 1_000 });
  if (!model) {
    return request.model === undefined
      ? err({
          code: 'UNKNOWN_SYMBOL',
          faults: [{ path: 'symbol', code: 'UNKNOWN', message: 'no model serves it' }],
        })
      : err({
          code: 'UNKNOWN_MODEL',
          faults: [{ path: 'model', code: 'UNKNOWN', message: 'no such model' }],
        });
  }
  const { manifest } = model.bundle;
  if (!manifest.symbols.includes(request.symbol)) {
    const message = `${manifest.name} serves ${manifest.symbols.join(', ')}`;
    return err({ code: 'UNKNOWN_SYMBOL', faults: [{ path: 'symbol', code: 'NOT_SERVED', message }] });
  }
  if (request.interval !== undefined && request.interval !== manifest.interval) {
    const message = `${manifest.name} serves ${manifest.interval}`;
    return err({ code: 'UNKNOWN_INTERVAL', faults: [{ path: 'interval', code: 'NOT_SERVED', message }] });
  }
  return ok(model);
}

function readAsOf(request: DecisionRequest, nowMs: number): Result<number | null, Problem> {
  if (request.asOf === undefined) return ok(null);
  const asOfMs = parseInstant(request.asOf);
  if (asOfMs === undefined)
    return invalidAt('asOf', 'NOT_A_TIME', 'is neither RFC 3339 nor epoch milliseconds');
  if (asOfMs > nowMs) return invalidAt('asOf', 'IN_FUTURE', 'lies in the future');
  return ok(asOfMs);
}

const positionDigitsMax = 40;

/** Only the sign of the position matters here, so no digit of it can be lost to a float. */
function readPosition(position: number | string | undefined): Result<PositionSign, Problem> {
  if (position === undefined) return ok(undefined);
  if (typeof position === 'number') return ok(position > 0 ? 1 : position < 0 ? -1 : 0);
  if (!isDecimal(position, positionDigitsMax))
    return invalidAt('position', 'NOT_A_DECIMAL', 'is not a decimal number');
  if (!/[1-9]/.test(position)) return ok(0);
  return ok(position.startsWith('-') ? -1 : 1);
}

function readInput(
  request: DecisionRequest,
  model: ServedModel,
  atMs: number,
  barsMax: number,
): Result<Question['input'], Problem> {
  const { bars, features } = request;
  if (bars !== undefined && features !== undefined) {
    return invalidAt('features', 'ONE_OF', 'send bars or features, not both');
  }
  if (bars !== undefined) return readBars(bars, model, atMs, barsMax);
  if (features !== undefined) return readFeatures(features, model);
  return ok({ kind: 'none', missing: 'send bars or features: here none are fetched' });
}

function readBars(
  rows: NonNullable<DecisionRequest['bars']>,
  model: ServedModel,
  atMs: number,
  barsMax: number,
): Result<Question['input'], Problem> {
  const { manifest } = model.bundle;
  const validated = validateBars(rows, { nowMs: atMs, barsMax });
  if (!validated.ok) return invalid(validated.faults);
  const { windowBars } = manifest.features;
  if (validated.bars.length < windowBars) {
    const message = `${validated.bars.length} given, ${windowBars} needed`;
    return err({ code: 'TOO_FEW_BARS', faults: [{ path: 'bars', code: 'TOO_FEW', message }] });
  }
  const gaps = seriesFaults(validated.bars, manifest);
  return gaps.length > 0 ? invalid(gaps) : ok({ kind: 'bars', bars: validated.bars, from: 'request' });
}

/** Only the bars the features are computed over must follow one another; older ones are not looked at. */
function seriesFaults(bars: readonly Bar[], { calendar, interval, features }: Manifest): readonly Fault[] {
  const first = bars.length - features.windowBars;
  return checkSeries(calendar, interval, bars.slice(first)).map(({ index, code, message }) => ({
    path: `bars[${first + index}].t`,
    code,
    message,
  }));
}

function readFeatures(
  features: Readonly<Record<string, number>>,
  model: ServedModel,
): Result<Question['input'], Problem> {
  const { names } = model.bundle.manifest.features;
  const values = new Float32Array(names.length);
  if (areInOrder(features, names, values)) return ok({ kind: 'features', values });
  let fitting = 0;
  for (let index = 0; index < names.length; index += 1) {
    const value = features[names[index] as string];
    values[index] = typeof value === 'number' ? value : Number.NaN;
    if (Number.isFinite(values[index])) fitting += 1;
  }
  const areAll = fitting === names.length && Object.keys(features).length === names.length;
  return areAll ? ok({ kind: 'features', values }) : invalid(featureFaults(features, names));
}

/** Whether they are all the names, in their order, as most clients send them, and finite. Takes them into `values`. */
function areInOrder(
  features: Readonly<Record<string, number>>,
  names: readonly string[],
  values: Float32Array,
): boolean {
  let at = 0;
  for (const name in features) {
    if (name !== names[at]) return false;
    values[at] = features[name] as number;
    if (!Number.isFinite(values[at])) return false;
    at += 1;
  }
  return at === names.length;
}

function featureFaults(
  features: Readonly<Record<string, number>>,
  names: readonly string[],
): readonly Fault[] {
  const known = new Set(names);
  return [
    ...names
      .filter((name) => !Object.hasOwn(features, name))
      .map((name) => ({ path: `features.${name}`, code: 'MISSING', message: 'is an input of the model' })),
    ...Object.keys(features)
      .filter((name) => !known.has(name))
      .map((name) => ({ path: `features.${name}`, code: 'UNKNOWN', message: 'is no input of the model' })),
    ...names
      .filter((name) => Object.hasOwn(features, name) && !Number.isFinite(Math.fround(features[name] ?? 0)))
      .map((name) => ({
        path: `features.${name}`,
        code: 'NOT_FINITE',
        message: 'does not fit a 32-bit float',
      })),
  ];
}
