import type { Restrict } from '../../control/restrict.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { restrictRequestSchema } from './control-schemas.ts';
import { type OperatorOptions, readOperatorRequest } from './operator-request.ts';
import { readTarget } from './read-target.ts';

/** Who halts or reduces; a halt key is of no account. */
interface Operator {
  readonly id: string;
  readonly account: string | null;
}

interface RestrictOptions extends OperatorOptions<Operator> {
  /** What the route does. */
  readonly verb: keyof Restrict;
  readonly restrict: Restrict;
}

/**
 * `POST /v1/control/halt` and `POST /v1/control/reduce`. They need no permission and no live view, and work while
 * the service drains: nothing that is down may keep trading from being stopped.
 */
export function createRestrictRoute({ verb, restrict, ...options }: RestrictOptions): Handler {
  return async (context) => {
    const scopes = ['operate', 'approve'] as const;
    const asked = await readOperatorRequest(context, scopes, restrictRequestSchema, options, 'harmless');
    if (!asked.ok) return problemResponse(asked.error);
    const { principal, body } = asked.value;
    const target = readTarget(body.target);
    if (!target.ok) return problemResponse(target.error);
    context.var.stages.begin(verb);
    const evidence = {
      actor: { kind: 'key', keyId: principal.id, account: principal.account },
      reason: body.reason,
      clientAddress: context.env.scope.clientAddress,
    } as const;
    const outcome = await restrict[verb](target.value, evidence, context.env.scope);
    if (outcome.kind === 'full') return problemResponse({ code: 'TARGETS_FULL' });
    if (outcome.kind === 'unconfirmed') {
      const { redisEpoch } = outcome;
      const detail = `redis has it at epoch ${redisEpoch}, and the database may be at a later one`;
      const known = redisEpoch === null ? {} : { detail };
      return problemResponse({ code: 'HALT_UNCONFIRMED', ...known, retryAfterMs: 1_000 });
    }
    const { entry, effectiveByMs, stores } = outcome;
    const answer = {
      target: entry.target,
      tradingState: entry.tradingState,
      epoch: entry.epoch,
      effectiveBy: new Date(effectiveByMs).toISOString(),
      stores,
    };
    return context.json(answer, 200, { 'cache-control': 'no-store' });
  };
}
