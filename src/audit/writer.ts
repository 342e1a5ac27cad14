import type { IdSource } from '../core/ids.ts';

/** Where a record stands among those of its writer. */
export interface WriterPlace {
  readonly writer: string;
  /** From 1, without holes. */
  readonly seq: number;
}

/** Numbers what one isolate or command records: decisions and audit entries in one count. */
export interface Writer {
  nextPlace(): WriterPlace;
}

/** The writer's id is made at its first record: Workers have no randomness earlier. */
export function createWriter(ids: IdSource): Writer {
  let writer: string | undefined;
  let seq = 0;
  return {
    nextPlace() {
      writer ??= ids.next();
      seq += 1;
      return { writer, seq };
    },
  };
}
