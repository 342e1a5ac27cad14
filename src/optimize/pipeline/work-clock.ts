/** How long a run may go on. A run that it ends early is marked as not reproducible. */
export interface WorkClock {
  /** Whether the time to begin more trials is over. */
  isOver(): boolean;
}
