import { type Gate, isAbsent, type OptimizationReport, type Verdict } from '../../optimization-report.ts';
import {
  bytes,
  decimals,
  instant,
  integer,
  interval,
  percent,
  quantity,
  senses,
  setting,
  shortHash,
  signed,
} from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import { facts, section } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** Whether it was released, on which numbers, and from what it was made. */
export function verdictSection(report: OptimizationReport): Markup {
  const { verdict } = report;
  return section({ id: 'verdict', title: 'Verdict', lead: verdict.purpose }, [
    verdictBox(verdict),
    headline(report),
    words(verdict),
    gateTable(verdict.gates),
    origin(verdict),
  ]);
}

function verdictBox({ outcome, version, gates, reproducibility }: Verdict): Markup {
  const asked = gates.filter((gate) => !gate.waived);
  const passed = asked.filter((gate) => gate.passed).length;
  const waived = gates.length - asked.length;
  const isReleased = outcome === 'released';
  const mark = isReleased ? 'M5 12.5l4.5 4.5L19 7.5' : 'M7 7l10 10M17 7L7 17';
  return html`<div class="verdict ${outcome}">
<svg viewBox="0 0 24 24" width="44" height="44" aria-hidden="true"><circle cx="12" cy="12" r="11"/><path d="${mark}"/></svg>
<div><p class="outcome">${isReleased ? (waived === 0 ? 'Released' : 'Released for tests') : 'Refused'}</p>
<p>${integer(passed)} of ${integer(asked.length)} gates passed${waived === 0 ? '' : `, ${integer(waived)} not asked of a test bundle`} · version <code>${shortHash(version)}</code></p></div>
</div>${
    reproducibility.kind === 'reproducible'
      ? null
      : html`<p class="warning"><strong>Not reproducible.</strong> ${reproducibility.reason}</p>`
  }`;
}

/** The few numbers most readers came for. */
function headline({ heads, decisions, compression }: OptimizationReport): Markup {
  const tiles: Markup[] = heads.flatMap((head) =>
    isAbsent(head) || isAbsent(head.holdout)
      ? []
      : [
          tile(
            `${head.name} AUC, holdout`,
            decimals(3)(head.holdout.auc.value),
            `95 %: ${interval(head.holdout.auc, decimals(3))}`,
          ),
        ],
  );
  if (!isAbsent(decisions)) {
    const { followed, buyAndHold } = decisions;
    tiles.push(
      tile(
        'Growth after costs',
        signed(percent(1))(followed.growth),
        `buy and hold ${signed(percent(1))(buyAndHold.growth)}`,
      ),
    );
  }
  if (!isAbsent(compression)) {
    const [first] = compression.steps;
    const chosen = compression.steps.find(({ form }) => form === compression.chosen);
    if (first !== undefined && chosen !== undefined) {
      const change = chosen.gzippedBytes / first.gzippedBytes - 1;
      tiles.push(
        tile(
          'Tables, gzipped',
          bytes(chosen.gzippedBytes),
          `${signed(percent(0))(change)} against f32; ONNX ${bytes(chosen.onnxGzippedBytes)}`,
        ),
      );
    }
  }
  return html`<div class="tiles">${tiles}</div>`;
}

const tile = (name: string, value: string, note: string): Markup =>
  html`<div class="tile"><p class="name">${name}</p><p class="value">${value}</p><p class="note">${note}</p></div>`;

const words = ({ words }: Verdict): Markup | null =>
  words.length === 0
    ? null
    : html`<h3>In plain words</h3><ul class="words">${words.map((word) => html`<li>${word}</li>`)}</ul>`;

function gateBadge({ passed, waived }: Gate): Markup {
  if (waived) return html`<span class="badge plain">not asked</span>`;
  return html`<span class="badge ${passed ? 'good' : 'bad'}">${passed ? '✓ passed' : '✕ failed'}</span>`;
}

function gateTable(gates: readonly Gate[]): Markup {
  return html`<h3>Gates</h3><p>A model leaves the factory only if every gate passes; a test bundle, which production refuses, is not asked what it is worth.</p>${table(
    {
      label: 'Gates of the release',
      narrow: 'stacked',
      columns: [text('gate'), text('result'), figures('measured'), figures('has to be'), text('detail')],
      rows: gates.map((gate): readonly Content[] => [
        gate.name,
        gateBadge(gate),
        quantity(gate.statistic, gate.unit),
        `${senses[gate.sense]} ${quantity(gate.bound, gate.unit)}`,
        gate.detail,
      ]),
    },
  )}`;
}

function origin(verdict: Verdict): Markup {
  const { source, incumbent, reproducibility } = verdict;
  return html`<h3>What it was made from</h3>${facts([
    ['Model', verdict.name],
    ['Version', html`<code>${verdict.version}</code>`],
    ['Symbols', `${verdict.symbols.join(', ')}, bars of ${verdict.interval}`],
    ['Targets', verdict.targets.map(({ head, target }) => `${head}: ${target}`).join('; ')],
    ['Seed, trials', `${setting(verdict.seed)}, ${integer(verdict.trials)}`],
    ['Reproducible', reproducibility.kind === 'reproducible' ? 'yes, from seed and trials' : 'no'],
    ['Code', html`<code>${verdict.codeCommit}</code>`],
    ['Data', source.description],
    ['Data hash', html`<code>${source.hash}</code>`],
    [
      'Span',
      `${instant(source.span.fromMs)} to ${instant(source.span.toMs)}, ${integer(source.span.rows)} bars`,
    ],
    [
      'Incumbent',
      isAbsent(incumbent)
        ? `none: ${incumbent.absent}`
        : html`${incumbent.name} <code>${shortHash(incumbent.version)}</code>`,
    ],
  ])}`;
}
