import type { SeededRandom } from '../../core/seeded-random.ts';
import type { Point } from './space.ts';
import type { Trial } from './trial.ts';

/** Where the next trial goes. Keeps nothing between calls, so a study resumed from its trials goes on alike. */
export interface Sampler {
  /**
   * A point for trial number `history.length`; undefined when there is none left to try.
   * `history`: all trials so far, in order of their number, with those that still run.
   * `random`: depends on the study's seed and the trial's number alone.
   */
  suggest(history: readonly Trial[], random: SeededRandom): Point | undefined;
}
