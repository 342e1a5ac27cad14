import { checkOfShape } from '../core/check-of-shape.ts';
import { createFloat32Pool } from '../core/float32-pool.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Shape } from '../core/shape.ts';
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
/** Of a request whose features are a model's inputs in its order, each finite: as such they have the shape. */
const isRequestButFeatures = checkOfShape<DecisionRequest>(butFeatures(decisionShapes.request));

function butFeatures(shape: Shape): Shape {
  if (shape.kind !== 'object') throw new TypeError('a request is an object');
  return { ...shape, members: { ...shape.members, features: { kind: 'anything' } } };
}

const inputRows = createFloat32Pool();

/** Wire to domain: everything a request can get wrong is told here, with the path of each fault. */
export function readQuestion(
  body: unknown,
  key: KeyFacts,
  options: QuestionOptions,
): Result<Question, Problem> {
  const values = valuesInOrder(body, options.catalog);
  const isFit = values ? isRequestButFeatures : isDecisionRequest;
  if (!isFit(body)) return unfit(decisionShapes.request, body);
  const request = body;
  const model = findModel(request, options.catalog);
  if (!model.ok) return model;
  const asOfMs = readAsOf(request, options.nowMs);
  if (!asOfMs.ok) return asOfMs;
  if (asOfMs.value !== null && request.overrideId !== undefined)
    return invalidAt('overrideId', 'OF_HISTORY', 'goes with no `asOf`: nothing of history is held back');
  const position = readPosition(request.position);
  if (!position.ok) return position;
  const input = readInput(request, values, model.value, asOfMs.value ?? options.nowMs, options.barsMax);
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

export function readAsOf(
  request: Pick<DecisionRequest, 'asOf'>,
  nowMs: number,
): Result<number | null, Problem> {
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
  values: Float32Array | undefined,
  model: ServedModel,
  atMs: number,
  barsMax: number,
): Result<Question['input'], Problem> {
  const { bars, features } = request;
  if (bars !== undefined && features !== undefined) {
    return invalidAt('features', 'ONE_OF', 'send bars or features, not both');
  }
  if (bars !== undefined) return readBars(bars, model, atMs, barsMax);
  if (values) return ok({ kind: 'features', values });
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
  let fitting = 0;
  for (let index = 0; index < names.length; index += 1) {
    const value = features[names[index] as string];
    values[index] = typeof value === 'number' ? value : Number.NaN;
    if (Number.isFinite(values[index])) fitting += 1;
  }
  const areAll = fitting === names.length && Object.keys(features).length === names.length;
  return areAll ? ok({ kind: 'features', values }) : invalid(featureFaults(features, names));
}

/** Of a body whose features are the inputs of the model that it asks for, in their order, as most clients send them, and finite. */
function valuesInOrder(body: unknown, catalog: Catalog): Float32Array | undefined {
  if (typeof body !== 'object' || body === null || !('features' in body)) return undefined;
  const { features, model: name, symbol }: { features: unknown; model?: unknown; symbol?: unknown } = body;
  if (typeof features !== 'object' || features === null) return undefined;
  const model = modelNamed(name, symbol, catalog);
  return model && featuresInOrder(features, model.bundle.manifest.features.names);
}

function modelNamed(name: unknown, symbol: unknown, catalog: Catalog): ServedModel | undefined {
  if (typeof name === 'string') return catalog.byName(name);
  return name === undefined && typeof symbol === 'string' ? catalog.bySymbol(symbol) : undefined;
}

/** Undefined where they are others, in another order, or not all finite as 32-bit floats. */
export function featuresInOrder(features: object, names: readonly string[]): Float32Array | undefined {
  const values = inputRows.take(names.length);
  let at = 0;
  for (const name in features) {
    const value = (features as Readonly<Record<string, unknown>>)[name];
    if (name !== names[at] || typeof value !== 'number') return undefined;
    values[at] = value;
    if (!Number.isFinite(values[at])) return undefined;
    at += 1;
  }
  return at === names.length ? values : undefined;
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
