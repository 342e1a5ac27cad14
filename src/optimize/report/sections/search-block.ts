import type { Search, SearchTrial } from '../../optimization-report.ts';
import { importanceBars } from '../charts/importance-bars.ts';
import { searchHistory } from '../charts/search-history.ts';
import { boxSample, figure, lineSample } from '../figure.ts';
import { integer, percent, setting } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { absence } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** How the hyperparameters were found, and which of them mattered. */
export function searchBlock(search: Search): Markup {
  if (search.trials.length === 0) return absence('the search made no trial');
  return html`${historyFigure(search)}${search.importance.length === 0 ? absence('too few trials were complete, or all alike, to tell which parameters mattered') : importanceFigure(search)}`;
}

const historyFigure = (search: Search): Markup =>
  figure({
    title: `${integer(search.trials.length)} trials of ${search.sampler}`,
    caption: `${search.objective}; lower is better. A pruned trial stands at its value over the folds it got to, which is not comparable to a complete one’s; one beyond the scale of the complete ones stands at its edge, above it as a triangle.`,
    legend: [
      { sample: html`<circle class="complete" cx="13" cy="7" r="3.4"/>`, meaning: 'complete' },
      { sample: html`<path class="pruned" d="M13 3l4 4l-4 4l-4 -4z"/>`, meaning: 'pruned' },
      { sample: html`<path class="failed" d="M9.5 3.5l7 7m0 -7l-7 7"/>`, meaning: 'failed' },
      { sample: lineSample('s2'), meaning: 'best so far' },
    ],
    chart: (size) => searchHistory(search, size),
    table: table({
      label: 'Trials of the search',
      columns: [figures('trial'), text('outcome'), figures('value')],
      rows: search.trials.map((trial) => [setting(trial.number), trial.outcome, trialText(trial)]),
    }),
  });

const trialText = (trial: SearchTrial): string =>
  trial.outcome === 'failed' ? trial.detail : setting(trial.value ?? NaN);

function importanceFigure({ importance, importanceMethod }: Search): Markup {
  const ranked = [...importance].sort((a, b) => b.share - a.share);
  return figure({
    title: 'Which parameters mattered',
    caption: `Share of the explained variance of the value, by ${importanceMethod}.`,
    legend: [{ sample: boxSample('kept'), meaning: 'share' }],
    chart: (size) =>
      importanceBars(
        {
          bars: ranked.map(({ parameter, share }) => ({
            name: parameter,
            importance: { value: share, low: null, high: null },
            state: 'kept' as const,
            note: '',
          })),
          measure: 'share of the explained variance',
          format: percent(1),
        },
        size,
      ),
    table: table({
      label: 'Importance of the parameters',
      columns: [text('parameter'), figures('share')],
      rows: ranked.map(({ parameter, share }) => [parameter, percent(1)(share)]),
    }),
  });
}
