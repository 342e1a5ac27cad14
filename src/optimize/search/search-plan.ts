import type { SeededRandom } from '../../core/seeded-random.ts';
import { type Domain, domainOf, isValueOf, unitOfValue, valueOfUnit } from './domain.ts';
import type { Condition, Point, Space, Value } from './space.ts';

/** A faultless space, laid out for samplers. */
export interface SearchPlan {
  /** Whoever decides about a parameter's being active stands before it. */
  readonly parameters: readonly PlannedParameter[];
  /**
   * Parameters that are active in the same points, since their conditions are the same. Parents' groups first.
   * What Optuna's group decomposition finds from trials is read off the conditions here.
   */
  readonly groups: readonly (readonly PlannedParameter[])[];
}

export interface PlannedParameter {
  readonly name: string;
  /** Its place in {@link SearchPlan.parameters}. */
  readonly index: number;
  readonly domain: Domain;
  readonly when: Condition | undefined;
}

/** `space`: one without faults. */
export function planSearch(space: Space): SearchPlan {
  const names = Object.keys(space).toSorted((a, b) => depthOf(space, a) - depthOf(space, b));
  const parameters = names.map((name, index): PlannedParameter => {
    const parameter = parameterOf(space, name);
    return { name, index, domain: domainOf(parameter), when: parameter.when };
  });
  return { parameters, groups: groupsOf(parameters) };
}

/** How many conditions stand above a parameter. */
function depthOf(space: Space, name: string): number {
  const parent = parameterOf(space, name).when?.parameter;
  return parent === undefined ? 0 : 1 + depthOf(space, parent);
}

function parameterOf(space: Space, name: string): Space[string] {
  const parameter = space[name];
  if (parameter === undefined) throw new RangeError(`The space has no parameter ${name}`);
  return parameter;
}

function groupsOf(parameters: readonly PlannedParameter[]): PlannedParameter[][] {
  const groups = new Map<string, PlannedParameter[]>();
  for (const parameter of parameters) {
    const key = conditionKey(parameter.when);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [parameter]);
    else group.push(parameter);
  }
  return [...groups.values()];
}

/** Equal for conditions that name the same values, in whatever order. */
function conditionKey(when: Condition | undefined): string {
  if (when === undefined) return '';
  const values = [...new Set(when.oneOf)].map((value) => JSON.stringify(value)).toSorted();
  return JSON.stringify([when.parameter, values]);
}

/** Whether a parameter belongs into a point of which its ancestors' values are known. */
export function isActive({ when }: PlannedParameter, point: Point): boolean {
  if (when === undefined) return true;
  const value = point[when.parameter];
  return value !== undefined && when.oneOf.includes(value);
}

/** The point that takes, for each active parameter, the value of its unit in `units`, by index. */
export function pointOfUnits(plan: SearchPlan, units: ArrayLike<number>): Point {
  const point: Record<string, Value> = {};
  for (const parameter of plan.parameters) {
    if (isActive(parameter, point)) {
      point[parameter.name] = valueOfUnit(parameter.domain, units[parameter.index] as number);
    }
  }
  return point;
}

/** Units of a point's values by parameter; `inactive` where there is none. */
export function unitsOfPoint(plan: SearchPlan, point: Point, inactive: number): Float64Array {
  return Float64Array.from(plan.parameters, ({ name, domain }) => {
    const value = point[name];
    return value === undefined ? inactive : unitOfValue(domain, value);
  });
}

/** Uniform on every scale; each parameter takes one number, active or not. */
export function randomPoint(plan: SearchPlan, random: SeededRandom): Point {
  return pointOfUnits(
    plan,
    plan.parameters.map(() => random.uniform()),
  );
}

/** Everything that keeps a record from being a point of the space. */
export function pointFaults(plan: SearchPlan, point: Point): readonly string[] {
  const faults = Object.keys(point)
    .filter((name) => !plan.parameters.some((parameter) => parameter.name === name))
    .map((name) => `${name} is not in the space`);
  for (const parameter of plan.parameters) {
    const value = Object.hasOwn(point, parameter.name) ? point[parameter.name] : undefined;
    const isWanted = isActive(parameter, point);
    if (isWanted && value === undefined) faults.push(`${parameter.name} is missing`);
    if (!isWanted && value !== undefined) faults.push(`${parameter.name} is not active here`);
    if (value !== undefined && !isValueOf(parameter.domain, value)) {
      faults.push(`${parameter.name} = ${value} is out of its range`);
    }
  }
  return faults;
}
