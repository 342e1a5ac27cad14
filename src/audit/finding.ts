import type { LogTable } from './log-rows.ts';

/** One thing that is not as it was written. */
export interface Finding {
  /**
   * `edited`: not what was sealed, or not what its hash, receipt or columns say. `missing`, `inserted`: of rows, and of
   * seals. `broken-chain`: not what its successor was linked to, or linked to something else. `bad-seal`: its signature or
   * leaves are wrong. `behind-anchor`: a seal that was kept outside is not here: the log was cut, or an old one restored.
   */
  readonly kind: 'edited' | 'missing' | 'inserted' | 'broken-chain' | 'bad-seal' | 'behind-anchor';
  readonly table: LogTable | 'seals';
  /** Of a row its ordinal, of a seal its number. */
  readonly ordinal: number;
  /** Of the row, where it is there. */
  readonly id: string | null;
  readonly detail: string;
}
