import { COLLAPSE_STEPS_MAX, type HeadCompression } from './compress-heads.ts';

/** Gzipped bytes of a model so compressed; undefined where it breaks a bound. */
type Judge = (compression: readonly HeadCompression[]) => number | undefined;

/**
 * The smallest compression found by giving up one thing at a time: from a start that keeps the bounds, every next
 * coarser setting of one knob of one head is judged, the one that saves most is taken, and so on until none saves
 * without breaking a bound. So each head gives up what its own decisions can spare. Greedy; a better pair of knobs may
 * exist that no single step leads to.
 *
 * @param start one entry a head
 * @returns every compression that was taken, from the start to the smallest; empty where the start breaks a bound
 */
export function searchCompression(
  start: readonly HeadCompression[],
  judge: Judge,
): readonly (readonly HeadCompression[])[] {
  let sizeBytes = judge(start);
  if (sizeBytes === undefined) return [];
  const taken = [start];
  for (;;) {
    let next: readonly HeadCompression[] | undefined;
    for (const compression of coarser(taken.at(-1) as readonly HeadCompression[])) {
      const size = judge(compression);
      if (size === undefined || size >= sizeBytes) continue;
      sizeBytes = size;
      next = compression;
    }
    if (!next) return taken;
    taken.push(next);
  }
}

const coarser = (heads: readonly HeadCompression[]): readonly (readonly HeadCompression[])[] =>
  heads.flatMap((head, h) => coarserHead(head).map((changed) => heads.with(h, changed)));

/** One knob further down, for every knob that has a further setting. */
function coarserHead(compression: HeadCompression): HeadCompression[] {
  const { weightBits, leafBits, thresholds, floatBytes, keepsOutputLayers, treesDroppedTenths } = compression;
  const gridBits = thresholds.kind === 'exact' ? 11 : thresholds.bits;
  const steps: (HeadCompression | false)[] = [
    weightBits > 3 && { ...compression, weightBits: weightBits - 1 },
    leafBits > 3 && { ...compression, leafBits: leafBits - 1 },
    gridBits > 3 && { ...compression, thresholds: { kind: 'grid', bits: gridBits - 1 } },
    floatBytes === 4 && { ...compression, floatBytes: 3 },
    floatBytes === 3 && { ...compression, floatBytes: 2 },
    compression.perChannel && { ...compression, perChannel: false },
    keepsOutputLayers && { ...compression, keepsOutputLayers: false },
    compression.collapseStep < COLLAPSE_STEPS_MAX && {
      ...compression,
      collapseStep: compression.collapseStep + 1,
    },
    treesDroppedTenths < 9 && { ...compression, treesDroppedTenths: treesDroppedTenths + 1 },
  ];
  return steps.filter((step) => step !== false);
}
