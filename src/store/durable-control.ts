import { desc, sql } from 'drizzle-orm';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from './database.ts';
import { controlEpochs, modelAliases } from './schema.ts';

/** The control state that survives every cache: the row of the highest epoch. */
export type DurableControl = Pick<
  typeof controlEpochs.$inferSelect,
  'epoch' | 'tradingState' | 'registryEpoch'
>;

/** The registry's own epoch goes with it, so that whoever reads one learns of the other within the same round trip. */
const columns = {
  epoch: controlEpochs.epoch,
  tradingState: controlEpochs.tradingState,
  registryEpoch: sql<number>`max(${controlEpochs.registryEpoch}, coalesce((SELECT max(registry_epoch) FROM ${modelAliases}), 0))`,
};

/** A fresh deployment has no row: it is HALTED until somebody resumes it. */
const fresh: DurableControl = { epoch: 0, tradingState: 'HALTED', registryEpoch: 0 };

export async function loadDurableControl(database: Database): Promise<Result<DurableControl, string>> {
  try {
    const [row] = await database.orm
      .select(columns)
      .from(controlEpochs)
      .orderBy(desc(controlEpochs.epoch))
      .limit(1);
    return ok(row ?? fresh);
  } catch (failure) {
    return err(messageOf(failure));
  }
}
