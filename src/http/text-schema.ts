import { z } from '@hono/zod-openapi';

/** Text that has a UTF-8 form: a lone surrogate could not be written to a record. */
export const text = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
