import type { Finding, OptimizationReport } from '../../optimization-report.ts';
import { integer } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import { facts, section } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** What was read, and what was wrong with it. */
export function dataSection({ data }: OptimizationReport): Markup {
  return section(
    {
      id: 'data',
      title: 'Data',
      lead: 'What was read and what was found in it. Errors stop a run; warnings and notes are kept here.',
    },
    [
      facts([
        ['Rows read', integer(data.rowsRead)],
        ['Bars', integer(data.bars)],
        ['Examples', integer(data.examples)],
      ]),
      data.findings.length === 0 ? html`<p>Nothing was found amiss.</p>` : findingTable(data.findings),
    ],
  );
}

const findingTable = (findings: readonly Finding[]): Markup =>
  table({
    label: 'Findings in the data',
    narrow: 'stacked',
    columns: [text('finding'), text('severity'), figures('count'), text('first rows'), text('detail')],
    rows: findings.map(({ code, severity, count, rows, detail }): readonly Content[] => [
      html`<code>${code}</code>`,
      html`<span class="badge ${BADGES[severity]}">${severity}</span>`,
      integer(count),
      `${rows.slice(0, 6).map(integer).join(', ')}${count > 6 ? ' …' : ''}`,
      detail,
    ]),
  });

const BADGES = { error: 'bad', warning: 'fair', note: 'plain' } as const satisfies Record<
  Finding['severity'],
  string
>;
