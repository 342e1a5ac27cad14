import type { Bar } from '../features/bar.ts';
import { barNameMs, type Calendar } from '../market/calendar.ts';
import type { ReportedOutcome } from './record-outcomes.ts';

/**
 * What the market's bars say of trials: from the open behind a trial's bar to the open `horizonBars` later. Trials whose
 * horizon does not lie in the bars get none.
 *
 * @param bars consecutive sessions of the calendar, oldest first
 */
export function outcomesOfBars(
  bars: readonly Bar[],
  trials: readonly { readonly decisionId: string; readonly barMs: number }[],
  { calendar, horizonBars }: { readonly calendar: Calendar; readonly horizonBars: number },
): readonly ReportedOutcome[] {
  const places = new Map(bars.map(({ tMs }, index) => [barNameMs(calendar, tMs), index]));
  return trials.flatMap(({ decisionId, barMs }) => {
    const place = places.get(barMs);
    const fill = place === undefined ? undefined : bars[place + 1];
    const exit = place === undefined ? undefined : bars[place + 1 + horizonBars];
    return fill && exit ? [{ decisionId, outcome: exit.open / fill.open - 1 }] : [];
  });
}
