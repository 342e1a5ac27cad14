import type { LogSource } from '../../audit/log-rows.ts';
import { createExportedLog } from './exported-log.ts';

/**
 * A log with the segments that were retained from it, the oldest first: the whole of it again, to be verified as if nothing had
 * ever left.
 */
export function createSegmentedLog(segmentPaths: readonly string[], rest: LogSource): LogSource {
  const segments = segmentPaths.map(createExportedLog);
  return {
    seals: rest.seals,
    async *rows(table, afterOrdinal) {
      if (table === 'decisions') for (const segment of segments) yield* segment.rows(table, afterOrdinal);
      yield* rest.rows(table, afterOrdinal);
    },
    // Nothing is missing, so nothing has to be said of it.
    async *retentions() {},
  };
}
