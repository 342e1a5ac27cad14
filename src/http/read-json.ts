import type { z } from '@hono/zod-openapi';
import { err, ok, type Result } from '../core/result.ts';
import { type BodyLimits, parseJson, readBody } from './body.ts';
import type { Problem } from './problem.ts';

/** A JSON body of a schema, or every fault of it with its path. */
export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  limits: BodyLimits,
): Promise<Result<z.infer<Schema>, Problem>> {
  const text = await readBody(request, limits);
  if (!text.ok) return text;
  const body = parseJson(text.value);
  if (!body.ok) return body;
  const parsed = schema.safeParse(body.value);
  if (parsed.success) return ok(parsed.data);
  const faults = parsed.error.issues.map(({ path, code, message }) => ({
    path: path.join('.'),
    code: code.toUpperCase(),
    message,
  }));
  return err({ code: 'INVALID_REQUEST', faults });
}
