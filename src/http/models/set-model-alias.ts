import { err, ok, type Result } from '../../core/result.ts';
import type { AliasAsk, AliasSet } from '../../models/set-alias.ts';
import { isAlias } from '../../store/registry-rows.ts';
import type { Principal } from '../auth.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler, RouteContext } from '../context.ts';
import { type Problem, problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { bundleProblem } from './bundle-problem.ts';
import { aliasRequestSchema } from './model-schemas.ts';

interface SetModelAliasOptions extends LiveAuthentication {
  readonly setAlias: (ask: AliasAsk) => Promise<AliasSet>;
  readonly bodyLimits: BodyLimits;
}

/** `PUT /v1/models/{name}/aliases/{alias}`: promotion by a second person, rollback by one. */
export function createSetModelAliasRoute(options: SetModelAliasOptions): Handler {
  return async (context) => {
    const who = await authenticateEither(context, options);
    if (!who.ok) return problemResponse(who.error);
    const alias = context.req.param('alias') ?? '';
    if (!isAlias(alias)) return problemResponse({ code: 'NOT_FOUND' });
    const body = await readJson(context.req.raw, aliasRequestSchema, options.bodyLimits);
    if (!body.ok) return problemResponse(body.error);
    const { principal, mayApprove } = who.value;
    const actor = { kind: 'key', keyId: principal.id, account: principal.account } as const;
    const by = { actor, clientAddress: context.env.scope.clientAddress, reason: body.value.reason };
    const { bundleHash } = body.value;
    const name = context.req.param('name') ?? '';
    return answerTo(
      await options.setAlias({ name, alias, bundleHash, mayApprove, by, person: principal.person }),
      context,
    );
  };
}

async function authenticateEither(
  context: RouteContext,
  options: LiveAuthentication,
): Promise<Result<{ readonly principal: Principal; readonly mayApprove: boolean }, Problem>> {
  const approver = await authenticateLive(context, 'approve', options);
  if (approver.ok) return ok({ principal: approver.value, mayApprove: true });
  if (approver.error.code !== 'SCOPE_MISSING') return approver;
  const operator = await authenticateLive(context, 'operate', options);
  if (operator.ok) return ok({ principal: operator.value, mayApprove: false });
  return err({ code: 'SCOPE_MISSING', detail: 'the route needs the scope approve, or operate to roll back' });
}

function answerTo(outcome: AliasSet, context: RouteContext): Response {
  const uncached = { 'cache-control': 'no-store' };
  switch (outcome.kind) {
    case 'set': {
      const { bundleHash, registryEpoch } = outcome.row;
      return context.json({ bundleHash, registryEpoch }, 200, uncached);
    }
    case 'in-force':
      return context.json({ bundleHash: outcome.bundleHash, registryEpoch: null }, 200, uncached);
    case 'unknown-bundle':
      return problemResponse({ code: 'UNKNOWN_BUNDLE' });
    case 'second-person-needed':
      return problemResponse({ code: 'SECOND_PERSON_NEEDED' });
    case 'refused':
      return bundleProblem(outcome.fault);
    case 'moved':
      return problemResponse({ code: 'REGISTRY_MOVED' });
    case 'unavailable':
      return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
  }
}
