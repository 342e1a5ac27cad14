import type { EngineFailure } from '../inference/engine.ts';

/** Why a bundle is not served. `code` is of this closed list, `detail` for people. */
export interface BundleFault {
  readonly code: /** It is not where it should be. */
    | 'MISSING'
    /** Above what the registry takes; its bytes are not even fetched. */
    | 'TOO_LARGE'
    | 'BAD_MANIFEST'
    /** The model has more or fewer bytes than its manifest says: it was cut off. */
    | 'WRONG_SIZE'
    | 'WRONG_HASH'
    | 'UNSIGNED'
    | 'WRONG_SIGNATURE'
    | 'WRONG_NAME'
    /** Of purpose `test`, where those are not served. */
    | 'TEST_BUNDLE'
    /** Of an alias that is a rung of the ladder, for which it was not released: it passed no gates for it. */
    | 'WRONG_RUNG'
    /** This build computes no such features, or computes them otherwise. */
    | 'WRONG_FEATURES'
    /** A weight is NaN, infinite, or where it cannot be looked at. */
    | 'NOT_FINITE'
    /** No engine loads it: an operator that none knows, a graph that is none. */
    | 'UNSUPPORTED_MODEL'
    | 'WRONG_SHAPE'
    | 'NOT_A_PROBABILITY';
  readonly detail: string;
}

/** What an engine's refusal makes of a bundle. */
export function engineFault(failure: EngineFailure): BundleFault {
  const detail = `${failure.kind}: ${failure.detail}`;
  switch (failure.kind) {
    case 'not-loaded':
    case 'threw':
      return { code: 'UNSUPPORTED_MODEL', detail };
    case 'wrong-shape':
      return { code: 'WRONG_SHAPE', detail };
    case 'not-a-probability':
      return { code: 'NOT_A_PROBABILITY', detail };
  }
}
