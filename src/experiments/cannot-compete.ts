import type { ServedModel } from '../models/catalog.ts';

/** Why a model cannot stand in for another on a symbol; undefined where it can: what fits the one then fits the other. */
export function cannotCompete(
  candidate: ServedModel,
  production: ServedModel,
  symbol: string,
): string | undefined {
  const ours = candidate.bundle.manifest;
  const theirs = production.bundle.manifest;
  if (candidate === production) return `serves ${symbol} in production`;
  if (!ours.symbols.includes(symbol)) return `does not serve ${symbol}`;
  if (ours.interval !== theirs.interval) return `takes bars of ${ours.interval}, not ${theirs.interval}`;
  if (ours.calendar !== theirs.calendar) return `follows the calendar ${ours.calendar}`;
  if (ours.features.windowBars > theirs.features.windowBars) {
    return `needs ${ours.features.windowBars} bars, production ${theirs.features.windowBars}`;
  }
  return undefined;
}
