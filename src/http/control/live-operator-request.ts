import type { z } from 'zod';
import type { Control } from '../../control/control.ts';
import type { ControlView } from '../../control/view.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Scope } from '../../store/key-row.ts';
import type { Principal } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';
import { type OperatorOptions, readOperatorRequest } from './operator-request.ts';

export interface LiveOperatorOptions extends OperatorOptions {
  readonly control: Pick<Control, 'ensure' | 'isRevoked'>;
}

interface LiveOperatorRequest<T> {
  readonly principal: Principal;
  readonly body: T;
  readonly view: ControlView;
}

/**
 * Who asks for what lets trading go, for what, and under which live view. An isolate that slept hears what became of keys before it
 * takes one for proven, and once more when the body is here.
 *
 * @param unavailable where there is no live view
 */
export async function readLiveOperatorRequest<T>(
  context: RouteContext,
  scopes: readonly Scope[],
  schema: z.ZodType<T>,
  { control, ...options }: LiveOperatorOptions,
  unavailable: Problem,
): Promise<Result<LiveOperatorRequest<T>, Problem>> {
  const { scope } = context.env;
  if (!(await control.ensure(scope))) return err(unavailable);
  const asked = await readOperatorRequest(context, scopes, schema, options);
  if (!asked.ok) return asked;
  const view = await control.ensure(scope);
  if (!view) return err(unavailable);
  const { principal } = asked.value;
  const isGood = !control.isRevoked(principal.id) && !principal.isRetired();
  return isGood ? ok({ ...asked.value, view }) : err({ code: 'UNAUTHENTICATED' });
}
