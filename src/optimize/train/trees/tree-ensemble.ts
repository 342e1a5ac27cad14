/**
 * One regression tree as flat arrays. A split sends a row left where `value ≤ threshold`, and a missing value
 * (NaN) left where `missingLeft` is 1. Thresholds and leaf values are exact f32 numbers, so that every engine
 * that keeps them as f32 decides alike.
 */
export interface Tree {
  /** Of each split, the index of the feature it looks at. Split 0 is the root. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly missingLeft: Uint8Array;
  /** Child by split: `≥ 0` is a split, `< 0` is the leaf `~child`. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Log-odds of each leaf, the learning rate included. A tree without splits has one leaf. */
  readonly leaf: Float32Array;
}

/** log-odds(row) = base + Σ tree(row), summed in tree order in f32, the base added last, as onnxruntime does. */
export interface TreeEnsemble {
  /** Number of features a row has. */
  readonly width: number;
  /** Exact f32. */
  readonly base: number;
  readonly trees: readonly Tree[];
}
