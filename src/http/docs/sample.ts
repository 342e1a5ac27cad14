import {
  type OpenApiDocument,
  type Operation,
  requestSchemaOf,
  resolve,
  type Schema,
  type SchemaOrReference,
} from './openapi-view.ts';

/** A value that fits the schema: its own example where it has one, else one made from its required parts. */
export function sampleOf(document: OpenApiDocument, schema: Schema): unknown {
  const inner = (reference: SchemaOrReference) => sampleOf(document, resolve(document, reference));
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (alternative) return inner(alternative);
  if (schema.items) return [inner(schema.items)];
  if (schema.properties) {
    const required = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(required.map(([name, property]) => [name, inner(property)]));
  }
  return plainSample([schema.type ?? 'object'].flat()[0] ?? 'null', schema);
}

function plainSample(type: string, schema: Schema): unknown {
  if (type === 'string') return 'string';
  if (type === 'number' || type === 'integer') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  return type === 'null' ? null : {};
}

/** JSON as people write it: what fits on a line stays on one. */
export function readableJson(value: unknown, indent = '', widthMax = 68): string {
  const line = JSON.stringify(value, null, 1)?.replaceAll(/\n\s*/g, ' ') ?? 'null';
  if (typeof value !== 'object' || value === null || indent.length + line.length <= widthMax) return line;
  const deeper = `${indent}  `;
  const isArray = Array.isArray(value);
  const parts = isArray
    ? value.map((item) => `${deeper}${readableJson(item, deeper, widthMax)}`)
    : Object.entries(value).map(
        ([name, item]) => `${deeper}${JSON.stringify(name)}: ${readableJson(item, deeper, widthMax)}`,
      );
  return `${isArray ? '[' : '{'}\n${parts.join(',\n')}\n${indent}${isArray ? ']' : '}'}`;
}

/** The call of an operation as a command to paste, with the service's address and key as shell variables. */
export function curlOf(
  document: OpenApiDocument,
  route: { readonly method: string; readonly path: string; readonly operation: Operation },
): string {
  const schema = requestSchemaOf(document, route.operation);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const method = route.method === 'GET' ? '' : ` --request ${route.method}`;
  return [
    `curl${method} "$BASE_URL${path}"`,
    ...(route.operation.security ? [`  --header "authorization: $KEY"`] : []),
    ...(schema ? [`  --header 'content-type: application/json'`] : []),
    ...(schema ? [`  --data '${quoted(readableJson(sampleOf(document, schema)))}'`] : []),
  ].join(' \\\n');
}

/** Text for inside single quotes of a POSIX shell. */
const quoted = (text: string): string => text.replaceAll("'", `'\\''`);
