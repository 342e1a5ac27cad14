import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Bar } from './bar.ts';
import { contractBars } from './contract-bars.ts';
import type { Indicator } from './indicator.ts';

/** Indicators in input order, and the bars a vector of them needs. */
export interface FeatureSet {
  readonly name: string;
  /** The longest warm-up: the vector depends on exactly the last `windowBars` bars, however many are given. */
  readonly windowBars: number;
  /** `update` is a method, so an indicator of any state may stand here; states never leave its own fold. */
  readonly indicators: readonly Indicator<unknown>[];
}

export interface FeatureVector {
  /** In the order of the set's indicators. */
  readonly values: Float64Array;
  /** Features without a finite value on these bars, such as 0/0 in a flat window. Empty in a usable vector. */
  readonly undefinedNames: readonly string[];
}

/** Throws on two indicators of one name. */
export function createFeatureSet(name: string, indicators: readonly Indicator<unknown>[]): FeatureSet {
  const names = new Set(indicators.map((indicator) => indicator.name));
  if (names.size !== indicators.length) throw new RangeError(`${name}: two indicators of one name`);
  const windowBars = Math.max(...indicators.map((indicator) => indicator.warmupBars));
  return Object.freeze({ name, windowBars, indicators: Object.freeze([...indicators]) });
}

/**
 * Some features of a set, as a set of the same name. Its window is what those features need, so it may be shorter than
 * the whole set's. All of a set's names give the set again, contract hash included.
 *
 * @param names in the set's order, none twice; anything else is an error, since a model's input order is the set's
 */
export function subsetOf(set: FeatureSet, names: readonly string[]): Result<FeatureSet, string> {
  const wanted = new Set(names);
  const indicators = set.indicators.filter(({ name }) => wanted.delete(name));
  const [stranger] = wanted;
  if (stranger !== undefined) return err(`${set.name} has no feature ${stranger}`);
  if (indicators.length === 0) return err(`no feature of ${set.name} is named`);
  const inOrder = indicators.length === names.length && indicators.every(({ name }, i) => name === names[i]);
  if (!inOrder) return err(`features of ${set.name} are named twice or not in its order`);
  return ok(createFeatureSet(set.name, indicators));
}

/**
 * The vector at the last of `bars` (valid, ascending). Each indicator is folded over its own last `warmupBars`
 * bars, which gives the bits of a fold over any longer history. Throws when there are fewer than
 * `set.windowBars`: whoever takes bars from outside refuses TOO_FEW_BARS first.
 */
export function featureVector(set: FeatureSet, bars: readonly Bar[]): FeatureVector {
  if (bars.length < set.windowBars) {
    throw new RangeError(`${set.name} needs ${set.windowBars} bars, got ${bars.length}`);
  }
  const values = new Float64Array(set.indicators.length);
  const undefinedNames: string[] = [];
  set.indicators.forEach((indicator, i) => {
    const value = foldLast(indicator, bars);
    values[i] = value;
    if (!Number.isFinite(value)) undefinedNames.push(indicator.name);
  });
  return { values, undefinedNames };
}

/**
 * SHA-256 (hex) of everything a model relies on: the set's name, its window, each indicator's name and
 * parameters in order, and the bits of the vector on a fixed series. A change to any formula changes it, so
 * a model is never fed by features other than those it was trained on.
 */
export function contractHash(set: FeatureSet): string {
  const { values, undefinedNames } = featureVector(set, contractBars(set.windowBars));
  if (undefinedNames.length > 0) throw new RangeError(`${set.name}: undefined on the contract's own series`);
  return sha256Hex(
    canonicalJson({
      set: set.name,
      windowBars: set.windowBars,
      indicators: set.indicators.map(({ name, parameters, warmupBars }) => ({
        name,
        parameters,
        warmupBars,
      })),
      vectorBits: hexBits(values),
    }),
  );
}

function foldLast<State>(indicator: Indicator<State>, bars: readonly Bar[]): number {
  let state = indicator.initial();
  for (let i = bars.length - indicator.warmupBars; i < bars.length; i += 1) {
    state = indicator.update(state, bars[i] as Bar);
  }
  return indicator.value(state);
}

/** 16 hex digits a value, most significant first. */
function hexBits(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8));
  let hex = '';
  for (const value of values) {
    view.setFloat64(0, value);
    hex += view.getBigUint64(0).toString(16).padStart(16, '0');
  }
  return hex;
}
