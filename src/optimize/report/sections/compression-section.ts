import {
  type CompressionPart,
  type CompressionStep,
  type Estimate,
  isAbsent,
  type OptimizationReport,
} from '../../optimization-report.ts';
import { type FrontierPoint, sizeFrontier } from '../charts/size-frontier.ts';
import { figure, lineSample } from '../figure.ts';
import { bytes, decimals, integer, interval, microseconds, nats, percent, signed } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
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
    html`<h3>Size and speed</h3><p>Sizes are of the same container of tables for every form; the ONNX file is what is served. Times are medians on the machine below, of one row asked alone and among others. What kept a form from being chosen was counted on the out-of-fold rows of the development span; the sections below are of the holdout.</p>`,
    sizeTable(compression),
    settingNotes(compression),
    html`<h3>Decisions that change</h3><p>Counted on ${integer(compression.rows)} rows: ${compression.rowsDetail}. At most ${percent(2)(compression.bounds.flipShareMax)} of the rows where either form acts may flip, and none from BUY to SELL or back.</p>`,
    flipTable(compression),
    frontierFigure(compression, {
      title: 'Size against decision flips',
      caption:
        'Share of the rows where either form acts on which the decision differs. Lower left is better.',
      measure: 'decision flips, share of acting rows',
      format: percent(2),
      bound: compression.bounds.flipShareMax,
      cost: ({ flipShare }) => ({ value: flipShare, low: null, high: null }),
    }),
    html`<h3>What the heads lose</h3><p>On the holdout. The AUC of no head may fall by more than ${decimals(4)(compression.bounds.aucLossMax)}.</p>`,
    compression.steps[0]?.heads.map(({ name }, h) => headLosses(compression, name, h)) ?? null,
  ]);
}

const headLosses = (compression: CompressionPart, name: string, h: number): Markup =>
  html`${lossTable(compression, name, h)}${frontierFigure(compression, {
    title: `Size against log-loss of the ${name} head`,
    caption:
      'Change of the log-loss against the uncompressed form, paired by row, with its 95 % interval. Above the line is worse.',
    measure: `change of the ${name} log-loss, nats per row`,
    format: signed(decimals(5)),
    bound: null,
    cost: ({ heads }) => heads[h]?.logLossChange ?? UNMEASURED,
  })}`;

const UNMEASURED: Estimate = { value: null, low: null, high: null };

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
      form: shortName(step.form),
      gzippedBytes: step.gzippedBytes,
      cost: cost(step),
      latency: ofOneRow(step),
      chosen: step.form === chosen,
    }),
  );
  return figure({
    title,
    caption: `${caption} Beside a mark, where there is room, stands the time of one row asked alone.`,
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
  const calls = steps[0]?.latencies ?? [];
  return table({
    label: 'Size and speed of the forms',
    narrow: 'stacked',
    columns: [
      text('form'),
      ...['tables', 'gzipped', 'of the first', 'ONNX, gzipped'].map(figures),
      ...calls.map(({ batchRows }) => figures(batchRows === 1 ? '1 row' : `a row of ${integer(batchRows)}`)),
      text('why'),
    ],
    rows: steps.map((step, i): readonly Content[] => [
      formName(step, i, chosen),
      bytes(step.sizeBytes),
      bytes(step.gzippedBytes),
      percent(1)(step.gzippedBytes / whole),
      bytes(step.onnxGzippedBytes),
      ...calls.map((_, call) => microseconds(step.latencies[call]?.usPerRow ?? null)),
      step.detail,
    ]),
    rowClass: (i) => (steps[i]?.form === chosen ? 'strong' : ''),
  });
}

const settingNotes = ({ steps }: CompressionPart): readonly Markup[] =>
  steps.flatMap(({ form }, i) => {
    const settings = form.slice(shortName(form).length + 2);
    return settings === '' ? [] : [html`<p class="footnote">${numbered(form, i)}, by head: ${settings}.</p>`];
  });

const flipTable = ({ steps, chosen }: CompressionPart): Markup =>
  table({
    label: 'Decisions that differ from those of the first form',
    narrow: 'stacked',
    columns: [text('form'), ...['flips', 'BUY↔SELL', 'rows where either acts'].map(figures)],
    rows: steps.map((step, i): readonly Content[] => [
      formName(step, i, chosen),
      i === 0 ? 'reference' : percent(3)(step.flipShare),
      i === 0 ? '' : integer(step.oppositeFlips),
      percent(1)(step.actingShare),
    ]),
    rowClass: (i) => (steps[i]?.form === chosen ? 'strong' : ''),
  });

const lossTable = ({ steps, chosen }: CompressionPart, name: string, h: number): Markup =>
  table({
    label: `What the forms lose of the ${name} head`,
    narrow: 'stacked',
    columns: [
      text(`${name} head`),
      ...['AUC', 'log-loss, nats', 'its change, 95 %', 'ECE, 15 even bins'].map(figures),
    ],
    rows: steps.map((step, i): readonly Content[] => {
      const head = step.heads[h];
      return [
        formName(step, i, chosen),
        decimals(4)(head?.auc ?? null),
        decimals(5)(head?.logLoss ?? null),
        i === 0 ? 'reference' : estimateCell(head?.logLossChange ?? UNMEASURED, signed(decimals(5))),
        nats(head?.ece ?? null),
      ];
    }),
    rowClass: (i) => (steps[i]?.form === chosen ? 'strong' : ''),
  });

const formName = ({ form }: CompressionStep, index: number, chosen: string | null): Markup =>
  html`${numbered(form, index)}${form === chosen ? html` <span class="badge good">chosen</span>` : null}`;

const numbered = (form: string, index: number): string => `${index + 1}. ${shortName(form)}`;

/** A name may say after a colon by which settings a form was found; they are too long for a table. */
const shortName = (form: string): string => form.split(': ')[0] ?? form;

/** The time that a decision waits: of one row, asked alone where that was timed. */
function ofOneRow({ latencies }: CompressionStep): string {
  const [first] = [...latencies].sort((a, b) => a.batchRows - b.batchRows || a.usPerRow - b.usPerRow);
  return first === undefined ? 'not timed' : microseconds(first.usPerRow);
}
