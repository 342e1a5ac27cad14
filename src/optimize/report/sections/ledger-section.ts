import { isAbsent, type OptimizationReport } from '../../optimization-report.ts';
import { counted, decimals, integer, shortHash, signed } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import { absence, section } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** Every look that was taken at the holdout. */
export function ledgerSection({ ledger }: OptimizationReport): Markup {
  const place = {
    id: 'ledger',
    title: 'Holdout ledger',
    lead: 'Each look at the same holdout makes the next success easier to get by luck, so each spends an equal part of one error probability, and after a stated number of looks the holdout is spent.',
  };
  if (isAbsent(ledger)) return section(place, absence(ledger.absent));
  if (ledger.looks.length === 0) return section(place, html`<p>Nobody has looked at this holdout yet.</p>`);
  const spent = ledger.looks.reduce((sum, { alphaSpent }) => sum + alphaSpent, 0);
  return section(place, [
    html`<p>${counted(ledger.looks.length, 'look', 'looks')}, ${decimals(4)(spent)} of ${decimals(4)(ledger.alpha)} of α spent.</p>`,
    table({
      label: 'Looks at the holdout',
      narrow: 'stacked',
      columns: [
        figures('look'),
        text('candidate'),
        figures('α spent'),
        figures('lower bound of what was tested'),
        text('verdict'),
      ],
      rows: ledger.looks.map(({ index, candidate, alphaSpent, statistic, verdict }): readonly Content[] => [
        integer(index),
        html`<code>${shortHash(candidate)}</code>`,
        decimals(5)(alphaSpent),
        signed(decimals(5))(statistic),
        html`<span class="badge ${verdict === 'passed' ? 'good' : 'bad'}">${verdict}</span>`,
      ]),
    }),
  ]);
}
