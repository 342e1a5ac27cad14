/**
 * What one run of the factory made, measured and decided: plain JSON, from which the page is drawn. Times are
 * milliseconds since the epoch (UTC), losses are nats per row, shares lie in [0, 1], sizes are bytes, intervals
 * are two-sided 95 %. Nothing here enters a bundle's hash.
 */
export interface OptimizationReport {
  readonly formatVersion: 1;
  readonly verdict: Verdict;
  readonly data: DataPart;
  readonly validation: ValidationPart;
  /** In the order of the model's outputs; a head that was not trained is absent with its reason. */
  readonly heads: readonly HeadPart[];
  readonly decisions: MayBeAbsent<DecisionsPart>;
  readonly compression: MayBeAbsent<CompressionPart>;
  readonly ledger: MayBeAbsent<LedgerPart>;
  readonly lineage: LineagePart;
}

/** A measured number; null or NaN (which JSON writes as null) where it could not be measured. */
export type Figure = number | null;

/** A measured number with its 95 % interval; null bounds where there is none. */
export interface Estimate {
  readonly value: Figure;
  readonly low: Figure;
  readonly high: Figure;
}

/** Why a part is not there, as the end of a sentence: "the search was skipped (--trials 0)". */
export interface Absent {
  readonly absent: string;
}

export type MayBeAbsent<T extends object> = T | Absent;

export const isAbsent = <T extends object>(part: MayBeAbsent<T>): part is Absent => 'absent' in part;

/** Both ends are the instants of the first and the last row. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
}

/** Choices and settings by name. */
export type Settings = Readonly<Record<string, number | string | boolean>>;

export interface Verdict {
  readonly outcome: 'released' | 'refused';
  readonly name: string;
  /** SHA-256 of the bundle, lower-case hex; of the refused candidate as well. */
  readonly version: string;
  /** What the model is for, one sentence. */
  readonly purpose: string;
  readonly symbols: readonly string[];
  /** Length of a bar: `1d`. */
  readonly interval: string;
  /** What each head was taught, as the command line spells it: `forward-return:5`. */
  readonly targets: readonly { readonly head: string; readonly target: string }[];
  readonly seed: number;
  /** Trials of the search, all heads together. */
  readonly trials: number;
  readonly reproducibility:
    | { readonly kind: 'reproducible' }
    /** Cut by its budget, or not repeatable for another reason. */
    | { readonly kind: 'not-reproducible'; readonly reason: string };
  /** Full commit id of the code, with `+` behind it where the tree had changes; `unknown` outside a repository. */
  readonly codeCommit: string;
  readonly source: DataSource;
  /** What ran before, and was to be beaten. */
  readonly incumbent: MayBeAbsent<{ readonly name: string; readonly version: string }>;
  /** What the figures allow to be said, one sentence each. */
  readonly words: readonly string[];
  readonly gates: readonly Gate[];
}

export interface DataSource {
  readonly description: string;
  /** SHA-256 of the bytes read, lower-case hex. */
  readonly hash: string;
  /** Bars after cleaning. */
  readonly span: Span;
}

export type Unit = 'nats' | 'share' | 'count' | 'bytes' | 'microseconds' | 'ratio' | 'plain';

/** One condition of a release. */
export interface Gate {
  readonly name: string;
  readonly passed: boolean;
  /** Where it counts as passed whatever was measured, because this kind of bundle is not asked for it. */
  readonly waived?: true;
  readonly statistic: Figure;
  readonly bound: Figure;
  /** On which side of the bound the statistic has to lie. */
  readonly sense: 'above' | 'at-least' | 'at-most' | 'below' | 'equal';
  readonly unit: Unit;
  readonly detail: string;
}

export interface DataPart {
  readonly findings: readonly Finding[];
  /** Lines of the file that held a bar, before cleaning. */
  readonly rowsRead: number;
  readonly bars: number;
  /** Bars with all features and a label. */
  readonly examples: number;
}

export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly count: number;
  /** Of the file, from 1; the first few. */
  readonly rows: readonly number[];
  readonly detail: string;
}

export interface ValidationPart {
  /** Oldest first. */
  readonly folds: readonly Fold[];
  readonly development: Span;
  readonly holdout: MayBeAbsent<Span>;
}

/** Trained on `train`, measured on `test`, which comes later. */
export interface Fold {
  readonly train: Span;
  readonly test: Span;
  /** Examples left out because their label reaches into the test. */
  readonly purged: number;
  readonly embargoBars: number;
}

export type HeadPart = HeadReport | (Absent & { readonly name: string });

/** One output of the model: `direction`, `risk`. */
export interface HeadReport {
  readonly name: string;
  readonly target: string;
  /** What a probability of 1 would say, in plain words. */
  readonly question: string;
  readonly selection: MayBeAbsent<Selection>;
  readonly search: MayBeAbsent<Search>;
  /** Chosen by the search, or the defaults where it was skipped. */
  readonly parameters: Settings;
  readonly members: readonly Member[];
  /** Out-of-sample scores, in the order of `validation.folds`. */
  readonly folds: readonly Scores[];
  readonly holdout: MayBeAbsent<Scores>;
  /** On the holdout. */
  readonly comparisons: readonly Comparison[];
  readonly calibration: MayBeAbsent<Calibration>;
}

export interface Selection {
  /** What `importance` measures, with unit: "log-loss added by permuting it, nats". */
  readonly measure: string;
  readonly features: readonly FeatureRank[];
  readonly steps: readonly SelectionStep[];
}

export interface FeatureRank {
  readonly feature: string;
  readonly importance: Estimate;
  readonly kept: boolean;
  /** Whether the head looks at it; where few are kept, the best of the dropped ones fill up. */
  readonly used: boolean;
  /** Why it was kept or dropped, and by which step. */
  readonly reason: string;
}

export interface SelectionStep {
  readonly name: string;
  readonly kept: number;
  readonly dropped: number;
  /** Out of sample, with the kept ones less with all: above 0 is better. */
  readonly aucGain: Estimate;
  /** Out of sample, with all less with the kept ones, nats per row: above 0 is better. */
  readonly logLossGain: Estimate;
}

export interface Search {
  readonly sampler: string;
  /** What a trial's value is, with unit; lower is better. */
  readonly objective: string;
  readonly trials: readonly SearchTrial[];
  /** Shares of the explained variance of the value; they need not sum to 1. */
  readonly importance: readonly { readonly parameter: string; readonly share: number }[];
  readonly importanceMethod: string;
}

/** A pruned trial's value is the intermediate one at which it was stopped. */
export type SearchTrial =
  | { readonly number: number; readonly outcome: 'complete' | 'pruned'; readonly value: Figure }
  | { readonly number: number; readonly outcome: 'failed'; readonly detail: string };

export interface Member {
  readonly name: string;
  /** In the combination of logits. */
  readonly weight: number;
  readonly detail: string;
}

export interface Scores {
  readonly rows: number;
  /** Share of label 1. */
  readonly positiveShare: Figure;
  readonly auc: Estimate;
  readonly logLoss: Estimate;
  readonly brier: Estimate;
  /** Log-loss of the training base rate less that of the model, paired by row, nats. */
  readonly gain: Estimate;
}

/** A baseline that says the same of every row; `Scores.gain` is over it. */
export const BASE_RATE = 'base rate of training';

/** The model against something simpler on the same rows. */
export interface Comparison {
  readonly baseline: string;
  /** Log-loss of the baseline less that of the model, paired by row, nats. */
  readonly gain: Estimate;
  /** What follows from it: "The risk head does not beat EWMA volatility." */
  readonly sentence: string;
}

export interface Calibration {
  /** Expected calibration error over the bins. */
  readonly ece: Figure;
  /** By ascending prediction; empty bins are left out. */
  readonly bins: readonly CalibrationBin[];
}

export interface CalibrationBin {
  readonly predictedMean: number;
  readonly count: number;
  /** Rows of label 1. */
  readonly positives: number;
}

export interface DecisionsPart {
  /** Where the policy was followed: the holdout's rows. */
  readonly span: Span;
  /** Of the value traded, each time the position changes. */
  readonly costPerSide: number;
  readonly policy: Settings;
  /** End of each row of the curves, ascending. */
  readonly atMs: readonly number[];
  readonly followed: Equity;
  readonly buyAndHold: Equity;
  readonly alwaysHold: Equity;
  readonly deflatedSharpe: MayBeAbsent<DeflatedSharpe>;
  /** Share of the rows that lie inside the trained range; on the others it abstains. */
  readonly coverage: Figure;
  readonly actions: Readonly<Record<ActionName, number>>;
  readonly confusion: MayBeAbsent<Confusion>;
}

export type ActionName = 'BUY' | 'SELL' | 'HOLD';

export interface Equity {
  /** Money from 1, after costs, as long as `atMs`. */
  readonly values: readonly number[];
  /** Final value less 1. */
  readonly growth: Figure;
  /** Greatest fall from a peak, share of the peak. */
  readonly drawdownMax: Figure;
  /** Annualised. */
  readonly sharpe: Estimate;
  /** Position changes in units of the full position. */
  readonly turnover: Figure;
  /** Share of the rows with a position. */
  readonly exposure: Figure;
}

/** Bailey and López de Prado (2014): the Sharpe ratio after the choice among many. */
export interface DeflatedSharpe {
  /** That the true Sharpe ratio is above what the best of `trials` would show by luck. */
  readonly probability: Figure;
  readonly trials: number;
  readonly looks: number;
}

/** Counts of action by outcome, for rows of like volatility. */
export interface Confusion {
  /** How the regimes were told apart. */
  readonly detail: string;
  /** Names of the columns: "up", "not up". */
  readonly outcomes: readonly string[];
  readonly regimes: readonly {
    readonly name: 'low' | 'middle' | 'high';
    /** One count for each outcome. */
    readonly counts: Readonly<Record<ActionName, readonly number[]>>;
  }[];
}

export interface CompressionPart {
  /** In the order they were tried; the first is the uncompressed form all others are measured against. */
  readonly steps: readonly CompressionStep[];
  /** Form of the step that would be released; null where none keeps the bounds. */
  readonly chosen: string | null;
  readonly bounds: { readonly flipShareMax: number; readonly aucLossMax: number };
  /** Rows on which flips were counted, and what they are. */
  readonly rows: number;
  readonly rowsDetail: string;
}

export interface CompressionStep {
  readonly form: string;
  /** As kernel tables, the same container for every form. */
  readonly sizeBytes: number;
  readonly gzippedBytes: number;
  /** As the ONNX file that is served, gzipped. */
  readonly onnxGzippedBytes: number;
  /** Of the rows where either form acts. */
  readonly flipShare: Figure;
  /** Rows where one says BUY and the other SELL. */
  readonly oppositeFlips: number;
  /** Rows where either form acts, as a share of all. */
  readonly actingShare: Figure;
  /** What each head is worth in this form, in the order of the model's outputs. */
  readonly heads: readonly CompressedHead[];
  /** Medians on the machine of the run; the same calls in the same order for every form. */
  readonly latencies: readonly Latency[];
  /** Why it was or was not chosen. */
  readonly detail: string;
}

export interface CompressedHead {
  readonly name: string;
  readonly auc: Figure;
  readonly logLoss: Figure;
  /** Expected calibration error over 15 bins of equal width. */
  readonly ece: Figure;
  /** Log-loss of this form less that of the first, paired by row, nats: above 0 is worse. */
  readonly logLossChange: Estimate;
}

export interface Latency {
  readonly engine: string;
  /** Rows asked in one call. */
  readonly batchRows: number;
  /** Time of the call ÷ its rows. */
  readonly usPerRow: number;
}

export interface LedgerPart {
  /** Error probability shared out over all looks at this holdout. */
  readonly alpha: number;
  readonly looks: readonly HoldoutLook[];
}

export interface HoldoutLook {
  /** From 1. */
  readonly index: number;
  readonly alphaSpent: number;
  /** Hash of what was looked at. */
  readonly candidate: string;
  readonly statistic: Figure;
  readonly verdict: 'passed' | 'refused';
}

export interface LineagePart {
  readonly parameters: Settings;
  readonly stages: readonly { readonly name: string; readonly durationMs: number }[];
  readonly versions: Settings;
  readonly machine: Settings;
}
