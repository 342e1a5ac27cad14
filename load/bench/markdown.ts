import type { Comparison } from './compare.ts';
import type { Result } from './result-file.ts';

/** A table of medians with their spread, and beneath it everything that a published number needs. */
export function resultTable(result: Result): string {
  const { metrics, series, machine } = result;
  const cellsOf = (subject: string, metric: string): string[] => {
    const one = series.find((candidate) => candidate.subject === subject && candidate.metric === metric);
    const value = one ? spreadText(one) : '';
    return hasRatio(series, metric) ? [value, one?.ratio ? spreadText(one.ratio) : ''] : [value];
  };
  const measured = metrics
    .map(({ name }) => name)
    .filter((name) => series.some(({ metric }) => metric === name));
  const head = measured.flatMap((name) => (hasRatio(series, name) ? [name, '× baseline'] : [name]));
  const subjects = [...new Set(series.map(({ subject }) => subject))];
  const rows = subjects.map((subject) => [subject, ...measured.flatMap((name) => cellsOf(subject, name))]);
  const gibibytes = Math.round(machine.memoryMib / 1024);
  const notes = [
    `Median of ${result.rounds} interleaved rounds (min – max); “× baseline” is the ratio within a round.`,
    ...result.conditions,
    `${machine.cpu}, ${machine.cores} cores, ${gibibytes} GiB, ${machine.kernel}, Node ${machine.node}, ` +
      `load average ${machine.loadAverage1m} before; \`${result.command}\`, ${result.date}, commit ${result.commit}.`,
    ...result.faults.map((fault) => `**Not sound:** ${fault}`),
  ];
  return `### ${result.title}\n\n${table(['', ...head], rows)}\n\n${notes.join('\n')}\n`;
}

const hasRatio = (series: Result['series'], metric: string): boolean =>
  series.some((one) => one.metric === metric && one.ratio !== null);

/** `~` stands where the runs cannot be told apart. */
export function comparisonTable(before: Result, comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((one) => [
    one.subject,
    one.metric,
    significant(one.before),
    significant(one.after),
    one.ratio.toFixed(3),
    one.p.toFixed(4),
    one.verdict,
  ]);
  const head = ['', 'metric', 'before', 'after', 'ratio', 'p', ''];
  return `#### Against ${before.commit} of ${before.date}\n\n${table(head, rows)}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const spreadText = ({ median, min, max }: { median: number; min: number; max: number }): string =>
  `${significant(median)} (${significant(min)} – ${significant(max)})`;

/** Three significant digits, and whole numbers from a hundred on with their thousands apart. */
function significant(value: number): string {
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value).toLocaleString('en-US');
}
