import {
  isAbsent,
  type OptimizationReport,
  type Span,
  type ValidationPart,
} from '../../optimization-report.ts';
import { foldTimeline } from '../charts/fold-timeline.ts';
import { boxSample, figure, thinSample } from '../figure.ts';
import { instant, integer } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import { absence, section } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** Which rows were trained and tested on, in which order. */
export function validationSection({ validation }: OptimizationReport): Markup {
  const { holdout } = validation;
  return section(
    {
      id: 'validation',
      title: 'Validation layout',
      lead: 'Every choice was made inside the development span, each fold tested on what came after its training. The holdout stayed out of all of them; looks at it are counted in the ledger.',
    },
    [
      isAbsent(holdout) ? html`<p class="absent">There is no holdout: ${holdout.absent}.</p>` : null,
      validation.folds.length === 0
        ? absence('no folds were made')
        : figure({
            title: 'Walk-forward folds',
            caption: `Examples whose label reaches into a test or into the ${embargoes(validation)} of embargo before it were left out; at this scale that gap is a hair’s breadth.`,
            legend: [
              { sample: thinSample('train'), meaning: 'trained' },
              { sample: boxSample('test'), meaning: 'tested' },
              { sample: boxSample('holdout'), meaning: 'holdout' },
            ],
            chart: (size) => foldTimeline(validation, size),
            table: foldTable(validation),
          }),
    ],
  );
}

function embargoes({ folds }: ValidationPart): string {
  const bars = [...new Set(folds.map(({ embargoBars }) => embargoBars))].map(integer).join(' or ');
  return bars === '1' ? '1 bar' : `${bars} bars`;
}

function foldTable({ folds, development, holdout }: ValidationPart): Markup {
  const span = ({ fromMs, toMs }: Span): string => `${instant(fromMs)} to ${instant(toMs)}`;
  return table({
    label: 'Walk-forward folds and holdout',
    columns: [
      text('fold'),
      text('trained on'),
      figures('rows'),
      text('tested on'),
      figures('rows'),
      figures('left out'),
      figures('embargo, bars'),
    ],
    rows: [
      ...folds.map(({ train, test, purged, embargoBars }, i): readonly Content[] => [
        integer(i + 1),
        span(train),
        integer(train.rows),
        span(test),
        integer(test.rows),
        integer(purged),
        integer(embargoBars),
      ]),
      [
        'holdout',
        span(development),
        integer(development.rows),
        isAbsent(holdout) ? 'none' : span(holdout),
        isAbsent(holdout) ? '–' : integer(holdout.rows),
        '',
        '',
      ],
    ],
  });
}
