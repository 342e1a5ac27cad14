import type { z } from '@hono/zod-openapi';
import type { Result } from '../core/result.ts';
import { type BodyLimits, parseJson, readBody } from './body.ts';
import type { Problem } from './problem.ts';
import { readShape } from './read-shape.ts';

/** A JSON body of a schema, or every fault of it with its path. */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
  limits: BodyLimits,
): Promise<Result<T, Problem>> {
  const text = await readBody(request, limits);
  if (!text.ok) return text;
  const body = parseJson(text.value);
  if (!body.ok) return body;
  return readShape(schema, body.value);
}
