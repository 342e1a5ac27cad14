import type { Eventual } from '../core/eventual.ts';
import type { Result } from '../core/result.ts';
import type { KernelProgram } from './kernel/kernel-program.ts';

/**
 * The engine port: `prepare` loads a model once per isolate and proves that it runs; `run` evaluates rows.
 */
export interface Engine {
  readonly name: 'ort' | 'kernel' | 'kernel-or-ort';
  prepare(graph: ModelGraph): Promise<Result<Runnable, EngineFailure>>;
}

/** What an engine needs of a model: one f32[batch, featureCount] input, one f32[batch, headCount] output. */
export interface ModelGraph {
  /** The ONNX ModelProto. */
  readonly bytes: Uint8Array;
  readonly inputName: string;
  readonly outputName: string;
  readonly featureCount: number;
  /** Scores a row: a column for each of the model's heads. */
  readonly headCount: number;
  /** A row that the model is known to score; `prepare` runs it once, so that a model that loads also runs. */
  readonly probe: Float32Array;
  /** What the kernel would make of the bytes, where that was made with the build. */
  readonly program?: KernelProgram;
}

export interface Runnable {
  /** The one that runs it, and why it is that one; for people. */
  readonly engine: 'ort' | 'kernel';
  readonly engineReason: string;
  /**
   * `rows`: f32[rowCount × featureCount], row-major, finite. Answers f32[rowCount × headCount] scores, row-major, each
   * finite and in [0, 1]; anything else the model gives is a failure, never a score. The kernel has run when it returns.
   */
  run(rows: Float32Array, rowCount: number): Eventual<Result<Float32Array, EngineFailure>>;
  /** Gives back the memory it holds. It must not run afterwards; where it does, that is a failure and no score. */
  release(): void;
}

export interface EngineFailure {
  readonly kind: 'not-loaded' | 'threw' | 'not-a-probability' | 'wrong-shape';
  readonly detail: string;
}
