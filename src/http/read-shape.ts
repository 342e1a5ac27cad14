import type { z } from 'zod';
import { err, ok, type Result } from '../core/result.ts';
import type { Shape } from '../core/shape.ts';
import { type ShapeFault, shapeFaults } from '../core/shape-faults.ts';
import type { Fault, Problem } from './problem.ts';

/** Faults told of one request, at most. */
const faultsMax = 20;

/** A body by its schema; what does not fit is told with the path of each fault. */
export function readShape<T>(schema: z.ZodType<T>, body: unknown): Result<T, Problem> {
  const parsed = schema.safeParse(body);
  return parsed.success ? ok(parsed.data) : invalid(parsed.error.issues.flatMap(faultsOf));
}

/** A body that is not of the shape, by what its check said; told as {@link readShape} tells it. */
export const unfit = (shape: Shape, body: unknown): Result<never, Problem> =>
  invalid(shapeFaults(shape, body).map(faultOf));

export const invalid = (faults: readonly Fault[]): Result<never, Problem> =>
  err({ code: 'INVALID_REQUEST', faults: faults.slice(0, faultsMax) });

/** zod tells unknown fields of one object together, at the object's path; each gets a fault of its own. */
function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  if (issue.code !== 'unrecognized_keys') return [faultOf(issue)];
  return issue.keys.map((key) => faultOf({ ...issue, path: [...issue.path, key] }));
}

function faultOf({ path, code, message }: Misfit): Fault {
  return code === 'unrecognized_keys'
    ? unknownField(pathOf(path))
    : { path: pathOf(path), code: code.toUpperCase(), message };
}

/** What zod and a shape say alike of one thing that does not fit; of an unknown field `path` is its own. */
type Misfit = Pick<z.core.$ZodIssue | ShapeFault, 'path' | 'code' | 'message'>;

export const unknownField = (path: string): Fault => ({
  path,
  code: 'UNKNOWN_FIELD',
  message: 'is not a field of the request',
});

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
