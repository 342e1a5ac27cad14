import { z } from '@hono/zod-openapi';

/** `GET /v1/audit` */
export const auditPageSchema = z
  .object({
    entries: z.array(
      z.object({
        ordinal: z.number().int().openapi({ description: 'Its order of writing.' }),
        recordHash: z.string(),
        receipt: z.string(),
        record: z
          .record(z.string(), z.unknown())
          .openapi({ description: 'The entry, as it was hashed in canonical JSON.' }),
      }),
    ),
    next: z.number().int().nullable().openapi({ description: '`after` of the next page; null for none.' }),
  })
  .openapi('AuditPage');

const table = z.enum(['decisions', 'entries', 'seals']);

/** `GET /v1/audit/verify` */
export const verificationSchema = z
  .object({
    intact: z.boolean().openapi({ description: 'Nothing was found in this part.' }),
    findings: z.array(
      z.object({
        kind: z.enum(['edited', 'missing', 'inserted', 'broken-chain', 'bad-seal', 'behind-anchor']),
        table,
        ordinal: z.number().int().openapi({ description: 'Of a row its ordinal, of a seal its number.' }),
        id: z.string().nullable(),
        detail: z.string(),
      }),
    ),
    findingCount: z.number().int(),
    sealedUpTo: z.object({
      seq: z.number().int(),
      hash: z.string(),
      decisionsTo: z.number().int(),
      entriesTo: z.number().int(),
    }),
    sealedAt: z.string().nullable(),
    unsealed: z.object({ decisions: z.number().int(), entries: z.number().int() }),
    retainedTo: z.number().int().openapi({
      description: 'Decisions up to this ordinal were removed under a signed retention; 0 for none.',
    }),
    holes: z
      .array(z.object({ writer: z.string(), fromChainSeq: z.number().int(), toChainSeq: z.number().int() }))
      .openapi({
        description: 'Links that were given and never written: lost with their process, or refused.',
      }),
    next: z
      .number()
      .int()
      .nullable()
      .openapi({ description: '`afterSeal` of the next part; null for none.' }),
  })
  .openapi('Verification');
