/** One operation whose cost is measured alone in a process of its own. */
export interface MicroCase {
  readonly name: string;
  /** Name of the case of the same suite that its cost is held against on the same runtime; null for none. */
  readonly baseline: string | null;
  /**
   * Makes the input and answers the operation. It is called with 0, 1, 2, … and its numbers are added up, so that
   * no engine can leave out the work. An asynchronous one is awaited before the next.
   */
  prepare(): (index: number) => number | Promise<number>;
}
