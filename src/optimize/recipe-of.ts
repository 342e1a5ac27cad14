import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import { dailyV1 } from '../features/daily-v1.ts';
import { demoBars } from '../local/demo-series.ts';
import { manifestSchema } from '../models/manifest.ts';
import type { ColumnNames } from './data/market-columns.ts';
import { readMarketCsv } from './data/read-market-csv.ts';
import { readSource, type SourceData, type SourceName, sourceNames } from './data/sources.ts';
import type { Target } from './data/target.ts';
import { usableFeatures } from './data/usable-features.ts';
import type { Recipe } from './recipe.ts';

export interface RecipeRequest {
  /** A ready source, `demo`, or the path of a CSV file. */
  readonly data: string;
  readonly columns: ColumnNames;
  readonly interval: Recipe['interval'];
  /** Undefined: the source's own, or the file's name. */
  readonly symbol: string | undefined;
  /** Undefined: symbol and interval. */
  readonly name: string | undefined;
  /** Of the degraded ladder, on which it is to stand in for the model of its name; undefined for none. */
  readonly rung: Recipe['rung'];
  readonly direction: Target;
  readonly risk: Target | undefined;
  readonly holdoutShare: number;
  readonly costPerSide: number;
}

/** What is to be made of the data that was asked for. The error says what the data lacks, with rows. */
export async function recipeOf(request: RecipeRequest): Promise<Result<Recipe, string>> {
  const recipe = await withoutCheck(request);
  if (!recipe.ok || manifestSchema.shape.name.safeParse(recipe.value.name).success) return recipe;
  // Told now, and not by the release after hours of work.
  return err(
    `a bundle cannot be named "${recipe.value.name}": lower-case letters, digits and hyphens, 63 at most; --name`,
  );
}

async function withoutCheck(request: RecipeRequest): Promise<Result<Recipe, string>> {
  if (request.data === 'demo') return demoRecipe(request);
  const source = isReady(request.data) ? await readSource(request.data) : await readFileSource(request);
  if (!source.ok) return source;
  const { bars, description, sha256, report, calendarFit } = source.value;
  const symbol = request.symbol ?? source.value.symbol;
  if (bars.length < dailyV1.windowBars) {
    return err(`${bars.length} bars are less than the ${dailyV1.windowBars} that the features look at`);
  }
  const { set, leftOut } = usableFeatures(bars, dailyV1);
  return ok({
    ...common(request, symbol),
    purpose: 'production',
    calendar: calendarFit.calendar,
    source: { bars, description, sha256, report },
    featureSet: set,
    outcomes: { kind: 'market' },
    thresholds: { kind: 'chosen' },
    caveats: [
      ...leftOut.map(({ name, why }) => `The feature ${name} is left out: ${why}.`),
      ...(calendarFit.misfits === 0
        ? []
        : [
            `${calendarFit.misfits} bars or gaps do not fit the calendar ${calendarFit.calendar}, the best fit; a request's bars must.`,
          ]),
      ...(CAVEATS[request.data] ?? []),
      'One series, one path of history, and bars as they stand in a file of later days. This says nothing about live trading.',
    ],
  });
}

const isReady = (data: string): data is SourceName => sourceNames.some((name) => name === data);

const common = (request: RecipeRequest, symbol: string) => ({
  name: request.name ?? nameOf(symbol, request.interval),
  rung: request.rung,
  symbols: [symbol],
  interval: request.interval,
  direction: request.direction,
  risk: request.risk,
  holdoutShare: request.holdoutShare,
  costPerSide: request.costPerSide,
  domainMargin: 0.25,
});

/** `^GSPC` → `gspc-1d`. */
const nameOf = (symbol: string, interval: string): string =>
  `${symbol} ${interval}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');

async function readFileSource({
  data,
  columns,
  interval,
}: RecipeRequest): Promise<Result<SourceData, string>> {
  let text: string;
  try {
    text = await readFile(data, 'utf8');
  } catch (failure) {
    return err(
      `${data} is neither a file nor one of ${[...sourceNames, 'demo'].join(', ')}: ${messageOf(failure)}`,
    );
  }
  const read = readMarketCsv(text, { columns, interval });
  if (!read.ok) return err(`${data}:\n${read.error}`);
  const symbol = basename(data)
    .replace(/\.[^.]*$/, '')
    .toUpperCase();
  return ok({ ...read.value, symbol, description: basename(data), sha256: sha256Hex(text) });
}

/**
 * A security that does not exist, for tests and load: it must act, it need not be right. All features, so that a
 * request with features alone is as large as it gets.
 */
function demoRecipe(request: RecipeRequest): Result<Recipe, string> {
  if (request.direction.horizonBars !== 1 || (request.risk?.horizonBars ?? 1) !== 1) {
    return err('what comes of the demo is planted bar by bar: its targets take a horizon of 1');
  }
  if (request.rung !== undefined) {
    return err('the demo makes a test bundle, whose gates are waived: it may stand on no rung of the ladder');
  }
  const bars = demoBars({ seed: 7, endMs: Date.UTC(2025, 0, 1), count: 5_000 });
  return ok({
    ...common(request, request.symbol ?? 'DEMO'),
    name: request.name ?? 'active',
    purpose: 'test',
    calendar: '24x7',
    source: {
      bars,
      description: 'seeded random walk and planted returns, seed 7',
      sha256: sha256Hex(canonicalJson(bars)),
      report: { rowCount: bars.length, barCount: bars.length, findings: [] },
    },
    featureSet: dailyV1,
    outcomes: { kind: 'planted', pull: 0.6, seed: 7 },
    domainMargin: 1,
    thresholds: { kind: 'shares', buy: 0.42, sell: 0.42 },
    costPerSide: 0,
    caveats: [
      'The prices are a random walk and what came of them was drawn by a rule, so that there is something to learn: the figures say nothing of any market. This bundle exists to act.',
    ],
  });
}

const CAVEATS: Readonly<Record<string, readonly string[]>> = {
  spx: [
    'The file gives the previous close as the open of nearly every session until mid-2006. A fill "at the next open" is there a fill at the close of the decision itself, and overnight gaps are 0. The holdout has true opens.',
  ],
};
