import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { LogRow, LogSource } from '../../audit/log-rows.ts';
import type { Seal } from '../../audit/seal.ts';
import { parseJson } from '../../core/parse-json.ts';

const sealSchema: z.ZodType<Seal> = z.object({
  seq: z.number(),
  atMs: z.number(),
  statement: z.string(),
  signature: z.string(),
  publicKeyId: z.string(),
  leaves: z.string(),
});

const rowSchema: z.ZodType<LogRow> = z.object({
  table: z.enum(['decisions', 'entries']),
  ordinal: z.number(),
  id: z.string(),
  writer: z.string(),
  seq: z.number(),
  chainSeq: z.number(),
  prev: z.string(),
  record: z.string(),
  items: z.string().nullable(),
  recordHash: z.string(),
  receipt: z.string(),
  columns: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});

/** What `npm run audit -- export` wrote. Read anew for each table, so that a file may be larger than memory. */
export function createExportedLog(path: string): LogSource {
  return {
    async *seals(afterSeq) {
      for await (const seal of linesOf(path, 'seals', sealSchema)) if (seal.seq > afterSeq) yield seal;
    },
    async *rows(table, afterOrdinal) {
      for await (const row of linesOf(path, table, rowSchema)) if (row.ordinal > afterOrdinal) yield row;
    },
    async *retentions() {
      for await (const row of linesOf(path, 'entries', rowSchema))
        if (row.columns['verb'] === 'retain') yield row;
    },
  };
}

async function* linesOf<T>(path: string, table: string, schema: z.ZodType<T>): AsyncIterable<T> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number += 1;
    const value = parseJson(line);
    const isOfTable = typeof value === 'object' && value !== null && 'table' in value;
    if (!isOfTable) throw new Error(`${path} line ${number} is no row of a log`);
    if (value.table !== table) continue;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new Error(`${path} line ${number} is no row of ${table}`);
    yield parsed.data;
  }
}
