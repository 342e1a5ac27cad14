import type { Result } from '../../core/result.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import { type JudgedUnit, judgeExperiment } from '../../experiments/judge-experiment.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { wireExperiment } from './experiment-schemas.ts';

interface ReadExperimentOptions extends LiveAuthentication {
  readonly loadEvidence: (experiment: Experiment) => Promise<Result<readonly JudgedUnit[], string>>;
  readonly loadExperiments: (name: string) => Promise<Result<readonly Experiment[], string>>;
}

/** `GET /v1/experiments/{name}`: the experiment, and what it has shown by now. */
export function createReadExperimentRoute(options: ReadExperimentOptions): Handler {
  const { loadExperiments } = options;
  return async (context) => {
    const principal = await authenticateLive(context, 'observe', options);
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
