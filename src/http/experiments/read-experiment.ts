import type { Control } from '../../control/control.ts';
import type { Result } from '../../core/result.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import { type JudgedUnit, judgeExperiment } from '../../experiments/judge-experiment.ts';
import type { Authenticator } from '../auth.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { wireExperiment } from './experiment-schemas.ts';

interface ReadExperimentOptions {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'ensure'>;
  readonly loadEvidence: (experiment: Experiment) => Promise<Result<readonly JudgedUnit[], string>>;
  readonly loadExperiments: (name: string) => Promise<Result<readonly Experiment[], string>>;
}

/** `GET /v1/experiments/{name}`: the experiment, and what it has shown by now. */
export function createReadExperimentRoute(options: ReadExperimentOptions): Handler {
  const { authenticator, control, loadExperiments } = options;
  return async (context) => {
    const { scope } = context.env;
    // Without a live view nobody would know that the key was revoked.
    if (!(await control.ensure(scope)))
      return problemResponse({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
    const authorization = context.req.header('authorization') ?? null;
    const principal = await authenticator.authenticate(authorization, 'observe', scope);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const loaded = await loadExperiments(context.req.param('name') ?? '');
    if (!loaded.ok) return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    const [experiment] = loaded.value;
    if (!experiment) return problemResponse({ code: 'NOT_FOUND', detail: 'no such experiment' });
    const evidence = await options.loadEvidence(experiment);
    if (!evidence.ok) return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    const results = judgeExperiment(experiment.terms, evidence.value);
    return context.json({ ...wireExperiment(experiment), results }, 200, { 'cache-control': 'no-store' });
  };
}
