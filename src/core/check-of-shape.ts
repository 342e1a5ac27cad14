import type { ListShape, NumberShape, Shape, TextShape } from './shape.ts';

type Check = (value: unknown) => boolean;

/** A shape as one function, which tells whether a value has it at a tenth of a schema library's cost. */
export function checkOfShape<T>(shape: Shape): (value: unknown) => value is T {
  return checkOf(shape) as (value: unknown) => value is T;
}

function checkOf(shape: Shape): Check {
  switch (shape.kind) {
    case 'anything':
      return () => true;
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number':
      return numberCheck(shape);
    case 'text':
      return textCheck(shape);
    case 'one-of':
      return oneOfCheck(shape.values);
    case 'nullable':
      return nullableCheck(checkOf(shape.of));
    case 'union':
      return unionCheck(shape.of.map(checkOf));
    case 'list':
      return listCheck(shape);
    case 'tuple':
      return tupleCheck(shape.of.map(checkOf));
    case 'record':
      return recordCheck(checkOf(shape.name), checkOf(shape.value));
    case 'object':
      return objectCheck(shape);
  }
}

function numberCheck({ isInteger, atLeast, above, atMost }: NumberShape): Check {
  const isNumber: Check = isInteger ? Number.isSafeInteger : Number.isFinite;
  if (atLeast === null && above === null && atMost === null) return isNumber;
  const least = atLeast ?? Number.NEGATIVE_INFINITY;
  const below = above ?? Number.NEGATIVE_INFINITY;
  const most = atMost ?? Number.POSITIVE_INFINITY;
  return (value) =>
    isNumber(value) && (value as number) >= least && (value as number) > below && (value as number) <= most;
}

function textCheck({ lengthMin, lengthMax, pattern, wellFormed }: TextShape): Check {
  const most = lengthMax ?? Number.POSITIVE_INFINITY;
  const refinements: ((text: string) => boolean)[] = [];
  if (pattern !== null) {
    const expression = new RegExp(pattern);
    refinements.push((text) => expression.test(text));
  }
  if (wellFormed !== null) refinements.push((text) => text.isWellFormed());
  return (value) =>
    typeof value === 'string' &&
    value.length >= lengthMin &&
    value.length <= most &&
    refinements.every((refinement) => refinement(value));
}

function oneOfCheck(values: readonly unknown[]): Check {
  const known = new Set(values);
  return (value) => known.has(value);
}

const nullableCheck =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const unionCheck =
  (checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

function listCheck({ of, lengthMin, lengthMax }: ListShape): Check {
  const check = checkOf(of);
  const most = lengthMax ?? Number.POSITIVE_INFINITY;
  return (value) =>
    Array.isArray(value) && value.length >= lengthMin && value.length <= most && value.every(check);
}

const tupleCheck =
  (checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length === checks.length &&
    checks.every((check, index) => check(value[index]));

/** `__proto__` is no name: whoever copied the record into another object would change what that is. */
const recordCheck =
  (checkName: Check, check: Check): Check =>
  (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) {
      if (name === '__proto__' || !checkName(name) || !check(value[name])) return false;
    }
    return true;
  };

function objectCheck({ members, optional }: Extract<Shape, { kind: 'object' }>): Check {
  const omissible = new Set(optional);
  const checks = new Map(
    Object.entries(members).map(([name, member]) => {
      const check = checkOf(member);
      return [name, omissible.has(name) ? optionalCheck(check) : check];
    }),
  );
  const required = Object.keys(members).filter((name) => !omissible.has(name));
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) {
      const check = checks.get(name);
      if (!check?.(value[name])) return false;
    }
    return required.every((name) => Object.hasOwn(value, name));
  };
}

const optionalCheck =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
