/** How much work a model is worth: what a run's result depends on besides recipe, data and seed. */
export interface FactorySettings {
  /** Trials of the search of each head, in each fold and in the end; 0 takes the space's middle. */
  readonly trials: number;
  /** Trials suggested together, before any of them is judged. The number of workers does not change it. */
  readonly trialsInBatch: number;
  readonly sampler: SamplerName;
  readonly selection: SelectionEffort;
  /** Folds inside a training range, on which selection, search and stacking judge. */
  readonly innerFolds: number;
  /** Folds of the nested estimate: in each, everything is chosen anew on what comes before. */
  readonly outerFolds: number;
  /** Rows on which the decisions of compressed forms are compared. */
  readonly smoothedRows: number;
  /** Whether a form is searched for head by head, beside those that are tried in any case. */
  readonly searchesForms: boolean;
}

export const samplerNames = ['tpe', 'tpe-independent', 'gaussian-process', 'quasi-random', 'random'] as const;
export type SamplerName = (typeof samplerNames)[number];

export const selectionEfforts = ['full', 'quick', 'none'] as const;
export type SelectionEffort = (typeof selectionEfforts)[number];
