import type { Arm, Experiment } from '../experiments/experiment.ts';
import type { Bar } from '../features/bar.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { PositionSign } from './policy.ts';
import type { Rung } from './rung.ts';

/** Decisions that one call or frame may ask for. */
export const decisionsAtOnceMax = 256;

/** A checked request: what the door let through. */
export interface Question {
  readonly key: KeyFacts;
  /** That of the arm that answers. */
  readonly model: ServedModel;
  /** Whether the client asked for this model by name; then no experiment chooses another. */
  readonly isModelNamed: boolean;
  readonly arm: Arm;
  /** That `model` stands on. */
  readonly rung: Rung;
  /** The experiment that chose the arm; null where none runs. */
  readonly experiment: Experiment | null;
  readonly symbol: string;
  readonly input:
    | { readonly kind: 'bars'; readonly bars: readonly Bar[]; readonly from: BarsOrigin }
    /** f32 in the model's input order, finite. */
    | { readonly kind: 'features'; readonly values: Float32Array }
    /** A stream's: the bars before the last were given earlier, and the values, f32 as above, were folded over them. */
    | {
        readonly kind: 'window';
        readonly lastBar: Bar;
        readonly values: Float32Array;
        /** Those that are not finite. */
        readonly undefinedNames: readonly string[];
      }
    /** `missing`: why, and what to do about it. */
    | { readonly kind: 'none'; readonly missing: string };
  readonly position: PositionSign;
  readonly strategy: string | null;
  /** Epoch milliseconds of the history asked about; null for now. */
  readonly asOfMs: number | null;
  readonly clientDecisionId: string | null;
  readonly durability: 'pending' | 'outbox' | 'ack';
  readonly explain: boolean;
  /** Names what may let it pass the risk limit, once (decision/lift.ts); null for nothing. */
  readonly overrideId: string | null;
}

/** `cached`: fetched earlier, while their source fails. */
export type BarsOrigin = 'request' | 'fetched' | 'cached';

/** Questions of one key that are decided together and kept in one row. */
export interface QuestionBatch {
  readonly key: KeyFacts;
  /** By their place in the request; undefined where that was refused. */
  readonly questions: readonly (Question | undefined)[];
  readonly durability: Question['durability'];
}

export interface KeyFacts {
  readonly id: string;
  readonly account: string;
  readonly ratePerSecond: number;
  readonly burst: number;
  /** Whether the secret by which its caller was proven is known to have been rotated away since, and its time to be over. */
  readonly isRetired: () => boolean;
}
