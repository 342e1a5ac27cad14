/**
 * The bars whose prices each example's label looks at: from the fill's to the exit's, both included, as indices of
 * bars. Example i has `start[i]` ≤ `end[i]`; starts ascend.
 */
export interface LabelSpans {
  readonly start: Int32Array;
  readonly end: Int32Array;
}
