import type { Bar } from '../features/bar.ts';

/** A bar as records and hashes have it: start in epoch milliseconds, open, high, low, close, volume. */
export type BarRow = readonly [number, number, number, number, number, number];

export const barRow = ({ tMs, open, high, low, close, volume }: Bar): BarRow => [
  tMs,
  open,
  high,
  low,
  close,
  volume,
];

export const barOfRow = ([tMs, open, high, low, close, volume]: BarRow): Bar => ({
  tMs,
  open,
  high,
  low,
  close,
  volume,
});
