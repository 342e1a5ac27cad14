import { z } from '@hono/zod-openapi';

/** Text that has a UTF-8 form: a lone surrogate could not be written to a record. */
export const text = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((value) => value.isWellFormed(), { error: wellFormed, params: { wellFormed } });

/** By `params` core/shape-of.ts knows the refinement, whose function it cannot read. */
const wellFormed = 'must be well-formed Unicode';
