import type { Bar } from '../features/bar.ts';
import type { DecisionRequest } from '../http/decision-schemas.ts';

/** A bar as a request carries it. */
export type WireBar = NonNullable<DecisionRequest['bars']>[number];

export const wireBar = ({ tMs, open, high, low, close, volume }: Bar): WireBar => ({
  t: tMs,
  o: open,
  h: high,
  l: low,
  c: close,
  v: volume,
});
