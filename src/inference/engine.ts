import type { Result } from '../core/result.ts';
import type { Bundle } from '../models/bundle.ts';

/**
 * The engine port: check → prepare → run. `check` answers whether this engine can run the model before
 * anything is allocated; `prepare` loads it once per isolate; `run` evaluates rows.
 */
export interface Engine {
  readonly name: 'ort';
  prepare(bundle: Bundle): Promise<Result<Runnable, EngineFailure>>;
}

export interface Runnable {
  readonly engine: Engine['name'];
  /**
   * `rows`: f32[rowCount × featureCount], row-major, finite. Answers f32[rowCount] scores, each finite and
   * in [0, 1]; anything else the model gives is a failure, never a score.
   */
  run(rows: Float32Array, rowCount: number): Promise<Result<Float32Array, EngineFailure>>;
}

export interface EngineFailure {
  readonly kind: 'not-loaded' | 'threw' | 'not-finite' | 'wrong-shape';
  readonly detail: string;
}
