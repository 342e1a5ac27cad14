import { SeededRandom } from '../../core/seeded-random.ts';
import { pairedDifference, type Stance } from '../../experiments/paired-difference.ts';
import { type Span, settledBars } from '../../experiments/settled-bars.ts';
import { createBettingWealth } from '../../stats/betting-wealth.ts';
import { confidenceSequence } from '../../stats/confidence-sequence.ts';
import { meanOf } from '../../stats/mean-of.ts';
import { quantile } from '../../stats/quantile.ts';

export interface CompetitionProofOptions {
  /** Daily returns of a real series, oldest first. */
  readonly returns: Float64Array;
  /** Experiments in which no arm is better, of each kind. */
  readonly nulls: number;
  /** Experiments of each effect. */
  readonly powerRuns: number;
  readonly seed: number;
}

export interface CompetitionProof {
  readonly passed: boolean;
  readonly lines: readonly string[];
}

const ALPHA = 0.05;
/** Four years of days. */
const BARS = 1_000;
const SYMBOLS = 3;
/** Calm and loud times are longer, trends shorter. */
const BLOCK_BARS = 20;
/** Somebody looks this often, and acts at the first look that shows something. */
const LOOK_BARS = 50;
const TERMS = { roundTripCost: 0.0004, gainMax: 0.03 };
/** Of the days on which both arms act, the share on which the candidate is right, where chance is 50 %. */
const RIGHT_SHARES = [0.53, 0.55, 0.6] as const;

/** An experiment as it would have gone, all outcomes in. */
interface Story {
  readonly units: readonly (Span & { readonly difference: number; readonly arrivesAtBar: number })[];
}

interface Nulls {
  readonly name: string;
  readonly detail: string;
  readonly story: (returns: Float64Array, random: SeededRandom) => Story;
}

/**
 * That an experiment's test errs as seldom as it says while somebody looks all the time, and how soon it shows what is
 * there. Experiments are made of a real series by a circular block bootstrap: three symbols share the market's return
 * of a bar, policies remember other resamples of the series, outcomes come up to 21 bars late, and losses of the candidate
 * 15 bars later than its gains.
 */
export async function proveCompetition(options: CompetitionProofOptions): Promise<CompetitionProof> {
  const random = new SeededRandom(options.seed);
  const errors = NULLS.map((nulls) => proveNulls(nulls, options, random));
  const power = RIGHT_SHARES.map((rightShare) => powerLine(rightShare, options, random));
  return {
    passed: errors.every(({ passed }) => passed),
    lines: [
      `${options.nulls} experiments of ${BARS} bars and ${SYMBOLS} symbols a kind, a look every ${LOOK_BARS} bars, α = ${ALPHA}`,
      ...errors.flatMap(({ lines }) => lines),
      ...power,
    ],
  };
}

const NULLS: readonly Nulls[] = [
  {
    name: 'no difference',
    detail: 'a coin says on each bar which of the two policies is called the candidate',
    story: (returns, random) => storyOf(returns, random, { coin: true, rightShare: 0.5 }),
  },
  {
    name: 'no knowledge',
    detail: 'two policies that follow other resamples, against centred returns',
    story: (returns, random) => storyOf(returns, random, { coin: false, rightShare: 0.5 }),
  },
];

function proveNulls({ name, detail, story }: Nulls, options: CompetitionProofOptions, random: SeededRandom) {
  let found = 0;
  let foundByT = 0;
  let leftOut = 0;
  for (let run = 0; run < options.nulls; run += 1) {
    const { byWealth, byT, differences } = looks(story(options.returns, random));
    const { low, high } = confidenceSequence(differences, ALPHA);
    if (low > 0 || high < 0) leftOut += 1;
    if (byWealth !== undefined) found += 1;
    if (byT !== undefined) foundByT += 1;
  }
  const lines = [
    `${name} (${detail})`,
    `  e-process: ${percent(found / options.nulls)} shown to be better, at most ${percent(ALPHA)} allowed; a t-test at each look: ${percent(foundByT / options.nulls)}`,
    `  intervals of ${percent(1 - ALPHA)} that ever left out the true difference, 0: ${percent(leftOut / options.nulls)}`,
  ];
  return { passed: Math.max(found, leftOut) <= ALPHA * options.nulls, lines };
}

function powerLine(rightShare: number, options: CompetitionProofOptions, random: SeededRandom): string {
  const bars: number[] = [];
  for (let run = 0; run < options.powerRuns; run += 1) {
    const { byWealth } = looks(storyOf(options.returns, random, { coin: false, rightShare }));
    bars.push(byWealth ?? Number.POSITIVE_INFINITY);
  }
  bars.sort((a, b) => a - b);
  const shownBy = (bar: number): string => percent(bars.filter((at) => at <= bar).length / bars.length);
  const median = quantile(bars, 0.5);
  return `right on ${percent(rightShare)} of its days: shown within 250 bars in ${shownBy(250)}, 500 in ${shownBy(500)}, ${BARS} in ${shownBy(BARS)}, half of them by bar ${Number.isFinite(median) ? Math.ceil(median) : 'none'}`;
}

/** The bar of the first look at which each test shows the candidate to be better, if any; and what the last look saw. */
function looks({ units }: Story) {
  let byWealth: number | undefined;
  let byT: number | undefined;
  let differences: readonly number[] = [];
  for (let bar = LOOK_BARS; bar <= BARS; bar += LOOK_BARS) {
    const known = units
      .slice(0, bar * SYMBOLS)
      .map((unit) => (unit.arrivesAtBar <= bar ? unit : { ...unit, isSettled: false }));
    differences = settledBars(known).map((symbols) => meanOf(symbols.map(({ difference }) => difference)));
    const gambler = createBettingWealth(0);
    for (const difference of differences) gambler.add(difference);
    if (gambler.peak() >= 1 / ALPHA) byWealth ??= bar;
    if (tOf(differences) > 1.645) byT ??= bar;
  }
  return { byWealth, byT, differences };
}

function tOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return mean / Math.sqrt(squares / (values.length * (values.length - 1)));
}

/** @param rightShare of the bars on which the candidate acts, 0.5 for one that knows nothing */
function storyOf(
  returns: Float64Array,
  random: SeededRandom,
  { coin, rightShare }: { readonly coin: boolean; readonly rightShare: number },
): Story {
  const market = resample(returns, random);
  const symbols = Array.from({ length: SYMBOLS }, () => ({
    own: resample(returns, random),
    production: resample(returns, random),
    candidate: resample(returns, random),
  }));
  const units: Story['units'][number][] = [];
  for (let bar = 0; bar < BARS; bar += 1) {
    const isSwapped = coin && random.uniform() < 0.5;
    for (const { own, production, candidate } of symbols) {
      const outcome = ((market[bar] as number) + (own[bar] as number)) / Math.SQRT2;
      const stance = knowing(trendOf(candidate, bar, 10), outcome, 2 * rightShare - 1, random);
      const gained = pairedDifference(stance, trendOf(production, bar, 3), outcome, TERMS);
      const difference = isSwapped ? -gained : gained;
      const lateBars = 1 + random.below(6) + (difference < 0 ? 15 : 0);
      units.push({
        fromMs: bar,
        untilMs: bar + 1,
        isSettled: true,
        difference,
        arrivesAtBar: bar + lateBars,
      });
    }
  }
  return { units };
}

/** Follows the trend of its series up to the bar, by as much as it is strong. */
function trendOf(series: Float64Array, bar: number, lengthBars: number): Stance {
  let sum = 0;
  for (let i = Math.max(0, bar - lengthBars); i < bar; i += 1) sum += series[i] as number;
  const size = Math.min(1, Math.abs(sum) / 0.02);
  if (size < 0.1) return { action: 'HOLD', size: 0 };
  return { action: sum > 0 ? 'BUY' : 'SELL', size };
}

/** On a share of the bars it is told which way the market goes. */
function knowing(stance: Stance, outcome: number, toldShare: number, random: SeededRandom): Stance {
  if (stance.action === 'HOLD' || random.uniform() >= toldShare) return stance;
  return { action: outcome > 0 ? 'BUY' : 'SELL', size: stance.size };
}

/** Centred, so that no policy earns by being long more often. */
function resample(returns: Float64Array, random: SeededRandom): Float64Array {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const resampled = new Float64Array(BARS);
  for (let filled = 0; filled < BARS; filled += BLOCK_BARS) {
    const start = random.below(returns.length);
    for (let i = 0; i < Math.min(BLOCK_BARS, BARS - filled); i += 1) {
      resampled[filled + i] = (returns[(start + i) % returns.length] as number) - mean;
    }
  }
  return resampled;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
