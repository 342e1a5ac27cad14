import type { z } from 'zod';
import type { NumberShape, Shape, TextShape } from './shape.ts';

/**
 * A zod schema's shape. Knows strict objects, records, arrays, tuples, unions, enums, literals, what is nullable, optional
 * members, numbers and texts with bounds and patterns, booleans, and the refinement of `http/text-schema.ts`. Throws on
 * anything else, so that no part of a schema is passed over.
 */
export function shapeOf(schema: z.core.$ZodType): Shape {
  const definition = schema._zod.def as Definition;
  const { type, checks = [] } = definition;
  if (!refinable.has(type) && checks.length > 0) throw new TypeError(`refinements of ${type} have no shape`);
  if (definition.format !== undefined) throw new TypeError(`${definition.format} has no shape`);
  switch (type) {
    case 'unknown':
      return { kind: 'anything' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'number':
      return numberShape(checks.map(definitionOf));
    case 'string':
      return textShape(checks.map(definitionOf));
    case 'enum':
      return { kind: 'one-of', values: Object.values(given(definition.entries)) };
    case 'literal':
      return { kind: 'one-of', values: given(definition.values) };
    case 'nullable':
      return { kind: 'nullable', of: shapeOf(given(definition.innerType)) };
    case 'union':
      return { kind: 'union', of: given(definition.options).map(shapeOf) };
    case 'array':
      return { kind: 'list', of: shapeOf(given(definition.element)), ...lengthsOf(checks.map(definitionOf)) };
    case 'tuple':
      return tupleShape(definition);
    case 'record':
      return {
        kind: 'record',
        name: shapeOf(given(definition.keyType)),
        value: shapeOf(given(definition.valueType)),
      };
    case 'object':
      return objectShape(definition);
    default:
      throw new TypeError(`schemas of type ${type} have no shape`);
  }
}

const refinable = new Set(['number', 'string', 'array']);

/** A schema's definition, as zod's classes of all kinds share it. */
interface Definition {
  readonly type: string;
  /** Of `z.email()` and its like. */
  readonly format?: string;
  readonly checks?: readonly z.core.$ZodCheck[];
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly element?: z.core.$ZodType;
  readonly items?: readonly z.core.$ZodType[];
  readonly rest?: z.core.$ZodType | null;
  readonly keyType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly values?: readonly (string | number)[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly catchall?: z.core.$ZodType;
}

interface CheckDefinition {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly format?: string;
  readonly pattern?: RegExp;
  /** Of a refinement: what it says of a lone surrogate, or it has no shape. */
  readonly params?: { readonly wellFormed?: string };
}

const definitionOf = (check: z.core.$ZodCheck): CheckDefinition =>
  check._zod.def as unknown as CheckDefinition;

function given<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError('the schema lacks what its type has');
  return part;
}

function numberShape(checks: readonly CheckDefinition[]): NumberShape {
  let shape: NumberShape = { kind: 'number', isInteger: false, atLeast: null, above: null, atMost: null };
  for (const { check, value, inclusive, format } of checks) {
    if (check === 'number_format' && format === 'safeint') shape = { ...shape, isInteger: true };
    else if (check === 'greater_than' && inclusive)
      shape = { ...shape, atLeast: Math.max(shape.atLeast ?? Number.NEGATIVE_INFINITY, given(value)) };
    else if (check === 'greater_than')
      shape = { ...shape, above: Math.max(shape.above ?? Number.NEGATIVE_INFINITY, given(value)) };
    else if (check === 'less_than' && inclusive)
      shape = { ...shape, atMost: Math.min(shape.atMost ?? Number.POSITIVE_INFINITY, given(value)) };
    else throw new TypeError(`numbers with ${check} have no shape`);
  }
  return shape;
}

function textShape(checks: readonly CheckDefinition[]): TextShape {
  let pattern: string | null = null;
  let wellFormed: string | null = null;
  const lengths: CheckDefinition[] = [];
  for (const definition of checks) {
    const { check, format, params } = definition;
    if (check === 'string_format' && format === 'regex' && pattern === null) pattern = sourceOf(definition);
    else if (check === 'custom' && params?.wellFormed !== undefined) wellFormed = params.wellFormed;
    else lengths.push(definition);
  }
  return { kind: 'text', ...lengthsOf(lengths), pattern, wellFormed };
}

function sourceOf({ pattern }: CheckDefinition): string {
  if (given(pattern).flags !== '') throw new TypeError('patterns with flags have no shape');
  return given(pattern).source;
}

function lengthsOf(checks: readonly CheckDefinition[]): { lengthMin: number; lengthMax: number | null } {
  let lengthMin = 0;
  let lengthMax: number | null = null;
  for (const { check, minimum, maximum } of checks) {
    if (check === 'min_length') lengthMin = Math.max(lengthMin, given(minimum));
    else if (check === 'max_length')
      lengthMax = Math.min(lengthMax ?? Number.POSITIVE_INFINITY, given(maximum));
    else throw new TypeError(`values with ${check} have no shape`);
  }
  return { lengthMin, lengthMax };
}

function tupleShape({ items, rest }: Definition): Shape {
  if (rest) throw new TypeError('tuples without an end have no shape');
  return { kind: 'tuple', of: given(items).map(shapeOf) };
}

function objectShape({ shape, catchall }: Definition): Shape {
  if (catchall?._zod.def.type !== 'never') throw new TypeError('objects that are not strict have no shape');
  const entries = Object.entries(given(shape));
  const isOptional = (member: z.core.$ZodType) => member._zod.def.type === 'optional';
  return {
    kind: 'object',
    members: Object.fromEntries(entries.map(([name, member]) => [name, memberShape(member)])),
    optional: entries.filter(([, member]) => isOptional(member)).map(([name]) => name),
  };
}

function memberShape(member: z.core.$ZodType): Shape {
  const definition = member._zod.def as Definition;
  return shapeOf(definition.type === 'optional' ? given(definition.innerType) : member);
}
