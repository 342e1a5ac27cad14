/** A claim about the service under faults, held against real processes. */
export interface Proof {
  readonly name: string;
  /** What it shows, in one line. */
  readonly claim: string;
  /** Trials, unless told otherwise. */
  readonly trials: number;
  run(options: ProofOptions): Promise<Findings>;
}

export interface ProofOptions {
  readonly trials: number;
  /** Of everything that is drawn; told, so that a run can be repeated. */
  readonly seed: number;
  readonly progress: (line: string) => void;
}

export interface Findings {
  /** Measured, for people. */
  readonly facts: readonly string[];
  /** What broke the claim; empty when it held. */
  readonly broken: readonly string[];
}
