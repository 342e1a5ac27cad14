/**
 * Load on each subject before its first sample that counts, in seconds: an optimizing compiler takes a function after some ten
 * thousand calls, and after as many again when what it assumed was wrong.
 */
export const WARM_UP_SECONDS = 20;
