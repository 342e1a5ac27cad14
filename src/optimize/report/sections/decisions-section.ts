import {
  type DecisionsPart,
  type Equity,
  isAbsent,
  type OptimizationReport,
} from '../../optimization-report.ts';
import { drawdowns, equityCurve } from '../charts/equity-curve.ts';
import { figure, lineSample } from '../figure.ts';
import { counted, decimals, estimate, instant, integer, percent, setting, signed } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';
import { absence, facts, section } from '../section.ts';
import { figures, table, text } from '../table.ts';
import { confusionBlock } from './confusion-block.ts';

/** What following the policy would have been worth. */
export function decisionsSection({ decisions }: OptimizationReport): Markup {
  const place = {
    id: 'decisions',
    title: 'Decisions',
    lead: 'The policy followed over the holdout, after costs, beside two that need no model. A past span shows what happened once, not what will.',
  };
  if (isAbsent(decisions)) return section(place, absence(decisions.absent));
  return section(place, [
    decisions.atMs.length < 2 ? absence('fewer than two rows were decided') : equityFigure(decisions),
    moneyTable(decisions),
    policyFacts(decisions),
    html`<h3>Actions by volatility</h3>`,
    isAbsent(decisions.confusion) ? absence(decisions.confusion.absent) : confusionBlock(decisions.confusion),
  ]);
}

/** Rows of the table behind the curves; all of them are in report.json. */
const TABLE_ROWS = 60;

function equityFigure(decisions: DecisionsPart): Markup {
  const { atMs, followed, buyAndHold, alwaysHold } = decisions;
  const step = Math.ceil(atMs.length / TABLE_ROWS);
  const falls = drawdowns(followed.values);
  const rows = atMs.map((_, i) => i).filter((i) => i % step === 0 || i === atMs.length - 1);
  const money = (equity: Equity, i: number): string => decimals(4)(equity.values[i] ?? null);
  return figure({
    title: 'Money over the holdout',
    caption: `From 1, after ${percent(3)(decisions.costPerSide)} per change of the full position. Equal slopes are equal rates of growth.`,
    legend: [
      { sample: lineSample('s1'), meaning: 'policy' },
      { sample: lineSample('s2'), meaning: 'buy and hold' },
      { sample: lineSample('s3'), meaning: 'always HOLD' },
    ],
    chart: (size) => equityCurve(decisions, size),
    table: html`<p>${step === 1 ? 'Every row.' : `Every ${integer(step)}th row and the last; all of them are in report.json.`}</p>${table(
      {
        label: 'Money over the holdout',
        columns: [
          text('at'),
          figures('policy'),
          figures('its fall from the peak'),
          figures('buy and hold'),
          figures('always HOLD'),
        ],
        rows: rows.map((i) => [
          instant(atMs[i] as number),
          money(followed, i),
          percent(1)(falls[i] ?? null),
          money(buyAndHold, i),
          money(alwaysHold, i),
        ]),
      },
    )}`,
  });
}

function moneyTable({ followed, buyAndHold, alwaysHold }: DecisionsPart): Markup {
  const row = (name: string, equity: Equity): readonly Content[] => [
    name,
    signed(percent(1))(equity.growth),
    percent(1)(equity.drawdownMax),
    estimate(equity.sharpe, decimals(2)),
    decimals(0)(equity.turnover),
    percent(1)(equity.exposure),
  ];
  return table({
    label: 'Figures of the policy and of what it is compared with',
    narrow: 'stacked',
    columns: [
      text(''),
      figures('growth'),
      figures('greatest fall'),
      figures('Sharpe, a year'),
      figures('position changes'),
      figures('time invested'),
    ],
    rows: [row('policy', followed), row('buy and hold', buyAndHold), row('always HOLD', alwaysHold)],
    rowClass: (i) => (i === 0 ? 'strong' : ''),
  });
}

const POLICY_NAMES: Readonly<Record<string, string>> = {
  buyAtLeast: 'BUY at a direction score of at least',
  sellAtMost: 'SELL at a direction score of at most',
  riskHoldAtLeast: 'Opens nothing at a risk score of at least',
  sizeFullAt: 'Full size at a distance from ½ of',
  validForMs: 'An answer is valid for, ms',
};

function policyFacts({ span, policy, deflatedSharpe, coverage, actions }: DecisionsPart): Markup {
  const total = actions.BUY + actions.SELL + actions.HOLD;
  const share = (count: number): string =>
    `${percent(1)(total === 0 ? null : count / total)} (${integer(count)})`;
  return facts([
    ['Holdout', `${instant(span.fromMs)} to ${instant(span.toMs)}, ${integer(span.rows)} rows`],
    ['Inside the trained range', `${percent(1)(coverage)} of the rows; on the others it abstains`],
    ['BUY', share(actions.BUY)],
    ['SELL', share(actions.SELL)],
    ['HOLD', share(actions.HOLD)],
    [
      'Deflated Sharpe ratio',
      isAbsent(deflatedSharpe)
        ? `not available: ${deflatedSharpe.absent}`
        : `${percent(1)(deflatedSharpe.probability)} probability of more than luck, as the best of ${counted(deflatedSharpe.trials, 'trial', 'trials')} in ${counted(deflatedSharpe.looks, 'look', 'looks')}`,
    ],
    ...Object.entries(policy).map(([name, value]) => [POLICY_NAMES[name] ?? name, setting(value)] as const),
  ]);
}
