import type { Subject } from './interleave.ts';
import type { Metric } from './series.ts';

/** A family of measurements that are taken in one interleaved run. */
export interface Suite {
  /** As on the command line. */
  readonly name: string;
  /** Heads the table. */
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Rounds unless the command line says otherwise. */
  readonly rounds: number;
  /** Brings up what the subjects need. Rejects in one line when the machine lacks something. */
  prepare(options: SuiteOptions): Promise<PreparedSuite>;
}

export interface SuiteOptions {
  /** Length of a sample, in seconds, where a suite samples for a time. */
  readonly sampleSeconds: number;
  /** Takes the subjects whose name contains it; all for an empty one. */
  readonly only: string;
  /** Aborts when the run is interrupted. */
  readonly signal: AbortSignal;
  /** A step done, for people. */
  readonly progress: (line: string) => void;
}

export interface PreparedSuite {
  readonly subjects: readonly Subject[];
  /** What a reader has to know to repeat it, a sentence each. */
  readonly conditions: readonly string[];
  /** Why the figures so far may not be published. */
  faults(): readonly string[];
  /** Ends everything that `prepare` started. */
  close(): Promise<void>;
}
