import type { InValue, Row } from '@libsql/client/web';
import { err, ok, type Result } from '../core/result.ts';
import { globalName, type TargetName, targetOf } from '../risk/target.ts';
import { isTradingState, type TradingState } from '../risk/trading-state.ts';
import { attempt } from '../store/attempt.ts';
import { integerIn, textIn } from '../store/columns.ts';
import type { Database } from '../store/database.ts';
import { freshState, mergeEntries, withEntry } from './control-state.ts';
import { haltedEpochOf } from './halted-epoch-of.ts';
import type { RestrictAsk } from './sync.ts';
import type { ControlState, TargetState } from './view.ts';

/** Who changes the control state, and why. */
export interface Change {
  /** A person's key, or a component of the service. */
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** The control state in libSQL, which survives every cache. Each call is one round trip, and none throws. */
export interface DurableControl {
  load(): Promise<Result<ControlState, string>>;
  /** Holds a target back under a new epoch, above all that libSQL or the caller knows; never lifts. */
  restrict(ask: RestrictAsk, change: Change): Promise<Result<TargetState, string>>;
  /** Takes in what another store says of a target. Without effect when libSQL knows as much or more. */
  raise(entry: TargetState, change: Change): Promise<Result<void, string>>;
}

const strictness = (state: string): string =>
  `CASE ${state} WHEN 'HALTED' THEN 3 WHEN 'REDUCING' THEN 2 ELSE 1 END`;

/** The epoch of the row by which a target was last let go; 0 for none. */
const lastLetGo = (target: string): string => `coalesce(
  (SELECT let_go.epoch FROM control_epochs AS let_go
   WHERE let_go.target = ${target} AND let_go.trading_state = 'ACTIVE' ORDER BY let_go.epoch DESC LIMIT 1), 0)`;

/**
 * Of each target the highest row of each trading state since it was last let go, found by a few steps in the index however many rows there
 * are; and the registry's own epoch, so that whoever reads one learns of the other within the same round trip.
 */
const inForce = `
WITH RECURSIVE names(target) AS (
  SELECT min(target) FROM control_epochs
  UNION ALL
  SELECT (SELECT min(target) FROM control_epochs WHERE target > names.target) FROM names
  WHERE names.target IS NOT NULL
), since(target, epoch) AS (
  SELECT target, ${lastLetGo('names.target')} FROM names WHERE target IS NOT NULL
)
SELECT said.target, said.trading_state, max(said.epoch) AS epoch,
       max(max(said.registry_epoch), coalesce((SELECT max(registry_epoch) FROM model_aliases), 0)) AS registry_epoch
FROM since CROSS JOIN control_epochs AS said ON said.target = since.target AND said.epoch >= since.epoch
GROUP BY said.target, said.trading_state
ORDER BY said.target`;

const columns = 'epoch, target, trading_state, registry_epoch, changed_at_ms, changed_by, reason';
const newest = 'coalesce((SELECT max(epoch) FROM control_epochs), 0)';
const newestRegistry = 'coalesce((SELECT registry_epoch FROM control_epochs ORDER BY epoch DESC LIMIT 1), 0)';
/** Of a target without a row: a fresh deployment is HALTED, and no target of it is held back further. */
const held = `coalesce(
  (SELECT trading_state FROM control_epochs WHERE target = :target AND epoch >= ${lastLetGo(':target')}
   ORDER BY ${strictness('trading_state')} DESC LIMIT 1),
  CASE :target WHEN '${globalName}' THEN 'HALTED' ELSE 'ACTIVE' END)`;

/** A halt that the caller knows may be unknown to libSQL; where it was resumed since, libSQL knows that. */
const restrictRow = `
INSERT INTO control_epochs (${columns})
SELECT max(${newest}, :known) + 1, :target,
       CASE WHEN :halted > 0 AND :halted >= ${lastLetGo(':target')} THEN 'HALTED'
            WHEN ${strictness(held)} > ${strictness(':state')} THEN ${held} ELSE :state END,
       max(${newestRegistry}, :registry), :atMs, :by, :reason
RETURNING target, trading_state, epoch, registry_epoch`;

const raiseRow = `
INSERT INTO control_epochs (${columns})
SELECT max(${newest} + 1, :epoch), :target, :state, ${newestRegistry}, :atMs, :by, :reason
WHERE NOT EXISTS (
  SELECT 1 FROM control_epochs WHERE target = :target
  AND (trading_state = 'ACTIVE' AND epoch > :epoch
       OR ${strictness('trading_state')} >= ${strictness(':state')} AND epoch >= :epoch)
)`;

interface EpochRow {
  readonly target: string;
  readonly tradingState: TradingState;
  readonly epoch: number;
  readonly registryEpoch: number;
}

/** Throws on a row that says nothing this build understands: what it says may not be guessed. */
function epochRowOf(row: Row): EpochRow {
  const target = textIn(row, 'target');
  const tradingState = textIn(row, 'trading_state');
  const epoch = integerIn(row, 'epoch');
  const registryEpoch = integerIn(row, 'registry_epoch');
  if (targetOf(target) === undefined) throw new RangeError('target is no target');
  if (!isTradingState(tradingState)) throw new RangeError('trading_state is no trading state');
  if (epoch < 0 || registryEpoch < 0) throw new RangeError('an epoch is negative');
  return { target, tradingState, epoch, registryEpoch };
}

export function createDurableControl({ client }: Pick<Database, 'client'>): DurableControl {
  const run = (sql: string, args: Record<string, InValue> = {}): Promise<Result<EpochRow[], string>> =>
    attempt(async () => {
      const { rows } = await client.execute({ sql, args });
      return rows.map(epochRowOf);
    });

  return {
    async load() {
      const rows = await run(inForce);
      return rows.ok ? ok(stateOf(rows.value)) : rows;
    },
    async restrict({ known, target, tradingState }, { by, reason, atMs }) {
      const state = tradingState;
      const args = {
        known: known?.epoch ?? 0,
        halted: known ? haltedEpochOf(known, target) : 0,
        registry: known?.registryEpoch ?? 0,
        target,
        state,
        by,
        reason,
        atMs,
      };
      const rows = await run(restrictRow, args);
      if (!rows.ok) return rows;
      const [row] = rows.value;
      return row ? ok(entryOf(row)) : err('libSQL did not tell the row it wrote');
    },
    async raise({ target, tradingState, epoch }, { by, reason, atMs }) {
      const rows = await run(raiseRow, { target, state: tradingState, epoch, by, reason, atMs });
      return rows.ok ? ok(undefined) : rows;
    },
  };
}

/** A fresh deployment has no row of the whole: it is HALTED until somebody resumes it. */
function stateOf(rows: readonly EpochRow[]): ControlState {
  const entries = new Map<TargetName, TargetState>();
  for (const row of rows) {
    const { target } = row;
    const said = entryOf(row);
    const held = entries.get(target);
    entries.set(target, held ? { target, ...mergeEntries(held, said) } : said);
  }
  const whole = entries.get(globalName);
  const state = {
    ...freshState,
    epoch: Math.max(0, ...rows.map(({ epoch }) => epoch)),
    targets: [...entries.values()].filter(({ target }) => target !== globalName),
    registryEpoch: Math.max(0, ...rows.map(({ registryEpoch }) => registryEpoch)),
  };
  return whole ? withEntry(state, whole) : state;
}

const entryOf = ({ target, tradingState, epoch }: EpochRow): TargetState => ({ target, tradingState, epoch });
