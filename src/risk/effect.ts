/** What acting on an answer does to the position. `none` goes with HOLD and only with HOLD. */
export type Effect = 'open' | 'increase' | 'reduce' | 'close' | 'none';

export const isExit = (effect: Effect): boolean => effect === 'reduce' || effect === 'close';
