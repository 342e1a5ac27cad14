import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import type { FloatParameter, IntParameter, Parameter, Value } from './space.ts';

/**
 * One parameter's values as numbers, in two forms. A *coordinate* lies on the scale of the search: the value or
 * its logarithm, or the index of a choice. A *unit* lies in [0, 1): uniform units are values drawn evenly on
 * that scale.
 */
export type Domain = NumericDomain | ChoiceDomain;

export interface NumericDomain {
  readonly kind: 'numeric';
  /**
   * Coordinates a kernel may cover. Where values lie a step apart, half a step beyond the first and the last,
   * so that each value stands in the middle of its share.
   */
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
  /** Distance of neighbouring values, before any logarithm; 0: a continuum. */
  readonly step: number;
  readonly valueLow: number;
  readonly valueHigh: number;
}

export interface ChoiceDomain {
  readonly kind: 'choice';
  readonly choices: readonly Value[];
}

export function domainOf(parameter: Parameter): Domain {
  switch (parameter.kind) {
    case 'categorical':
      return { kind: 'choice', choices: parameter.choices };
    case 'int':
      return numericDomain(parameter, 1);
    case 'float':
      return numericDomain(parameter, parameter.step ?? 0);
  }
}

function numericDomain({ low, high, scale }: FloatParameter | IntParameter, step: number): NumericDomain {
  const isLog = scale === 'log';
  const from = low - step / 2;
  const to = high + step / 2;
  return {
    kind: 'numeric',
    low: isLog ? log(from) : from,
    high: isLog ? log(to) : to,
    isLog,
    step,
    valueLow: low,
    valueHigh: high,
  };
}

/** How many values there are; ∞ for a continuum. */
export function valueCount(domain: Domain): number {
  if (domain.kind === 'choice') return domain.choices.length;
  if (domain.valueLow === domain.valueHigh) return 1;
  if (domain.step === 0) return Number.POSITIVE_INFINITY;
  return Math.floor((domain.valueHigh - domain.valueLow) / domain.step + 0.5) + 1;
}

export function coordinateOf(domain: Domain, value: Value): number {
  if (domain.kind === 'choice') return domain.choices.indexOf(value);
  return domain.isLog ? log(value as number) : (value as number);
}

/** The value nearest to a coordinate; a coordinate out of bounds gives the bound. */
export function valueAt(domain: Domain, coordinate: number): Value {
  if (domain.kind === 'choice') return domain.choices[coordinate] as Value;
  const { step, valueLow, valueHigh } = domain;
  const raw = domain.isLog ? exp(coordinate) : coordinate;
  const value = step === 0 ? raw : valueLow + Math.floor((raw - valueLow) / step + 0.5) * step;
  return Math.min(valueHigh, Math.max(valueLow, value));
}

export function valueOfUnit(domain: Domain, unit: number): Value {
  if (domain.kind === 'numeric') return valueAt(domain, domain.low + unit * (domain.high - domain.low));
  const count = domain.choices.length;
  return valueAt(domain, Math.min(count - 1, Math.floor(unit * count)));
}

/** A unit that {@link valueOfUnit} gives the value for: of a choice, the middle of its share. */
export function unitOfValue(domain: Domain, value: Value): number {
  const coordinate = coordinateOf(domain, value);
  if (domain.kind === 'choice') return (coordinate + 0.5) / domain.choices.length;
  return domain.high > domain.low ? (coordinate - domain.low) / (domain.high - domain.low) : 0.5;
}

/** Is it one of the domain's values, up to rounding of a step? */
export function isValueOf(domain: Domain, value: Value): boolean {
  if (domain.kind === 'choice') return domain.choices.includes(value);
  if (typeof value !== 'number' || !(value >= domain.valueLow && value <= domain.valueHigh)) return false;
  if (domain.step === 0) return true;
  const steps = (value - domain.valueLow) / domain.step;
  return Math.abs(steps - Math.floor(steps + 0.5)) <= 1e-6;
}
