/**
 * What is searched: parameters by name. A parameter with a condition is *active* only in points where the named
 * categorical parameter is itself active and has one of the values; conditions may nest.
 */
export type Space = Readonly<Record<string, Parameter>>;

export type Parameter = FloatParameter | IntParameter | CategoricalParameter;

/** low ≤ value ≤ high, both reachable; on a log scale low > 0. */
export interface FloatParameter {
  readonly kind: 'float';
  readonly low: number;
  readonly high: number;
  /** The scale on which equal distances matter equally. */
  readonly scale: 'linear' | 'log';
  /** Values are low + k · step, and high is one of them. On the linear scale only. */
  readonly step?: number;
  readonly when?: Condition;
}

/** Whole numbers low ≤ value ≤ high; on a log scale low ≥ 1. */
export interface IntParameter {
  readonly kind: 'int';
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
  readonly when?: Condition;
}

export interface CategoricalParameter {
  readonly kind: 'categorical';
  readonly choices: readonly Value[];
  readonly when?: Condition;
}

export interface Condition {
  /** Name of a categorical parameter. */
  readonly parameter: string;
  /** Some of its choices. */
  readonly oneOf: readonly Value[];
}

export type Value = string | number | boolean;

/** The active parameters' values, and no others. */
export type Point = Readonly<Record<string, Value>>;

/** Everything that is wrong with a space, a sentence each; empty when it can be searched. */
export function spaceFaults(space: Space): readonly string[] {
  const names = Object.keys(space);
  if (names.length === 0) return ['The space has no parameters'];
  const faults = Object.entries(space).flatMap(([name, parameter]) =>
    [...valueFaults(parameter), ...conditionFaults(space, parameter.when)].map(
      (fault) => `${name}: ${fault}`,
    ),
  );
  const cyclic = names.filter((name) => isOnCycle(space, name));
  if (cyclic.length > 0) faults.push(`${cyclic.join(', ')}: the conditions form a cycle`);
  return faults;
}

function valueFaults(parameter: Parameter): readonly string[] {
  switch (parameter.kind) {
    case 'float':
      return [...boundFaults(parameter, Number.MIN_VALUE), ...stepFaults(parameter)];
    case 'int': {
      const areWhole = Number.isSafeInteger(parameter.low) && Number.isSafeInteger(parameter.high);
      return areWhole ? boundFaults(parameter, 1) : ['bounds are not whole numbers'];
    }
    case 'categorical':
      return choiceFaults(parameter.choices);
  }
}

function boundFaults(
  { low, high, scale }: FloatParameter | IntParameter,
  logLowMin: number,
): readonly string[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return ['a bound is not a finite number'];
  if (low > high) return [`low ${low} is above high ${high}`];
  if (!Number.isFinite(high - low)) return ['high − low is not a finite number'];
  return scale === 'log' && low < logLowMin ? [`low ${low} has no place on a log scale`] : [];
}

function stepFaults({ low, high, scale, step }: FloatParameter): readonly string[] {
  if (step === undefined) return [];
  if (scale === 'log') return ['a step needs the linear scale'];
  if (!(step > 0) || step === Number.POSITIVE_INFINITY) return [`step ${step} is not above 0`];
  const steps = (high - low) / step;
  return Math.abs(steps - Math.floor(steps + 0.5)) > 1e-6
    ? ['high is not low plus a whole number of steps']
    : [];
}

function choiceFaults(choices: readonly Value[]): readonly string[] {
  if (choices.length === 0) return ['there is nothing to choose from'];
  const faults = new Set(choices).size === choices.length ? [] : ['a choice stands twice'];
  const isOdd = (choice: Value): boolean => typeof choice === 'number' && !Number.isFinite(choice);
  return choices.some(isOdd) ? [...faults, 'a choice is not a finite number'] : faults;
}

function conditionFaults(space: Space, condition: Condition | undefined): readonly string[] {
  if (condition === undefined) return [];
  const parent = parameterOf(space, condition.parameter);
  if (parent === undefined) return [`depends on ${condition.parameter}, which is not in the space`];
  if (parent.kind !== 'categorical') return [`depends on ${condition.parameter}, which is not categorical`];
  if (condition.oneOf.length === 0) return ['is never active: its condition has no values'];
  return condition.oneOf
    .filter((value) => !parent.choices.includes(value))
    .map((value) => `depends on ${condition.parameter} = ${value}, which is not a choice of it`);
}

function isOnCycle(space: Space, name: string): boolean {
  let ancestor = parameterOf(space, name)?.when?.parameter;
  for (let steps = 0; ancestor !== undefined && steps < Object.keys(space).length; steps += 1) {
    if (ancestor === name) return true;
    ancestor = parameterOf(space, ancestor)?.when?.parameter;
  }
  return false;
}

/** Own members only, so that a parent named `constructor` is unknown. */
const parameterOf = (space: Space, name: string): Parameter | undefined =>
  Object.hasOwn(space, name) ? space[name] : undefined;
