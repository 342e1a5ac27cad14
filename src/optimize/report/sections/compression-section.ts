import { type FrontierPoint, sizeFrontier } from '../charts/size-frontier.ts';
import { figure, lineSample } from '../figure.ts';
import { bytes, decimals, integer, interval, microseconds, nats, percent, signed } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import {
  type CompressionPart,
  type CompressionStep,
  type Estimate,
  isAbsent,
  type OptimizationReport,
} from '../optimization-report.ts';
import { absence, section } from '../section.ts';
import { estimateCell, figures, table, text } from '../table.ts';

/** What each smaller form of the model costs. */
export function compressionSection({ compression }: OptimizationReport): Markup {
  const place = {
    id: 'compression',
    title: 'Compression',
    lead: 'Smaller forms of the same model, each against the uncompressed one on the same rows. Above all, whether decisions flip.',
  };
  if (isAbsent(compression)) return section(place, absence(compression.absent));
  if (compression.steps.length === 0) return section(place, absence('no form was measured'));
  return section(place, [
    compression.chosen === null ? html`<p class="take">No smaller form keeps the bounds.</p>` : null,
    html`<h3>Size and speed</h3>`,
    sizeTable(compression),
    html`<h3>What they lose</h3><p>Flips were counted on ${integer(compression.rows)} rows: ${compression.rowsDetail}. At most ${percent(2)(compression.bounds.flipShareMax)} may flip, none from BUY to SELL or back, and the AUC may fall by ${decimals(4)(compression.bounds.aucLossMax)}.</p>`,
    lossTable(compression),
    frontierFigure(compression, {
      title: 'Size against decision flips',
      caption:
        'Share of the rows where either form acts on which the decision differs. Lower left is better.',
      measure: 'decision flips, share of acting rows',
      format: percent(2),
      bound: compression.bounds.flipShareMax,
      cost: ({ flipShare }) => ({ value: flipShare, low: null, high: null }),
    }),
    frontierFigure(compression, {
      title: 'Size against log-loss',
      caption:
        'Change of the log-loss against the uncompressed form, paired by row, with its 95 % interval. Above the line is worse.',
      measure: 'change of log-loss, nats per row',
      format: signed(decimals(5)),
      bound: null,
      cost: ({ logLossChange }) => logLossChange,
    }),
  ]);
}

interface Frontier {
  readonly title: string;
  readonly caption: string;
  readonly measure: string;
  readonly format: (value: number | null) => string;
  readonly bound: number | null;
  readonly cost: (step: CompressionStep) => Estimate;
}

function frontierFigure({ steps, chosen }: CompressionPart, frontier: Frontier): Markup {
  const { title, caption, measure, format, bound, cost } = frontier;
  const points = steps.map(
    (step, i): FrontierPoint => ({
      number: i + 1,
      form: step.form,
      gzippedBytes: step.gzippedBytes,
      cost: cost(step),
      latency: fastest(step),
      chosen: step.form === chosen,
    }),
  );
  return figure({
    title,
    caption: `${caption} Beside a mark, where there is room, stands the time for a row on the fastest engine measured.`,
    legend: [
      {
        sample: html`<g class="chosen"><circle class="form" cx="13" cy="7" r="6"/></g>`,
        meaning: 'chosen form',
      },
      {
        sample: html`<circle class="form" cx="13" cy="7" r="6"/>`,
        meaning: 'other form, by its number in the table',
      },
      ...(bound === null ? [] : [{ sample: lineSample('bound'), meaning: 'bound' }]),
    ],
    chart: (size) => sizeFrontier({ points, measure, format, bound }, size),
    table: table({
      label: title,
      columns: [
        text('form'),
        figures('gzipped'),
        figures(measure),
        figures('95 % interval'),
        figures('a row'),
      ],
      rows: points.map((point) => [
        `${point.number}. ${point.form}`,
        bytes(point.gzippedBytes),
        format(point.cost.value),
        interval(point.cost, format),
        point.latency,
      ]),
    }),
  });
}

function sizeTable({ steps, chosen }: CompressionPart): Markup {
  const whole = steps[0]?.gzippedBytes ?? NaN;
  return table({
    label: 'Size and speed of the forms',
    narrow: 'stacked',
    columns: [
      text('form'),
      figures('size'),
      figures('gzipped'),
      figures('of the first'),
      figures('a row'),
      text('why'),
    ],
    rows: steps.map((step, i): readonly Content[] => [
      formName(step, i, chosen),
      bytes(step.sizeBytes),
      bytes(step.gzippedBytes),
      percent(1)(step.gzippedBytes / whole),
      html`<span>${step.latencies.map(({ engine, usPerRow }) => html`<span class="line">${engine} ${microseconds(usPerRow)}</span>`)}</span>`,
      step.detail,
    ]),
    rowClass: (i) => (steps[i]?.form === chosen ? 'strong' : ''),
  });
}

const lossTable = ({ steps, chosen }: CompressionPart): Markup =>
  table({
    label: 'What the forms lose',
    narrow: 'stacked',
    columns: [
      text('form'),
      ...['flips', 'BUY↔SELL', 'acting rows', 'AUC', 'log-loss, nats', 'its change, 95 %', 'ECE'].map(
        figures,
      ),
    ],
    rows: steps.map((step, i): readonly Content[] => [
      formName(step, i, chosen),
      percent(2)(step.flipShare),
      integer(step.oppositeFlips),
      percent(1)(step.actingShare),
      decimals(4)(step.auc),
      decimals(5)(step.logLoss),
      i === 0 ? 'reference' : estimateCell(step.logLossChange, signed(decimals(5))),
      nats(step.ece),
    ]),
    rowClass: (i) => (steps[i]?.form === chosen ? 'strong' : ''),
  });

const formName = ({ form }: CompressionStep, index: number, chosen: string | null): Markup =>
  html`${`${index + 1}. ${form}`}${form === chosen ? html` <span class="badge good">chosen</span>` : null}`;

function fastest({ latencies }: CompressionStep): string {
  const [first] = [...latencies].sort((a, b) => a.usPerRow - b.usPerRow);
  return first === undefined ? 'not timed' : microseconds(first.usPerRow);
}
