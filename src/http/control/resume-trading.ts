import type { Resume, ResumeAsk, Resumption } from '../../control/resume.ts';
import { nameOf } from '../../risk/target.ts';
import type { Handler, RouteContext } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { resumeRequestSchema } from './control-schemas.ts';
import { type LiveOperatorOptions, readLiveOperatorRequest } from './live-operator-request.ts';
import { readTarget } from './read-target.ts';

interface ResumeOptions extends LiveOperatorOptions {
  readonly resume: Resume;
}

/** `POST /v1/control/resume`. What holds trading back works blind; what lets it go needs a live view, and both stores. */
export function createResumeRoute({ resume, ...options }: ResumeOptions): Handler {
  return async (context) => {
    const asked = await readLiveOperatorRequest(
      context,
      ['approve'],
      resumeRequestSchema,
      options,
      unavailable,
    );
    if (!asked.ok) return problemResponse(asked.error);
    const { scope } = context.env;
    const { principal, body } = asked.value;
    const target = readTarget(body.target);
    if (!target.ok) return problemResponse(target.error);
    context.var.stages.begin('resume');
    const by = { keyId: principal.id, account: principal.account };
    const { person } = principal;
    const ask = { ...body, target: target.value, by, person, clientAddress: scope.clientAddress };
    return answerTo(await resume(ask, scope), ask, context);
  };
}

const unavailable = { code: 'RESUME_UNAVAILABLE', retryAfterMs: 1_000 } as const;

function answerTo(
  outcome: Resumption,
  ask: Pick<ResumeAsk, 'target' | 'epoch'>,
  context: RouteContext,
): Response {
  const target = nameOf(ask.target);
  const uncached = { 'cache-control': 'no-store' };
  switch (outcome.kind) {
    case 'resumed':
      return context.json({ outcome: 'resumed', target, epoch: outcome.epoch }, 200, uncached);
    case 'pending':
      return context.json({ outcome: 'pending', target, epoch: ask.epoch }, 202, uncached);
    case 'moved':
      return problemResponse({ code: 'EPOCH_MOVED' });
    case 'active':
      return problemResponse({ code: 'ALREADY_ACTIVE' });
    case 'nonce-used':
      return problemResponse({ code: 'NONCE_USED' });
    case 'second-person-needed':
      return problemResponse({ code: 'SECOND_PERSON_NEEDED' });
    case 'unavailable':
      return problemResponse(unavailable);
    case 'unconfirmed':
      return problemResponse({
        code: outcome.isHalted ? 'RESUME_UNCONFIRMED' : 'HALT_UNCONFIRMED',
        retryAfterMs: 1_000,
      });
  }
}
