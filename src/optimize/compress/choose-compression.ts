import type { FrontierStep } from './frontier.ts';

/** What a compressed form may differ by from the f32 model. */
export interface CompressionBounds {
  /** Flips ÷ rows where either acts. */
  readonly flipShareMax: number;
  readonly aucLossMax: number;
  /** Both forms must act on at least this share of the smoothed rows, else few flips say little. */
  readonly actingShareMin: number;
  /** Smoothed rows the flips were counted on. */
  readonly rowCountMin: number;
}

export const compressionBounds: CompressionBounds = {
  flipShareMax: 0.005,
  aucLossMax: 0.002,
  actingShareMin: 0.1,
  rowCountMin: 100_000,
};

interface CompressionChoice {
  /** The smallest step, gzipped, within the bounds; undefined where none is. */
  readonly chosen: FrontierStep | undefined;
  /** Of each step, in order, what it breaks. */
  readonly refusals: readonly { readonly name: string; readonly reasons: readonly string[] }[];
}

/** No BUY may become a SELL, whatever the bounds. */
export function chooseCompression(
  steps: readonly FrontierStep[],
  bounds: CompressionBounds,
): CompressionChoice {
  const refusals = steps.map((step) => ({ name: step.name, reasons: reasonsAgainst(step, bounds) }));
  const allowed = steps.filter((_, i) => refusals[i]?.reasons.length === 0);
  const chosen = allowed.reduce<FrontierStep | undefined>(
    (best, step) => (best && best.gzipBytes <= step.gzipBytes ? best : step),
    undefined,
  );
  return { chosen, refusals };
}

/** What the step breaks, in words. Written so that a figure which is not a number is a reason too. */
function reasonsAgainst({ flips, aucLoss }: FrontierStep, bounds: CompressionBounds): string[] {
  const reasons: string[] = [];
  const acting = Math.min(...flips.actingShares);
  if (!(flips.flipShare <= bounds.flipShareMax)) {
    reasons.push(
      `${percent(flips.flipShare)} of acting rows flip, more than ${percent(bounds.flipShareMax)}`,
    );
  }
  if (flips.opposites !== 0) reasons.push(`${flips.opposites} rows turn from BUY to SELL or back`);
  if (!(aucLoss <= bounds.aucLossMax)) {
    reasons.push(`the AUC falls by ${aucLoss.toFixed(4)}, more than ${bounds.aucLossMax}`);
  }
  if (!(acting >= bounds.actingShareMin)) {
    reasons.push(`only ${percent(acting)} of rows act, fewer than ${percent(bounds.actingShareMin)}`);
  }
  if (!(flips.rowCount >= bounds.rowCountMin)) {
    reasons.push(`flips were counted on ${flips.rowCount} rows, fewer than ${bounds.rowCountMin}`);
  }
  return reasons;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
