import type { TableCompression } from './compress-tables.ts';

/** Gzipped bytes of a model so compressed; undefined where it breaks a bound. */
type Judge = (compression: TableCompression) => Promise<number | undefined>;

/**
 * The smallest compression found by giving up one thing at a time: from a start that keeps the bounds, every
 * next coarser setting of one knob is judged, the one that saves most is taken, and so on until none saves
 * without breaking a bound. Greedy, at most about 60 judgements; a better pair of knobs may exist that no
 * single step leads to. Undefined where the start itself breaks a bound.
 */
export async function searchCompression(
  start: TableCompression,
  judge: Judge,
): Promise<TableCompression | undefined> {
  let sizeBytes = await judge(start);
  if (sizeBytes === undefined) return undefined;
  let best = start;
  for (;;) {
    let next: TableCompression | undefined;
    for (const compression of coarser(best)) {
      const size = await judge(compression);
      if (size === undefined || size >= sizeBytes) continue;
      sizeBytes = size;
      next = compression;
    }
    if (!next) return best;
    best = next;
  }
}

/** One knob further down, for every knob that has a further setting. */
function coarser(compression: TableCompression): TableCompression[] {
  const { weightBits, leafBits, thresholds, floatBytes, keepsOutputLayers } = compression;
  const gridBits = thresholds.kind === 'exact' ? 11 : thresholds.bits;
  const steps: (TableCompression | false)[] = [
    weightBits > 3 && { ...compression, weightBits: weightBits - 1 },
    leafBits > 3 && { ...compression, leafBits: leafBits - 1 },
    gridBits > 3 && { ...compression, thresholds: { kind: 'grid', bits: gridBits - 1 } },
    floatBytes === 4 && { ...compression, floatBytes: 3 },
    floatBytes === 3 && { ...compression, floatBytes: 2 },
    keepsOutputLayers && { ...compression, keepsOutputLayers: false },
  ];
  return steps.filter((step) => step !== false);
}
