import { ok, type Result } from '../../core/result.ts';
import { globalName, type Target, targetOf } from '../../risk/target.ts';
import type { Problem } from '../problem.ts';
import { invalid } from '../read-shape.ts';

const idCharsMax = 128;

/**
 * What a verb is to be performed on; the whole where nothing is said. A venue is none yet: no order goes to one, so its
 * halt would hold nothing back.
 */
export function readTarget(name: string | undefined): Result<Target, Problem> {
  const target = targetOf(name ?? globalName);
  if (target?.kind === 'global') return ok(target);
  if (target && target.kind !== 'venue' && target.id.length <= idCharsMax) return ok(target);
  const message =
    target?.kind === 'venue'
      ? 'cannot be a venue: no order goes to one yet'
      : 'is `global`, or account, strategy, model or symbol with its percent-encoded id, as `symbol:SPX`';
  return invalid([{ path: 'target', code: 'UNKNOWN_TARGET', message }]);
}
