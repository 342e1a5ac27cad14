import type { Bar } from '../../features/bar.ts';

/** Returns from one bar's open to the next one's, what a stance of one bar earns. One fewer than there are bars. */
export const openReturns = (bars: readonly Bar[]): Float64Array =>
  Float64Array.from({ length: bars.length - 1 }, (_, i) => openAt(bars, i + 1) / openAt(bars, i) - 1);

const openAt = (bars: readonly Bar[], index: number): number => (bars[index] as Bar).open;
