import { DAY_MS } from '../core/civil-date.ts';

/** Bar intervals by their name on the wire, in milliseconds. */
export const intervalMs = { '1d': DAY_MS } as const;

export type Interval = keyof typeof intervalMs;
