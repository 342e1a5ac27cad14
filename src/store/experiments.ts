import { and, eq, sql } from 'drizzle-orm';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from './database.ts';
import { experiments } from './schema.ts';

export type ExperimentRow = typeof experiments.$inferSelect;

/** The row of the highest epoch of each experiment, by name; of one alone where it is named. */
export async function loadExperimentRows(
  { orm }: Database,
  name?: string,
): Promise<Result<readonly ExperimentRow[], string>> {
  const isLast = sql`${experiments.epoch} = (SELECT max(later.epoch) FROM experiments later WHERE later.name = ${experiments.name})`;
  try {
    const rows = await orm
      .select()
      .from(experiments)
      .where(name === undefined ? isLast : and(eq(experiments.name, name), isLast))
      .orderBy(experiments.name);
    return ok(rows);
  } catch (failure) {
    return err(messageOf(failure));
  }
}
