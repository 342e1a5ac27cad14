import type { EquityReport, PartReport, Report } from '../measure/measure.ts';

/** The reports as one page that needs no network: tables, an equity curve each, and what may be concluded. */
export function measuredModelsPage(reports: readonly Report[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Models: what they are worth</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #d8dee4; text-align: right; }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; }
</style>
${reports.map(section).join('\n')}
</html>
`;
}

function section(report: Report): string {
  const { parts, policy, quantization } = report;
  return `<h1>${escaped(report.name)}</h1>
<p>${escaped(report.source)}, seed ${report.seed}. Label 1: the return over ${report.horizonBars} bar(s) from the next open lies above ${(report.hurdle * 100).toFixed(4)} %. BUY from ${policy.buyAtLeast}, SELL up to ${policy.sellAtMost}.</p>
<ul>${report.words.map((word) => `<li>${escaped(word)}</li>`).join('')}</ul>
${table(['', 'train', 'validation', 'test', 'test, 95 %'], partRows(report, [parts.train, parts.validation, parts.test]))}
<h2>The test part in money</h2>
${equityChart(report)}
${table(
  ['', 'growth', 'drawdown', 'Sharpe', 'turnover', 'exposure'],
  [
    equityRow('policy, long or flat', report.equity.policy),
    equityRow('buy and hold', report.equity.buyAndHold),
    equityRow('always HOLD', report.equity.hold),
  ],
)}
<h2>Quantization</h2>
${table(
  ['', 'value'],
  [
    ['bytes, f32 → int8', `${quantization.bytesF32} → ${quantization.bytesInt8}`],
    ['actions that flip', percent(quantization.flipShare)],
    ['BUY that became SELL or the reverse', String(quantization.oppositeFlips)],
    ['greatest score difference, int8', quantization.scoreDifferenceMax.toExponential(1)],
    ['greatest score difference, export', quantization.exportDifferenceMax.toExponential(1)],
  ],
)}`;
}

function partRows({ intervals }: Report, parts: readonly PartReport[]): readonly (readonly string[])[] {
  const row = (name: string, f: (part: PartReport) => string, last = ''): readonly string[] => [
    name,
    ...parts.map(f),
    last,
  ];
  const between = ({ low, high }: { low: number; high: number }): string =>
    `${low.toFixed(4)} to ${high.toFixed(4)}`;
  return [
    row('span', ({ from, to }) => `${from} to ${to}`),
    row('examples', ({ count }) => String(count)),
    row('label 1', ({ positiveShare }) => percent(positiveShare)),
    row('AUC', ({ auc }) => auc.toFixed(4), between(intervals.auc)),
    row('log-loss', ({ logLoss }) => logLoss.toFixed(4)),
    row('gain over a coin', ({ logLossGain }) => logLossGain.toFixed(4), between(intervals.logLossGain)),
    row('Brier', ({ brier }) => brier.toFixed(4)),
    row('hit rate', ({ hitRate }) => percent(hitRate), between(intervals.hitRate)),
    row('BUY', ({ buyShare }) => percent(buyShare)),
    row('SELL', ({ sellShare }) => percent(sellShare)),
    row('outside the domain', ({ outsideDomainShare }) => percent(outsideDomainShare)),
  ];
}

const equityRow = (name: string, equity: EquityReport): readonly string[] => [
  name,
  percent(equity.growth),
  percent(equity.drawdownMax),
  equity.sharpe.toFixed(2),
  equity.turnover.toFixed(0),
  percent(equity.exposure),
];

const WIDTH = 900;
const HEIGHT = 240;

function equityChart({ equity }: Report): string {
  const all = [...equity.policy.curve, ...equity.buyAndHold.curve, 1];
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const y = (value: number): string => (HEIGHT - 10 - ((value - low) / span) * (HEIGHT - 20)).toFixed(1);
  const line = (curve: readonly number[], colour: string): string => {
    const points = curve.map((value, i) => `${((i / (curve.length - 1)) * WIDTH).toFixed(1)},${y(value)}`);
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/>`;
  };
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Equity of the policy and of holding">
<line x1="0" x2="${WIDTH}" y1="${y(1)}" y2="${y(1)}" stroke="#d8dee4"/>
${line(equity.buyAndHold.curve, '#8c959f')}
${line(equity.policy.curve, '#0969da')}
<text x="4" y="16" fill="#0969da">policy</text><text x="64" y="16" fill="#6e7781">buy and hold</text>
</svg>`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</table>`;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
