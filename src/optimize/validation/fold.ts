/** Row indices, ascending; what a model is judged on was not there when it was fitted. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}
