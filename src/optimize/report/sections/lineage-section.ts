import type { OptimizationReport } from '../../optimization-report.ts';
import { duration } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { absence, section, settingFacts } from '../section.ts';
import { figures, table, text } from '../table.ts';

/** With what and where it was made. */
export function lineageSection({ lineage }: OptimizationReport): Markup {
  const { parameters, stages, versions, machine } = lineage;
  const total = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return section(
    {
      id: 'lineage',
      title: 'Lineage and machine',
      lead: 'What is needed to make it again. Durations, versions and machine stand outside the bundle’s hash.',
    },
    [
      html`<h3>Parameters of the run</h3>`,
      settingFacts(parameters),
      html`<h3>Stages</h3>`,
      stages.length === 0
        ? absence('no stage was timed')
        : table({
            label: 'Durations of the stages',
            columns: [text('stage'), figures('duration')],
            rows: [
              ...stages.map(({ name, durationMs }) => [name, duration(durationMs)]),
              ['all', duration(total)],
            ],
            rowClass: (i) => (i === stages.length ? 'strong' : ''),
          }),
      html`<h3>Versions</h3>`,
      settingFacts(versions),
      html`<h3>Machine</h3>`,
      settingFacts(machine),
    ],
  );
}
