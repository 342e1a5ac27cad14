import { err, ok, type Result } from '../../core/result.ts';
import type { Catalog, ServedModel } from '../../models/catalog.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';

/** The model that the path names; a version that it may name as well has to be the one that is served. */
export function findModel({ req }: RouteContext, catalog: Catalog): Result<ServedModel, Problem> {
  const name = req.param('model') ?? '';
  const version = req.param('version');
  const model = catalog.byName(name);
  if (!model && catalog.faults.size > 0) return err({ code: 'MODEL_UNAVAILABLE', retryAfterMs: 1_000 });
  if (!model) return err({ code: 'UNKNOWN_MODEL', detail: 'no such model' });
  if (version !== undefined && version !== model.bundle.version) {
    return err({ code: 'UNKNOWN_MODEL', detail: `${name} is served in version ${model.bundle.version}` });
  }
  return ok(model);
}
