import type { Control } from '../../control/control.ts';
import { mergeControlStates, underOperator } from '../../control/control-state.ts';
import type { Levelling, OperatorReading, StoreReadings } from '../../control/levelling.ts';
import type { ControlState } from '../../control/view.ts';
import { isoTime } from '../../core/iso-time.ts';
import type { Result } from '../../core/result.ts';
import { targetOf } from '../../risk/target.ts';
import type { Authenticator, Principal } from '../auth.ts';
import { authenticateRequest } from '../authenticate-request.ts';
import type { Handler } from '../context.ts';
import { isOperator } from '../is-operator.ts';
import { problemResponse } from '../problem.ts';

interface ReadControlOptions {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'ensure'>;
  readonly levelling: Pick<Levelling, 'read'>;
  readonly heartbeatMsMax: number;
}

/** `GET /v1/control`: what each store says of the trading state at this moment, and what is in force by both. */
export function createReadControlRoute(options: ReadControlOptions): Handler {
  const { authenticator, control, levelling, heartbeatMsMax } = options;
  return async (context) => {
    // What isolates were told of keys; goes on without, to show an outage.
    await control.ensure(context.env.scope);
    const scopes = ['operate', 'approve', 'observe'] as const;
    const principal = await authenticateRequest(context, scopes, authenticator, 'harmless');
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const readings = await levelling.read();
    const inForce = inForceBy(readings);
    const answer = {
      tradingState: inForce?.tradingState ?? null,
      epoch: inForce?.epoch ?? null,
      targets: inForce ? heldBack(inForce, principal.value) : null,
      registryEpoch: inForce?.registryEpoch ?? null,
      stores: { redis: told(readings.redis), database: told(readings.database) },
      operator: readings.operator && toldOperator(readings.operator, heartbeatMsMax),
    };
    return context.json(answer, 200, { 'cache-control': 'no-store' });
  };
}

function inForceBy({ redis, database, operator }: StoreReadings): ControlState | undefined {
  if (!redis.ok || !database.ok || !operator) return undefined;
  const state = redis.value ? mergeControlStates(redis.value, database.value) : database.value;
  return underOperator(state, operator.heartbeat);
}

const toldOperator = ({ heartbeat, heardAtMs }: OperatorReading, heartbeatMsMax: number) => ({
  heartbeat,
  heartbeatMsMax,
  heardAt: heardAtMs === null ? null : isoTime(heardAtMs),
});

/** Whose accounts and strategies are held back is between them and the operators. */
function heldBack({ targets }: ControlState, reader: Principal) {
  const seesAll = isOperator(reader);
  const mayBeSeen = (name: string): boolean => {
    const target = targetOf(name);
    if (target?.kind === 'account') return target.id === reader.account;
    return target?.kind !== 'strategy';
  };
  return targets
    .filter(({ target, tradingState }) => tradingState !== 'ACTIVE' && (seesAll || mayBeSeen(target)))
    .map(({ target, tradingState, epoch }) => ({ target, tradingState, epoch }));
}

function told(reading: Result<ControlState | undefined, string>) {
  if (!reading.ok) return { state: 'unavailable', epoch: null, tradingState: null };
  if (!reading.value) return { state: 'empty', epoch: null, tradingState: null };
  const { epoch, tradingState } = reading.value;
  return { state: 'answering', epoch, tradingState };
}
