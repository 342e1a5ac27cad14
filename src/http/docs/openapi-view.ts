import type { openApiDocument } from '../openapi.ts';

export type OpenApiDocument = ReturnType<typeof openApiDocument>;
type Components = NonNullable<OpenApiDocument['components']>;
type PathItem = NonNullable<OpenApiDocument['paths']>[string];
export type SchemaOrReference = NonNullable<Components['schemas']>[string];

export type Operation = NonNullable<PathItem['get']>;
export type Schema = Exclude<SchemaOrReference, { $ref: string }>;

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Fragment on the page: `post-v1-decisions`. */
  readonly anchor: string;
  readonly operation: Operation;
}

export interface Parameter {
  readonly name: string;
  /** `header`, `path` or `query`. */
  readonly place: string;
  readonly required: boolean;
  readonly schema: Schema;
}

const methods = ['get', 'post', 'put', 'delete'] as const;

/** Every operation of the document, in its order. */
export function routesOf(document: OpenApiDocument): readonly Route[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      const anchor = `${method}-${path.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '')}`;
      return operation ? [{ method: method.toUpperCase(), path, anchor, operation }] : [];
    }),
  );
}

/** What a key must be allowed to; undefined where the route needs no key. */
export const scopesOf = (operation: Operation): readonly string[] | undefined =>
  operation.security && [
    ...new Set(operation.security.flatMap((requirement) => Object.values(requirement).flat())),
  ];

export function parametersOf(document: OpenApiDocument, operation: Operation): readonly Parameter[] {
  return (operation.parameters ?? []).flatMap((parameter) =>
    'in' in parameter
      ? [
          {
            name: parameter.name,
            place: parameter.in,
            required: parameter.required ?? false,
            schema: resolve(document, parameter.schema ?? {}),
          },
        ]
      : [],
  );
}

export function requestSchemaOf(document: OpenApiDocument, operation: Operation): Schema | undefined {
  const body = operation.requestBody;
  const schema = body && 'content' in body ? body.content['application/json']?.schema : undefined;
  return schema && resolve(document, schema);
}

interface Answer {
  readonly status: string;
  readonly description: string;
  /** Undefined for answers without JSON. Problems are described once, not on each route. */
  readonly schema: Schema | undefined;
}

export function answersOf(document: OpenApiDocument, operation: Operation): readonly Answer[] {
  return Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const schema = response.content?.['application/json']?.schema;
    return { status, description: response.description, schema: schema && resolve(document, schema) };
  });
}

/** Follows references into the document's components. A reference to nothing is a fault of the document. */
export function resolve(document: OpenApiDocument, schema: SchemaOrReference): Schema {
  if (!isReference(schema)) return schema;
  const target = document.components?.schemas?.[nameOf(schema.$ref)];
  if (!target) throw new Error(`${schema.$ref} is not in the document`);
  return resolve(document, target);
}

export const isReference = (
  schema: SchemaOrReference,
): schema is Extract<SchemaOrReference, { $ref: string }> => schema.$ref !== undefined;

/** `Bar` of `#/components/schemas/Bar`. */
export const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
