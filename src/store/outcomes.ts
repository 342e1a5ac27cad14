import { and, asc, between, eq, inArray, sql } from 'drizzle-orm';
import type { Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { decisions, outcomes, trials } from './schema.ts';

/** What a decision is to be judged by: its symbol and the last bar that it was made on, null without bars. */
export interface DecidedBar {
  readonly decisionId: string;
  readonly symbol: string;
  readonly lastBarMs: number | null;
}

export type OutcomeRow = typeof outcomes.$inferSelect;
export type TrialRow = typeof trials.$inferSelect;

/** More trials than an experiment of one bar a day makes in decades; the oldest count. */
const trialsMax = 20_000;

/**
 * A batch's item is `<row id>.<index>`, its own part stands in the row's `items` and the other in its
 * record; before 2026-11-29 the whole did in `items`. Records are stored as text and may be sent as
 * bytes, which SQLite would take for another form of JSON.
 */
const selectDecidedBars = `
SELECT wanted.value ->> 'id' AS decision_id,
  CASE WHEN wanted.value ->> 'index' IS NOT NULL
       THEN coalesce(json_extract(CAST(items AS TEXT), '$[' || (wanted.value ->> 'index') || '].symbol'),
         json_extract(CAST(record AS TEXT), '$.shared[' ||
           json_extract(CAST(record AS TEXT), '$.sharedOf[' || (wanted.value ->> 'index') || ']') || '].symbol'))
       WHEN items IS NULL THEN symbol END AS symbol,
  CASE WHEN wanted.value ->> 'index' IS NOT NULL
       THEN json_extract(CAST(items AS TEXT), '$[' || (wanted.value ->> 'index') || '].input.bars[#-1][0]')
       ELSE json_extract(CAST(record AS TEXT), '$.input.bars[#-1][0]') END AS last_bar_ms
FROM json_each(?) wanted JOIN decisions ON decisions.id = wanted.value ->> 'row'
WHERE account = ?`;

/** Those of the decisions that the account has made. */
export const loadDecidedBars = (
  { client }: Database,
  account: string,
  decisionIds: readonly string[],
): Promise<Result<readonly DecidedBar[], string>> =>
  attempt(async () => {
    const wanted = decisionIds.map((id) => {
      const [row, index] = id.split('.');
      return { id, row, index: /^\d{1,3}$/.test(index ?? '') ? Number(index) : null };
    });
    const { rows } = await client.execute({
      sql: selectDecidedBars,
      args: [JSON.stringify(wanted), account],
    });
    return rows.flatMap(
      ({ decision_id: decisionId, symbol, last_bar_ms: lastBarMs }): readonly DecidedBar[] =>
        // An index that the batch has not has no symbol, and a batch's own row is no decision.
        typeof decisionId === 'string' && typeof symbol === 'string'
          ? [{ decisionId, symbol, lastBarMs: typeof lastBarMs === 'number' ? lastBarMs : null }]
          : [],
    );
  });

/** Trials of the account's own decisions on a symbol's bars, from one to another. */
export const loadTrialsBetween = (
  { orm }: Database,
  { account, symbol, fromMs, toMs }: { account: string; symbol: string; fromMs: number; toMs: number },
): Promise<Result<readonly { readonly decisionId: string; readonly barMs: number }[], string>> =>
  attempt(() =>
    orm
      .select({ decisionId: trials.decisionId, barMs: trials.barMs })
      .from(trials)
      // Of a batch's item, the batch's row.
      .innerJoin(
        decisions,
        sql`${decisions.id} = substr(${trials.decisionId}, 1, instr(${trials.decisionId} || '.', '.') - 1)`,
      )
      .where(
        and(eq(decisions.account, account), eq(trials.symbol, symbol), between(trials.barMs, fromMs, toMs)),
      )
      .limit(trialsMax),
  );

/** What was reported of the decisions, at one horizon. */
export const loadOutcomes = (
  { orm }: Database,
  decisionIds: readonly string[],
  horizonBars: number,
): Promise<Result<readonly OutcomeRow[], string>> =>
  attempt(() =>
    orm
      .select()
      .from(outcomes)
      .where(and(inArray(outcomes.decisionId, [...decisionIds]), eq(outcomes.horizonBars, horizonBars))),
  );

/** An experiment's trials since an epoch, oldest bar first. */
export const loadTrials = (
  { orm }: Database,
  experiment: string,
  trialEpoch: number,
): Promise<Result<readonly TrialRow[], string>> =>
  attempt(() =>
    orm
      .select()
      .from(trials)
      .where(and(eq(trials.experiment, experiment), eq(trials.trialEpoch, trialEpoch)))
      .orderBy(asc(trials.barMs))
      .limit(trialsMax),
  );

/**
 * Medians of the votes on an experiment's bars: of each account what it reported first of a bar, however many of its decisions
 * it reported; of each bar those of the accounts that came first. Only bars that a trial was made on; the oldest count.
 */
const selectBarOutcomes = `
SELECT symbol, bar_ms, avg(outcome) AS outcome FROM (
 SELECT symbol, bar_ms, outcome, row_number() OVER (PARTITION BY symbol, bar_ms ORDER BY outcome) AS nth,
   count(*) OVER (PARTITION BY symbol, bar_ms) AS votes
 FROM (
  SELECT symbol, bar_ms, outcome,
    row_number() OVER (PARTITION BY symbol, bar_ms ORDER BY reported_at_ms, account) AS place
  FROM (
    SELECT symbol, bar_ms, account, outcome, reported_at_ms,
      row_number() OVER (PARTITION BY symbol, bar_ms, account ORDER BY reported_at_ms, decision_id) AS vote
    FROM outcomes
    WHERE symbol IN (SELECT value FROM json_each(:symbols)) AND horizon_bars = :horizonBars AND bar_ms IN
      (SELECT bar_ms FROM trials WHERE experiment = :experiment AND trial_epoch = :trialEpoch)
  ) WHERE vote = 1
 ) WHERE place <= :votesMax
) WHERE nth BETWEEN votes / 2.0 AND votes / 2.0 + 1 GROUP BY symbol, bar_ms ORDER BY bar_ms, symbol LIMIT :rowsMax`;

/** Accounts whose word on a bar counts. An outcome is the market's, so more of them tell nothing more. */
const votesMax = 25;
/** What the trials may be, on one symbol or several. */
const barOutcomesMax = 2 * trialsMax;

/** What was reported of the bars of an experiment's trials: of each the median, one vote an account. */
export const loadBarOutcomes = (
  { client }: Pick<Database, 'client'>,
  {
    name: experiment,
    trialEpoch,
    symbols,
    horizonBars,
  }: {
    readonly name: string;
    readonly trialEpoch: number;
    readonly symbols: readonly string[];
    readonly horizonBars: number;
  },
): Promise<Result<readonly Pick<OutcomeRow, 'symbol' | 'barMs' | 'outcome'>[], string>> =>
  attempt(async () => {
    const bounds = { votesMax, rowsMax: barOutcomesMax };
    const args = { experiment, trialEpoch, symbols: JSON.stringify(symbols), horizonBars, ...bounds };
    const { rows } = await client.execute({ sql: selectBarOutcomes, args });
    return rows.map((row) => ({
      symbol: String(row['symbol']),
      barMs: Number(row['bar_ms']),
      outcome: Number(row['outcome']),
    }));
  });
