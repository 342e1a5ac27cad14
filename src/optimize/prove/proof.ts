/** What a proof found: whether every bar is met, and the figures for people. */
export interface Proof {
  readonly passed: boolean;
  readonly lines: readonly string[];
}
