import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { judge } from '../../../src/decision/policy.ts';
import { ROOT } from '../../../src/local/build-worker.ts';
import { pinnedKeys } from '../../../src/local/pinned-keys.ts';
import type { Bundle } from '../../../src/models/bundle.ts';
import { readSource } from '../../../src/optimize/data/sources.ts';
import { incumbentScores, readIncumbent } from '../../../src/optimize/measure/incumbent.ts';
import type { ScoredRows } from '../../../src/optimize/measure/policy-equity.ts';
import { openReturns } from '../../../src/optimize/prove/open-returns.ts';
import { expectedCalibrationError } from '../../../src/stats/expected-calibration-error.ts';

/** The newest fifth of the series, which the bundle was not made of. */
const HOLDOUT = 1_008;
const BINS = 10;

async function holdoutOf(name: string) {
  const source = await readSource('spx');
  const bundle = await readIncumbent(join(ROOT, 'bundles'), name, pinnedKeys());
  if (!source.ok || !bundle.ok || !bundle.value) throw new Error('no source or no bundle');
  const { bars } = source.value;
  const first = bars.length - 2 - HOLDOUT;
  const indices = Int32Array.from({ length: HOLDOUT }, (_, i) => first + i);
  const scored = await incumbentScores(bundle.value, bars, indices);
  if (!scored.ok) throw new Error(scored.error);
  const returns = openReturns(bars);
  // From the open behind the bar to the one after it, as the manifest's target says.
  const outcomes = Array.from(indices, (index) => returns[index + 1] as number);
  return { bundle: bundle.value, scored: scored.value, outcomes };
}

function hurdleOf({ manifest }: Bundle, head: string): number {
  const hurdle = manifest.lineage.parameters[`${head}.hurdle`];
  if (typeof hurdle !== 'number') throw new Error(`no hurdle of ${head}`);
  return hurdle;
}

/** The error that scores would have at most, in 999 of 1,000 cases, if each of them were the very chance of its label. */
function chanceErrorMax(scores: readonly number[]): number {
  const random = new SeededRandom(11);
  const errors = Array.from({ length: 1_000 }, () => {
    const labels = scores.map((score) => (random.uniform() < score ? 1 : 0));
    return expectedCalibrationError(scores, labels, BINS);
  });
  return errors.sort((a, b) => a - b)[998] as number;
}

const scoresOf = (scored: ScoredRows, head: 'direction' | 'risk'): readonly number[] =>
  scored.map((row) => row?.[head] ?? Number.NaN);

describe('the shipped bundle on its holdout', async () => {
  const { bundle, scored, outcomes } = await holdoutOf('spx-1d');

  it.each(['direction', 'risk'] as const)(
    'has a %s head that is calibrated as far as chance lets one see',
    (head) => {
      const hurdle = hurdleOf(bundle, head);
      const labels = outcomes.map((outcome) =>
        (head === 'risk' ? Math.abs(outcome) : outcome) > hurdle ? 1 : 0,
      );
      const scores = scoresOf(scored, head);
      expect(expectedCalibrationError(scores, labels, BINS)).toBeLessThan(chanceErrorMax(scores));
      // The same test finds scores that say too much.
      const bold = scores.map((score) => Math.min(1, Math.max(0, 0.5 + 6 * (score - 0.5))));
      expect(expectedCalibrationError(bold, labels, BINS)).toBeGreaterThan(chanceErrorMax(bold));
    },
  );

  it('answers BUY and SELL with a confidence that is the share of the time it is right', () => {
    const hurdle = hurdleOf(bundle, 'direction');
    let confidence = 0;
    let variance = 0;
    let right = 0;
    let acted = 0;
    scored.forEach((row, i) => {
      const judgement = row && judge(bundle.manifest.policy, row, undefined);
      if (!judgement || judgement.action === 'HOLD') return;
      const isUp = (outcomes[i] as number) > hurdle;
      confidence += judgement.confidence;
      variance += judgement.confidence * (1 - judgement.confidence);
      right += isUp === (judgement.action === 'BUY') ? 1 : 0;
      acted += 1;
    });
    expect(acted).toBeGreaterThan(300);
    expect(Math.abs(right - confidence)).toBeLessThan(3.3 * Math.sqrt(variance));
  });

  it('covers nearly all of it: it abstains on what lies outside its trained range alone', () => {
    const covered = scored.filter((row) => row !== undefined).length / scored.length;
    expect(covered).toBeGreaterThan(0.97);
  });
});
