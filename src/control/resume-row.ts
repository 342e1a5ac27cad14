import type { Write } from '../audit/commit.ts';
import type { Change } from './durable-control.ts';
import type { TargetState } from './view.ts';

/** Where libSQL knows another epoch the state is NULL, which the column refuses, and with it all that is written beside it. */
const sql = `
INSERT INTO control_epochs (epoch, target, trading_state, registry_epoch, changed_at_ms, changed_by, reason)
SELECT ?1, ?2,
       CASE WHEN coalesce((SELECT max(epoch) FROM control_epochs), 0) = ?1 - 1 THEN 'ACTIVE' END,
       coalesce((SELECT registry_epoch FROM control_epochs ORDER BY epoch DESC LIMIT 1), 0), ?3, ?4, ?5`;

/** The row by which a target is let go: a compare-and-set, refused where the epoch before is not the highest that libSQL knows. */
export const resumeRow = (
  { target, epoch }: Pick<TargetState, 'target' | 'epoch'>,
  { by, reason, atMs }: Change,
): Write => ({
  toSQL: () => ({ sql, params: [epoch, target, atMs, by, reason] }),
});
