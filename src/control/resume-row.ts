import type { Write } from '../audit/commit.ts';
import { globalName } from '../risk/target.ts';
import type { Change } from './durable-control.ts';

/** Where libSQL knows another epoch the state is NULL, which the column refuses, and with it all that is written beside it. */
const sql = `
INSERT INTO control_epochs (epoch, target, trading_state, registry_epoch, changed_at_ms, changed_by, reason)
SELECT ?1 + 1, '${globalName}',
       CASE WHEN coalesce((SELECT max(epoch) FROM control_epochs), 0) = ?1 THEN 'ACTIVE' END,
       coalesce((SELECT registry_epoch FROM control_epochs ORDER BY epoch DESC LIMIT 1), 0), ?2, ?3, ?4`;

/** The row that ends `epoch`: a compare-and-set, refused where `epoch` is not the highest that libSQL knows. */
export const resumeRow = (epoch: number, { by, reason, atMs }: Change): Write => ({
  toSQL: () => ({ sql, params: [epoch, atMs, by, reason] }),
});
