import {
  BASE_RATE,
  type Calibration,
  type HeadPart,
  type HeadReport,
  isAbsent,
  type Scores,
} from '../../optimization-report.ts';
import { calibrationCurve, calibrationPoint } from '../charts/calibration-curve.ts';
import { intervalDots } from '../charts/interval-dots.ts';
import { boxSample, figure, lineSample } from '../figure.ts';
import { counted, decimals, integer, interval, nats, percent, signed } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import { absence, section, settingFacts } from '../section.ts';
import { estimateCell, figures, table, text } from '../table.ts';
import { searchBlock } from './search-block.ts';
import { selectionBlock } from './selection-block.ts';

/** One output of the model: what it was made of and what it is worth out of sample. */
export function headSection(head: HeadPart, index: number): Markup {
  const place = { id: `head-${index + 1}`, title: `Head: ${head.name}` };
  if (isAbsent(head))
    return section({ ...place, lead: 'This output was not trained.' }, absence(head.absent));
  return section({ ...place, lead: `${head.question} Target: ${head.target}.` }, [
    html`<h3>Worth out of sample</h3>`,
    head.comparisons.map(({ sentence }) => html`<p class="take">${sentence}</p>`),
    scoreFigure(head),
    html`<h3>Calibration</h3>`,
    isAbsent(head.calibration) ? absence(head.calibration.absent) : calibrationFigure(head.calibration),
    html`<h3>Features</h3>`,
    isAbsent(head.selection) ? absence(head.selection.absent) : selectionBlock(head.selection),
    html`<h3>Search</h3>`,
    isAbsent(head.search) ? absence(head.search.absent) : searchBlock(head.search),
    html`<h3>Chosen parameters and members</h3>`,
    settingFacts(head.parameters),
    memberTable(head),
  ]);
}

function scoreFigure({ folds, holdout, comparisons, name }: HeadReport): Markup {
  const others = comparisons.filter(({ baseline }) => baseline !== BASE_RATE);
  const dots = [
    ...folds.map((scores, i) => ({ name: `fold ${i + 1}`, figure: scores.gain, emphasis: false })),
    ...(isAbsent(holdout) ? [] : [{ name: 'holdout', figure: holdout.gain, emphasis: true }]),
    ...others.map(({ baseline, gain }) => ({
      name: `holdout, over ${baseline}`,
      figure: gain,
      emphasis: true,
    })),
  ];
  const missing = isAbsent(holdout) ? absence(holdout.absent) : null;
  if (dots.length === 0) return html`${missing}${absence('no fold was measured')}`;
  return html`${missing}${figure({
    title: 'Gain in log-loss',
    caption:
      'How much less the model is surprised than the base rate of its training span is, per row; where a baseline is named, than that baseline. Right of the line is better; an interval that crosses it shows nothing. Intervals of folds are of a block bootstrap, those of the holdout of the test that the gates go by.',
    legend: [],
    chart: (size) =>
      intervalDots(
        { dots, measure: 'gain in log-loss, nats per row, 95 % interval', format: signed(nats) },
        size,
      ),
    table: table({
      label: `Gains in log-loss of the head ${name}`,
      columns: [text('measured on'), figures('gain, nats'), figures('95 % interval')],
      rows: dots.map(({ name, figure }) => [
        name,
        signed(nats)(figure.value),
        interval(figure, signed(nats)),
      ]),
    }),
  })}${scoreTable(folds, isAbsent(holdout) ? [] : [holdout], name)}`;
}

function scoreTable(folds: readonly Scores[], holdout: readonly Scores[], head: string): Markup {
  const row = (name: string, scores: Scores): readonly Content[] => [
    name,
    integer(scores.rows),
    percent(1)(scores.positiveShare),
    estimateCell(scores.auc, decimals(3)),
    estimateCell(scores.logLoss, nats),
    estimateCell(scores.brier, nats),
    estimateCell(scores.gain, signed(nats)),
  ];
  return table({
    label: `Out-of-sample scores of the head ${head}`,
    columns: [
      text('part'),
      ...['rows', 'label 1', 'AUC', 'log-loss, nats', 'Brier', 'gain, nats'].map(figures),
    ],
    rows: [
      ...folds.map((scores, i) => row(`fold ${i + 1}`, scores)),
      ...holdout.map((scores) => row('holdout', scores)),
    ],
    rowClass: (i) => (i >= folds.length ? 'strong' : ''),
  });
}

function calibrationFigure(calibration: Calibration): Markup {
  const points = calibration.bins.map(calibrationPoint);
  if (points.length === 0) return absence('there were no rows to bin');
  return figure({
    title: `Calibration on the holdout: expected error ${decimals(4)(calibration.ece)} in ${counted(points.length, 'bin', 'bins')} of equal counts`,
    caption:
      'Where the model says 60 %, it should happen in 60 % of cases: points on the dashed line, which is steep or flat where the axes differ in scale. Whiskers are 95 % Wilson intervals of the observed share.',
    legend: [
      { sample: html`<circle class="dot" cx="13" cy="7" r="4.5"/>`, meaning: 'observed share of a bin' },
      { sample: lineSample('ideal'), meaning: 'perfect calibration' },
      { sample: boxSample('count'), meaning: 'rows in the bin' },
    ],
    chart: (size) => calibrationCurve(calibration, size),
    table: table({
      label: 'Calibration by bin',
      columns: [
        figures('predicted, mean'),
        figures('observed'),
        figures('95 % Wilson interval'),
        figures('rows'),
      ],
      rows: points.map((point) => [
        percent(1)(point.predictedMean),
        percent(1)(point.observed),
        interval({ ...point, value: point.observed }, percent(1)),
        integer(point.count),
      ]),
    }),
  });
}

const memberTable = ({ members, name }: HeadReport): Markup =>
  members.length === 0
    ? absence('no members were recorded')
    : table({
        label: `Members of the head ${name}`,
        columns: [text('member'), figures('weight'), text('detail')],
        rows: members.map(({ name: member, weight, detail }) => [member, decimals(3)(weight), detail]),
      });
