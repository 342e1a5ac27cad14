import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import type { Point, Space } from '../search/space.ts';
import { createStudy, type Study } from '../search/study.ts';
import { halveBatch } from '../search/successive-halving.ts';
import type { Trial } from '../search/trial.ts';

export interface HalvingProofOptions {
  /** Searches with and without pruning, ≥ 1. */
  readonly studies: number;
}

export interface HalvingProof {
  /** Half of the epochs saved for at most a hundredth of the score. */
  readonly passed: boolean;
  /** Of the epochs that the same trials cost without pruning. */
  readonly epochsSaved: number;
  /** Mean over the studies of (best final loss with pruning ÷ without − 1). */
  readonly lossIncrease: number;
  readonly lines: readonly string[];
}

const TRIALS = 100;
const BATCH = 4;
const EPOCHS = 27;
const EPOCHS_SAVED_MIN = 0.5;
const LOSS_INCREASE_MAX = 0.01;

/**
 * Successive halving on made-up learning curves: what does a search with the same suggestions lose by it? Random
 * suggestions, so that pruning one trial does not change the next; batches of 4, rungs at 3, 9 and 27 epochs.
 */
export async function proveHalving({ studies }: HalvingProofOptions): Promise<HalvingProof> {
  let epochs = 0;
  let increases = 0;
  for (let seed = 0; seed < studies; seed += 1) {
    const study = newStudy(seed);
    epochs += await searchHalved(study, seed);
    const finals = study.trials().map((trial) => curveAt(trial, EPOCHS, seed));
    const unpruned = finals.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    increases += (study.best()?.outcome.value ?? Number.POSITIVE_INFINITY) / unpruned - 1;
  }
  const epochsSaved = 1 - epochs / (studies * TRIALS * EPOCHS);
  const lossIncrease = increases / studies;
  return {
    passed: epochsSaved >= EPOCHS_SAVED_MIN && lossIncrease <= LOSS_INCREASE_MAX,
    epochsSaved,
    lossIncrease,
    lines: [
      `Successive halving, ${studies} studies of ${TRIALS} trials of up to ${EPOCHS} epochs`,
      `epochs saved ${(100 * epochsSaved).toFixed(1)} %, best loss ${(100 * lossIncrease).toFixed(2)} % higher`,
    ],
  };
}

const curveSpace: Space = {
  rate: { kind: 'float', low: 1e-4, high: 1, scale: 'log' },
  size: { kind: 'int', low: 4, high: 512, scale: 'log' },
};

function newStudy(seed: number): Study {
  const study = createStudy({ space: curveSpace, sampler: { kind: 'random' }, seed });
  if (!study.ok) throw new RangeError(study.error);
  return study.value;
}

/** The epochs that it cost. */
async function searchHalved(study: Study, seed: number): Promise<number> {
  const epochsOf = new Map<number, number>();
  const advance = async (trials: readonly Trial[], epoch: number): Promise<number[]> =>
    trials.map((trial) => {
      epochsOf.set(trial.number, epoch);
      return curveAt(trial, epoch, seed);
    });
  for (let count = 0; count < TRIALS; count += BATCH) {
    const batch = Array.from({ length: BATCH }, () => study.suggest()).filter((trial) => trial !== undefined);
    const outcomes = await halveBatch({
      resourceMin: 3,
      resourceMax: EPOCHS,
      reductionFactor: 3,
      history: study.trials(),
      batch,
      advance,
    });
    for (const [i, outcome] of outcomes.entries()) study.report((batch[i] as Trial).number, outcome);
  }
  return [...epochsOf.values()].reduce((sum, epochs) => sum + epochs, 0);
}

/**
 * Validation loss after an epoch: a decay towards a floor, with noise. A low rate decays slowly, a large network slowly
 * and to a lower floor, so curves cross and the best at the first rung is not the best at the end.
 */
function curveAt({ number, point }: Trial, epoch: number, seed: number): number {
  const { floor, pace } = curveOf(point);
  const noise = new SeededRandom(seed * 1_000_000 + number * 100 + epoch).normal();
  return floor + (0.7 - floor) * exp(-pace * log(1 + epoch)) + 0.003 * noise;
}

function curveOf(point: Point): { readonly floor: number; readonly pace: number } {
  const rate = log((point['rate'] as number) / 0.02);
  const size = log((point['size'] as number) / 96);
  return {
    floor: 0.3 + 0.006 * rate * rate + 0.008 * size * size,
    pace: 1.2 * exp(-0.06 * rate * rate - 0.1 * size),
  };
}
