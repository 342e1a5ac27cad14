import {
  isReference,
  nameOf,
  type OpenApiDocument,
  resolve,
  type Schema,
  type SchemaOrReference,
} from './openapi-view.ts';

/** One row of a schema's table. */
export interface Field {
  /** Where it is: `bars[].` of `bars[].t`. */
  readonly prefix: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** In words: `1 to 32 characters`. */
  readonly constraints: readonly string[];
  readonly values: readonly string[];
}

/** Deeper than any body of the contract; a schema that refers to itself ends here. */
const depthMax = 6;

/** The properties of an object schema and of the objects inside it, parents first. */
export function fieldsOf(document: OpenApiDocument, schema: Schema, prefix = '', depth = 0): Field[] {
  if (depth > depthMax) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, reference]) => {
    const property = resolve(document, reference);
    const field = {
      prefix,
      name,
      type: typeOf(document, reference),
      required: schema.required?.includes(name) ?? false,
      description: property.description ?? '',
      constraints: constraintsOf(property),
      values: valuesOf(property),
    };
    const { inner, path } = innerOf(document, property, `${prefix}${name}`);
    return [field, ...fieldsOf(document, inner, path, depth + 1)];
  });
}

function innerOf(document: OpenApiDocument, property: Schema, path: string) {
  return property.items
    ? { inner: resolve(document, property.items), path: `${path}[].` }
    : { inner: property, path: `${path}.` };
}

/** A schema's type in words: `array of Bar`, `number or null`, `map of number`. */
export function typeOf(document: OpenApiDocument, reference: SchemaOrReference): string {
  const schema = resolve(document, reference);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (isReference(reference)) return nameOf(reference.$ref);
  if (alternatives) return alternatives.map((alternative) => typeOf(document, alternative)).join(' or ');
  if (schema.items) return `array of ${typeOf(document, schema.items)}`;
  if (typeof schema.additionalProperties === 'object' && !schema.properties) {
    return `map of ${typeOf(document, schema.additionalProperties)}`;
  }
  return [schema.type ?? 'any value'].flat().join(' or ');
}

export function constraintsOf(schema: Schema): readonly string[] {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum } =
    schema;
  return [
    range(minLength, maxLength, 'characters'),
    range(minItems, maxItems, 'items'),
    range(minimum, maximum, ''),
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    ...(schema.anyOf ?? []).flatMap((alternative) =>
      isReference(alternative)
        ? []
        : constraintsOf(alternative).map((constraint) => `as a ${alternative.type}: ${constraint}`),
    ),
  ].filter((constraint) => constraint !== '');
}

function range(min: number | undefined, max: number | undefined, unit: string): string {
  if (min === undefined && max === undefined) return '';
  if (min === undefined) return `at most ${max} ${unit}`.trim();
  if (max === undefined) return `at least ${min} ${unit}`.trim();
  return `${min} to ${max} ${unit}`.trim();
}

const valuesOf = (schema: Schema): readonly string[] =>
  (schema.enum ?? []).map((value) => JSON.stringify(value));
