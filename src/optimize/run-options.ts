import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import { ROOT } from '../local/build-worker.ts';
import { manifestSchema } from '../models/manifest.ts';
import { type ColumnNames, parseColumnNames } from './data/market-columns.ts';
import { sourceNames } from './data/sources.ts';
import { parseTarget, type Target } from './data/target.ts';
import {
  type FactorySettings,
  type SamplerName,
  type SelectionEffort,
  samplerNames,
  selectionEfforts,
} from './pipeline/settings.ts';
import { type ProofName, proofNames } from './prove/proofs.ts';
import type { RecipeRequest } from './recipe-of.ts';

export const stages = ['all', 'select', 'search', 'compress', 'report', 'prove'] as const;
export type Stage = (typeof stages)[number];

export interface RunOptions {
  readonly stage: Stage;
  /** Of `prove`: what is to be proven. */
  readonly proofs: readonly ProofName[];
  readonly request: RecipeRequest;
  readonly settings: FactorySettings;
  readonly seed: number;
  readonly workers: number;
  /** Milliseconds after which no more trials begin; undefined without a limit. */
  readonly budgetMs: number | undefined;
  readonly resume: boolean;
  readonly outDir: string;
  readonly bundlesDir: string;
}

export const USAGE = `npm run optimize -- [stage] [options]
Market data in, a released bundle out: features, training, search, compression, gates and a report.

stages (each does what it needs of the ones before; one alone takes what the journal of OUT has of that, all only
with --resume)
  all         everything, the default
  select      which features tell something about the labels
  search      the members' hyperparameters
  compress    what each compressed form gives up, and which one is taken
  report      draw OUT/report.html again from OUT/report.json
  prove       the factory's own claims: ${proofNames.join(', ')}, or all of them

data
  --data D        ${[...sourceNames, 'demo'].join(', ')}, or a CSV file with a date and a close at least (default spx)
  --columns C     names in the file's header, e.g. date=Day,close=Price,volume= (usual names are found)
  --symbol S      what the bars are of (default: the source's, or the file's name)
  --interval I    length of a bar: 1d
  --name N        of the bundle (default: symbol and interval)
  --rung R        light or rules: it is to stand in for the model of its name while that fails, and passes the same gates
                  by itself; it is written to DIR/rungs/R, and put in force by npm run model -- promote … --alias R
what is learnt
  --target T      forward-return:BARS, triple-barrier:BARS:TAKE:STOP (default forward-return:1)
  --risk T        large-move:BARS:QUANTILE, or none (default large-move:1:0.8)
  --holdout S     share of the examples, the newest, that is looked at once a candidate (default 0.2)
  --cost C        of the value traded, at each change of position (default 0.0002)
how much work
  --trials N      of each search (default 32); 0 takes the middle of the space
  --sampler S     ${samplerNames.join(', ')} (default tpe)
  --selection E   ${selectionEfforts.join(', ')} (default full)
  --folds N       of the nested estimate (default 3)
  --budget M      minutes after which no more trials begin; a run it cuts is marked as not reproducible
  --workers N     threads (default: one a core); changes nothing but the time
  --seed N        the same seed, data and options give the same bundle, byte for byte (default 1)
  --resume        go on where a run with the same options was stopped, or from what a stage alone has found; without
                  it a run of all stages begins the journal anew
where to
  --out DIR       report, journal and stages (default .local/optimize)
  --bundles DIR   where the bundle is written, if every gate passes; what lies there under the same name is what
                  runs, and has to be beaten (default OUT/bundles). Serve it: npm start -- --bundles DIR --models NAME
  --help

Ends with status 0 when it did what was asked, 3 when it refused the candidate, 1 when it could not go on (the reason
is on standard error), 130 when interrupted.

Bundles are signed with the key in BUNDLE_SIGNING_KEY (64 hex digits) or else in .local/release-key, which is made at
the first run; npm start on this machine serves what it signed.`;

/** The command line, or what is wrong with it; `help` where it was asked for. */
export function readRunOptions(args: readonly string[], cores: number): Result<RunOptions | 'help', string> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    return values.help ? ok('help') : ok(optionsOf(values, positionals, cores));
  } catch (failure) {
    return err(messageOf(failure));
  }
}

const text = (value: string) => ({ type: 'string', default: value }) as const;
const OPTIONS = {
  data: text('spx'),
  columns: { type: 'string' },
  symbol: { type: 'string' },
  interval: text('1d'),
  name: { type: 'string' },
  rung: { type: 'string' },
  target: text('forward-return:1'),
  risk: text('large-move:1:0.8'),
  holdout: text('0.2'),
  cost: text('0.0002'),
  trials: text('32'),
  sampler: text('tpe'),
  selection: text('full'),
  folds: text('3'),
  budget: { type: 'string' },
  workers: { type: 'string' },
  seed: text('1'),
  resume: { type: 'boolean', default: false },
  out: text(join(ROOT, '.local', 'optimize')),
  bundles: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** Throws, for people to read, at the first thing that is wrong. */
function optionsOf(values: Values, positionals: readonly string[], cores: number): RunOptions {
  const [stage = 'all', ...proofs] = positionals;
  if (!isOneOf(stages, stage)) throw new Error(`there is no stage ${stage}: ${stages.join(', ')}`);
  if (stage !== 'prove' && proofs.length > 0) throw new Error(`what is ${proofs.join(' ')}?`);
  const out = values.out;
  return {
    stage,
    proofs: proofs.length === 0 ? proofNames : proofs.map(proofOf),
    request: requestOf(values),
    settings: settingsOf(values),
    seed: integer('seed', values.seed, -0x7fffffff, 0x7fffffff),
    workers: integer('workers', values.workers ?? String(cores), 1, 256),
    budgetMs: values.budget === undefined ? undefined : number('budget', values.budget, 0, 1e5) * 60_000,
    resume: values.resume,
    outDir: out,
    bundlesDir: values.bundles ?? join(out, 'bundles'),
  };
}

function proofOf(name: string): ProofName {
  if (!isOneOf(proofNames, name)) throw new Error(`there is no proof ${name}: ${proofNames.join(', ')}`);
  return name;
}

function requestOf(values: Values): RecipeRequest {
  if (values.interval !== '1d') throw new Error(`--interval ${values.interval}: only 1d can be served`);
  const columns = values.columns === undefined ? ok<ColumnNames>({}) : parseColumnNames(values.columns);
  if (!columns.ok) throw new Error(`--columns: ${columns.error}`);
  const direction = targetOf('target', values.target);
  if (direction.kind === 'large-move') throw new Error('--target: a large move has no direction');
  const risk = values.risk === 'none' ? undefined : targetOf('risk', values.risk);
  if (risk !== undefined && risk.kind !== 'large-move')
    throw new Error('--risk must be large-move:… or none');
  const { rung } = values;
  if (rung !== undefined && !isOneOf(rungs, rung))
    throw new Error(`--rung must be one of ${rungs.join(', ')}`);
  return {
    data: values.data,
    columns: columns.value,
    interval: values.interval,
    symbol: values.symbol,
    name: values.name,
    rung,
    direction,
    risk,
    holdoutShare: number('holdout', values.holdout, 0.05, 0.5),
    costPerSide: number('cost', values.cost, 0, 0.1),
  };
}

function settingsOf(values: Values): FactorySettings {
  const { sampler, selection } = values;
  if (!isOneOf(samplerNames, sampler)) throw new Error(`--sampler must be one of ${samplerNames.join(', ')}`);
  if (!isOneOf(selectionEfforts, selection)) {
    throw new Error(`--selection must be one of ${selectionEfforts.join(', ')}`);
  }
  return {
    trials: integer('trials', values.trials, 0, 10_000),
    trialsInBatch: TRIALS_IN_BATCH,
    sampler: sampler as SamplerName,
    selection: selection as SelectionEffort,
    innerFolds: INNER_FOLDS,
    smoothedRows: SMOOTHED_ROWS,
    searchesForms: true,
    outerFolds: integer('folds', values.folds, 0, 10),
  };
}

const rungs = manifestSchema.shape.rung.unwrap().options;
const TRIALS_IN_BATCH = 4;
const INNER_FOLDS = 3;
const SMOOTHED_ROWS = 100_000;

function targetOf(option: string, text: string): Target {
  const target = parseTarget(text);
  if (!target.ok) throw new Error(`--${option}: ${target.error}`);
  return target.value;
}

function number(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high)) {
    throw new Error(`--${option} takes a number from ${low} to ${high}, not "${text}"`);
  }
  return value;
}

function integer(option: string, text: string, low: number, high: number): number {
  const value = number(option, text, low, high);
  if (!Number.isInteger(value)) throw new Error(`--${option} takes a whole number, not "${text}"`);
  return value;
}

const isOneOf = <T extends string>(names: readonly T[], value: string): value is T =>
  (names as readonly string[]).includes(value);
