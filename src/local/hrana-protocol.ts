/**
 * The messages of Hrana 2 and 3 over HTTP in JSON
 * (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md), and values between them and SQLite.
 */
import { z } from 'zod';

const value = z.discriminatedUnion('type', [
  z.object({ type: z.literal('null') }),
  z.object({ type: z.literal('integer'), value: z.string().regex(/^-?\d+$/) }),
  z.object({ type: z.literal('float'), value: z.number() }),
  z.object({ type: z.literal('text'), value: z.string() }),
  z.object({ type: z.literal('blob'), base64: z.string() }),
]);

const sqlReference = { sql: z.string().nullish(), sql_id: z.int().nullish() };

const statement = z.object({
  ...sqlReference,
  args: z.array(value).default([]),
  named_args: z.array(z.object({ name: z.string(), value })).default([]),
  want_rows: z.boolean().nullish(),
});

const condition = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ok'), step: z.int() }),
  z.object({ type: z.literal('error'), step: z.int() }),
  z.object({
    type: z.literal('not'),
    get cond() {
      return condition;
    },
  }),
  z.object({
    type: z.literal('and'),
    get conds() {
      return z.array(condition);
    },
  }),
  z.object({
    type: z.literal('or'),
    get conds() {
      return z.array(condition);
    },
  }),
  z.object({ type: z.literal('is_autocommit') }),
]);

const batch = z.object({ steps: z.array(z.object({ condition: condition.nullish(), stmt: statement })) });

const streamRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('close') }),
  z.object({ type: z.literal('execute'), stmt: statement }),
  z.object({ type: z.literal('batch'), batch }),
  z.object({ type: z.literal('sequence'), ...sqlReference }),
  z.object({ type: z.literal('describe'), ...sqlReference }),
  z.object({ type: z.literal('store_sql'), sql_id: z.int(), sql: z.string() }),
  z.object({ type: z.literal('close_sql'), sql_id: z.int() }),
  z.object({ type: z.literal('get_autocommit') }),
]);

export const pipelineBody = z.object({ baton: z.string().nullish(), requests: z.array(streamRequest) });

export type HranaValue = z.infer<typeof value>;
export type HranaStatement = z.infer<typeof statement>;
export type HranaCondition = z.infer<typeof condition>;
export type HranaBatch = z.infer<typeof batch>;
export type StreamRequest = z.infer<typeof streamRequest>;

export interface HranaError {
  readonly message: string;
  readonly code: string;
}

export type StreamResult =
  | { readonly type: 'ok'; readonly response: { readonly type: StreamRequest['type'] } & object }
  | { readonly type: 'error'; readonly error: HranaError };

/** What SQLite stores: integers as bigint, so that none loses digits, and reals as numbers. */
export type SqlValue = null | bigint | number | string | Uint8Array;

export function toSqlValue(given: HranaValue): SqlValue {
  switch (given.type) {
    case 'null':
      return null;
    case 'integer':
      return BigInt(given.value);
    case 'float':
      return given.value;
    case 'text':
      return given.value;
    case 'blob':
      return Buffer.from(given.base64, 'base64');
  }
}

export function toHranaValue(stored: SqlValue): HranaValue {
  if (stored === null) return { type: 'null' };
  if (typeof stored === 'bigint') return { type: 'integer', value: String(stored) };
  if (typeof stored === 'number') return { type: 'float', value: stored };
  if (typeof stored === 'string') return { type: 'text', value: stored };
  return { type: 'blob', base64: Buffer.from(stored).toString('base64').replaceAll('=', '') };
}
