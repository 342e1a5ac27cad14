import type { FeatureRank, Selection, SelectionStep } from '../../optimization-report.ts';
import { importanceBars } from '../charts/importance-bars.ts';
import { intervalDots } from '../charts/interval-dots.ts';
import { boxSample, figure } from '../figure.ts';
import { decimals, integer, interval, isMeasured, nats, signed } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { absence } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** Which features are used, why, and what leaving the others out did. */
export function selectionBlock({ measure, features, steps }: Selection): Markup {
  const kept = features.filter((feature) => feature.kept).length;
  const used = features.filter((feature) => feature.used).length;
  const ranked = [...features].sort((a, b) => order(b.importance.value) - order(a.importance.value));
  const bars = ranked.map(({ feature, importance, kept, used, reason }) => ({
    name: feature,
    importance,
    state: stateOf({ kept, used }),
    note: reason,
  }));
  const ranks =
    bars.length === 0
      ? absence('no features were ranked')
      : figure({
          title: `${integer(kept)} of ${integer(features.length)} features kept${used === kept ? '' : `, ${integer(used)} used`}`,
          caption: `Ranked by ${measure}. Bars with an interval are of the model; those without, of features that an earlier step had dropped, of the trees of the first step. A dropped feature may rank high; the numbers below say why it was dropped.${used === kept ? '' : ' So few were kept that the last to be dropped fill up what the head looks at.'}`,
          legend: [
            { sample: boxSample('kept'), meaning: 'kept' },
            ...(used === kept
              ? []
              : [{ sample: boxSample('filled'), meaning: 'dropped, used all the same' }]),
            { sample: boxSample('dropped'), meaning: 'dropped' },
            { sample: html`<path class="whisker" d="M3 7H23M3 4v6M23 4v6"/>`, meaning: '95 % interval' },
          ],
          chart: (size) => importanceBars({ bars, measure, format: nats }, size),
          table: table({
            label: 'Features by rank',
            columns: [
              text('feature'),
              figures('importance'),
              figures('95 % interval'),
              text('kept'),
              text('why'),
            ],
            rows: ranked.map(({ feature, importance, kept, used, reason }) => [
              feature,
              nats(importance.value),
              interval(importance, nats),
              STATES[stateOf({ kept, used })],
              reason,
            ]),
          }),
        });
  return html`${ranks}${steps.length === 0 ? null : stepFigure(steps)}`;
}

const stepFigure = (steps: readonly SelectionStep[]): Markup =>
  figure({
    title: 'What each step of the selection did',
    caption:
      'Out of sample: log-loss with all features less that with those kept so far. Right of the line, leaving features out helped.',
    legend: [],
    chart: (size) =>
      intervalDots(
        {
          dots: steps.map(({ name, kept, logLossGain }, i) => ({
            name: `${name}: ${integer(kept)} kept`,
            figure: logLossGain,
            emphasis: i === steps.length - 1,
          })),
          measure: 'gain in log-loss, nats per row, 95 % interval',
          format: signed(nats),
        },
        size,
      ),
    table: table({
      label: 'Steps of the selection',
      columns: [
        text('step'),
        figures('kept'),
        figures('dropped'),
        figures('AUC gain'),
        figures('95 % interval'),
        figures('log-loss gain, nats'),
        figures('95 % interval'),
      ],
      rows: steps.map(({ name, kept, dropped, aucGain, logLossGain }) => [
        name,
        integer(kept),
        integer(dropped),
        signed(decimals(4))(aucGain.value),
        interval(aucGain, signed(decimals(4))),
        signed(nats)(logLossGain.value),
        interval(logLossGain, signed(nats)),
      ]),
    }),
  });

const stateOf = ({ kept, used }: Pick<FeatureRank, 'kept' | 'used'>): keyof typeof STATES =>
  kept ? 'kept' : used ? 'filled' : 'dropped';
const STATES = { kept: 'kept', filled: 'dropped, used', dropped: 'dropped' } as const;

const order = (value: number | null): number => (isMeasured(value) ? value : Number.NEGATIVE_INFINITY);
