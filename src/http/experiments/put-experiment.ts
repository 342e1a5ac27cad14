import { ok, type Result } from '../../core/result.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import { experimentFaults } from '../../experiments/experiment-faults.ts';
import {
  type ExperimentChange,
  type ExperimentWriter,
  setExperiment,
} from '../../experiments/set-experiment.ts';
import type { Catalog } from '../../models/catalog.ts';
import type { Registry } from '../../models/registry.ts';
import type { Principal } from '../auth.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler, RouteContext } from '../context.ts';
import { type Fault, type Problem, problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { invalid } from '../read-shape.ts';
import {
  type ExperimentRequest,
  experimentNameSchema,
  experimentRequestSchema,
  wireExperiment,
} from './experiment-schemas.ts';

interface PutExperimentOptions extends ExperimentWriter, LiveAuthentication {
  readonly bodyLimits: BodyLimits;
  readonly registry: Pick<Registry, 'current'>;
  readonly loadExperiments: () => Promise<Result<readonly Experiment[], string>>;
}

/** `PUT /v1/experiments/{name}`: makes, changes, starts or stops an experiment. Isolates follow within three seconds. */
export function createPutExperimentRoute(options: PutExperimentOptions): Handler {
  return async (context) => {
    const change = await readChange(context, options);
    if (!change.ok) return problemResponse(change.error);
    context.var.stages.begin('write');
    const stored = await options.loadExperiments();
    if (!stored.ok) return problemResponse(unavailable);
    const { name, terms, state } = change.value;
    const faults =
      state === 'running' ? faultsOf(change.value, options.registry.current(), stored.value) : [];
    if (faults.length > 0) return problemResponse({ code: 'INVALID_REQUEST', faults });
    const current = stored.value.find((experiment) => experiment.name === name);
    const written = await setExperiment(options, current, { ...change.value, terms });
    if (written.ok) return context.json(wireExperiment(written.value), 200, { 'cache-control': 'no-store' });
    return problemResponse(written.error === 'changed' ? { code: 'CHANGED_MEANWHILE' } : unavailable);
  };
}

const unavailable: Problem = { code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 };

async function readChange(
  context: RouteContext,
  options: PutExperimentOptions,
): Promise<Result<ExperimentChange, Problem>> {
  const principal = await authenticateLive(context, 'approve', options);
  if (!principal.ok) return principal;
  context.var.stages.begin('validate');
  const name = experimentNameSchema.safeParse(context.req.param('name'));
  if (!name.success) return invalid([{ path: 'name', code: 'NAME', message: 'takes a-z, 0-9 and -' }]);
  const request = await readJson(context.req.raw, experimentRequestSchema, options.bodyLimits);
  if (!request.ok) return request;
  return ok(changeOf(name.data, request.value, principal.value, context.env.scope.clientAddress));
}

const changeOf = (
  name: string,
  request: ExperimentRequest,
  { id, account }: Principal,
  clientAddress: string,
): ExperimentChange => ({
  name,
  ...request,
  actor: { kind: 'key', keyId: id, account },
  clientAddress,
});

const faultsOf = (
  { name, terms }: ExperimentChange,
  catalog: Catalog,
  others: readonly Experiment[],
): readonly Fault[] =>
  experimentFaults(name, terms, catalog, others).map(({ path, message }) => ({
    path: `terms.${path}`,
    code: 'CANNOT_RUN',
    message,
  }));
