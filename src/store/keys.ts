import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from './database.ts';
import { apiKeys } from './schema.ts';

export const scopes = ['decide', 'trade', 'operate', 'approve', 'observe'] as const;
export type Scope = (typeof scopes)[number];

const scopesColumn = z.array(z.enum(scopes));
/** A limit that admits nothing, or one past what a bucket can count, is a fault of the row. */
const limitColumns = z.object({
  ratePerSecond: z.number().int().min(1).max(1_000_000),
  burst: z.number().int().min(1).max(1_000_000_000),
});

/** A key's row, its scopes parsed. */
export type KeyRow = Omit<typeof apiKeys.$inferSelect, 'scopes' | 'createdAtMs'> & {
  readonly scopes: readonly Scope[];
};

/** Reads one key; undefined when there is none. A row that cannot be read is a failure, not an absence. */
export async function loadKey(database: Database, id: string): Promise<Result<KeyRow | undefined, string>> {
  try {
    const [row] = await database.orm.select().from(apiKeys).where(eq(apiKeys.id, id)).limit(1);
    if (!row) return ok(undefined);
    const { createdAtMs: _, ...columns } = row;
    return ok({ ...columns, ...limitColumns.parse(row), scopes: scopesColumn.parse(JSON.parse(row.scopes)) });
  } catch (failure) {
    return err(messageOf(failure));
  }
}
