import type { z } from 'zod';

type Check = (value: unknown) => boolean;

/**
 * A schema as one function, which tells at a tenth of the schema library's cost that a value fits. A yes is certain: the
 * schema takes the value, and as it is. A no is not: then the schema is asked, which also knows what does not fit.
 *
 * Knows strict objects, records, arrays, unions, enums, optional members, strings with bounds of length and
 * refinements, numbers and booleans. Throws on anything else, so that no part of a schema is passed over.
 */
export function compileCheck<Schema extends z.core.$ZodType>(
  schema: Schema,
): (value: unknown) => value is z.infer<Schema> {
  return checkOf(schema) as (value: unknown) => value is z.infer<Schema>;
}

/** A schema's definition, as zod's classes of all kinds share it. */
interface Definition {
  readonly type: string;
  readonly checks?: readonly z.core.$ZodCheck[];
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly element?: z.core.$ZodType;
  readonly keyType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly catchall?: z.core.$ZodType;
}

function checkOf(schema: z.core.$ZodType): Check {
  const definition = schema._zod.def as Definition;
  const { type, checks = [] } = definition;
  if (type !== 'string' && checks.length > 0) throw new TypeError(`refinements of ${type} are not compiled`);
  switch (type) {
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number':
      return Number.isFinite;
    case 'string':
      return stringCheck(checks);
    case 'enum':
      return enumCheck(Object.values(given(definition.entries)));
    case 'optional':
      return optionalCheck(checkOf(given(definition.innerType)));
    case 'union':
      return unionCheck(given(definition.options).map(checkOf));
    case 'array':
      return arrayCheck(checkOf(given(definition.element)));
    case 'record':
      return recordCheck(checkOf(given(definition.keyType)), checkOf(given(definition.valueType)));
    case 'object':
      return objectCheck(definition);
    default:
      throw new TypeError(`schemas of type ${type} are not compiled`);
  }
}

function given<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError('the schema lacks what its type has');
  return part;
}

function stringCheck(checks: readonly z.core.$ZodCheck[]): Check {
  let lengthMin = 0;
  let lengthMax = Number.POSITIVE_INFINITY;
  const refinements: ((text: string) => unknown)[] = [];
  for (const check of checks) {
    const { def } = check._zod as unknown as {
      def: { check: string; minimum?: number; maximum?: number; fn?: (text: string) => unknown };
    };
    if (def.check === 'min_length') lengthMin = Math.max(lengthMin, given(def.minimum));
    else if (def.check === 'max_length') lengthMax = Math.min(lengthMax, given(def.maximum));
    else if (def.check === 'custom') refinements.push(given(def.fn));
    else throw new TypeError(`strings with ${def.check} are not compiled`);
  }
  return (value) =>
    typeof value === 'string' &&
    value.length >= lengthMin &&
    value.length <= lengthMax &&
    refinements.every((refinement) => Boolean(refinement(value)));
}

function enumCheck(names: readonly unknown[]): Check {
  const known = new Set(names);
  return (value) => known.has(value);
}

const optionalCheck =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const unionCheck =
  (checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

const arrayCheck =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** The schema drops a `__proto__` without a word, so with one the value is not taken as it is. */
const recordCheck =
  (checkName: Check, check: Check): Check =>
  (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) {
      if (name === '__proto__' || !checkName(name) || !check(value[name])) return false;
    }
    return true;
  };

function objectCheck({ shape, catchall }: Definition): Check {
  if (catchall?._zod.def.type !== 'never')
    throw new TypeError('objects that are not strict are not compiled');
  const checks = new Map(Object.entries(given(shape)).map(([name, member]) => [name, checkOf(member)]));
  const required = Object.entries(given(shape)).flatMap(([name, member]) =>
    member._zod.def.type === 'optional' ? [] : [name],
  );
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) {
      const check = checks.get(name);
      if (!check?.(value[name])) return false;
    }
    return required.every((name) => Object.hasOwn(value, name));
  };
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
