import type { Search, SearchTrial } from '../../optimization-report.ts';
import { integer, isMeasured, setting } from '../format.ts';
import { html, type Markup } from '../html.ts';
import {
  axisTitle,
  bottomAxis,
  type ChartSize,
  type PlotArea,
  picture,
  polyline,
  valueAxis,
  WIDTH_PX,
} from './axes.ts';
import { type Extent, extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

/** Value by trial with the best so far as a staircase; values far above the rest stand at the upper edge. */
export function searchHistory({ trials, objective }: Search, size: ChartSize): Markup {
  const area: PlotArea = {
    left: 62,
    right: WIDTH_PX[size] - 14,
    top: 26,
    bottom: size === 'wide' ? 250 : 230,
  };
  const extent = valueExtent(trials);
  const y = linearScale(extent, area.bottom - 18, area.top);
  const numbers = {
    low: Math.min(...trials.map(({ number }) => number)) - 1,
    high: Math.max(...trials.map(({ number }) => number)) + 1,
  };
  const x = linearScale(numbers, area.left, area.right);
  const best = bestSoFar(trials);
  const counts = (outcome: SearchTrial['outcome']): number =>
    trials.filter((trial) => trial.outcome === outcome).length;
  const last = best.at(-1);
  return picture(
    {
      size,
      heightPx: area.bottom + 40,
      summary: `Search history: ${counts('complete')} complete, ${counts('pruned')} pruned and ${counts('failed')} failed trials${last === undefined ? '' : `; best ${setting(last.value)} at trial ${last.number}`}.`,
    },
    [
      valueAxis(niceTicks(extent, 5), y, area),
      bottomAxis(
        niceTicks(numbers, size === 'wide' ? 10 : 5).filter(
          ({ value }) => Number.isInteger(value) && value > numbers.low && value < numbers.high,
        ),
        x,
        area,
        'marks',
      ),
      axisTitle(objective, 0, 14, 'start'),
      axisTitle('trial', area.right, area.bottom + 35, 'end'),
      staircase(best, x, y, area),
      ...trials.map((trial) => mark(trial, x, y, area)),
    ],
  );
}

/** Of the complete trials, with room for pruned ones near them; of all where those are too few to make a scale. */
function valueExtent(trials: readonly SearchTrial[]): Extent {
  const values = (outcomes: readonly SearchTrial['outcome'][]): readonly number[] =>
    trials.flatMap((trial) =>
      trial.outcome !== 'failed' && outcomes.includes(trial.outcome) && isMeasured(trial.value)
        ? [trial.value]
        : [],
    );
  const complete = values(['complete']);
  return complete.length < SCALE_TRIALS_MIN
    ? extentOf(withoutTail(values(['complete', 'pruned'])), 0.08)
    : extentOf(withoutTail(complete), 0.35);
}

const SCALE_TRIALS_MIN = 3;

/** The lower 90 % and what lies within once their spread above: one bad trial must not flatten all others. */
function withoutTail(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const most = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0;
  return sorted.filter((value) => value <= most + (most - least));
}

interface Best {
  readonly number: number;
  readonly value: number;
}

function bestSoFar(trials: readonly SearchTrial[]): readonly Best[] {
  const steps: Best[] = [];
  for (const trial of trials) {
    if (trial.outcome !== 'complete' || !isMeasured(trial.value)) continue;
    if (trial.value < (steps.at(-1)?.value ?? Number.POSITIVE_INFINITY)) {
      steps.push({ number: trial.number, value: trial.value });
    }
  }
  return steps;
}

function staircase(steps: readonly Best[], x: Scale, y: Scale, { right }: PlotArea): Markup {
  const points = steps.flatMap(({ number, value }, i) => [
    { x: x(number), y: y(value) },
    { x: i + 1 < steps.length ? x((steps[i + 1] as Best).number) : right, y: y(value) },
  ]);
  return html`<path class="line s2" d="${polyline(points)}"/>`;
}

function mark(trial: SearchTrial, x: Scale, y: Scale, area: PlotArea): Markup {
  const at = x(trial.number);
  const name = `Trial ${integer(trial.number)}`;
  if (trial.outcome === 'failed' || !isMeasured(trial.value)) {
    const detail = trial.outcome === 'failed' ? trial.detail : 'value not measured';
    return html`<g class="hit"><title>${name}, ${trial.outcome}: ${detail}</title><path class="failed" d="M${at - 3.5} ${area.bottom - 10}l7 7m0 -7l-7 7"/></g>`;
  }
  const title = html`<title>${name}, ${trial.outcome}: ${setting(trial.value)}</title>`;
  const height = y(trial.value);
  if (height < area.top) {
    return html`<g class="hit">${title}<path class="${trial.outcome}" d="M${at - 4} ${area.top + 3}h8l-4 -7z"/></g>`;
  }
  if (trial.outcome === 'pruned') {
    const low = Math.min(height, area.bottom - 18);
    return html`<g class="hit">${title}<path class="pruned" d="M${at} ${low - 4}l4 4l-4 4l-4 -4z"/></g>`;
  }
  return html`<g class="hit">${title}<circle class="complete" cx="${at}" cy="${height}" r="3.4"/></g>`;
}
