/** Dynamic thresholds, as switches share a buffer between ports (Choudhury and Hahne, 1998). */
const shareOfFree = 3;

/**
 * Whether one of several may take more: less than three times what is left free, so three quarters of all at most, and of many
 * that ask for all each gets as much as the others.
 */
export const hasShare = (own: number, free: number): boolean => own < shareOfFree * free;
