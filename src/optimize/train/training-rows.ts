/** Standardised inputs with their labels, as trainers take them. */
export interface TrainingRows {
  readonly count: number;
  readonly width: number;
  /** [count × width], row-major. */
  readonly inputs: Float64Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
}
