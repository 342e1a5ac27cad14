/** To the nearest millionth, halves up: what people are told of scores, thresholds and money. */
export const roundTo6 = (x: number): number => Math.round(x * 1e6) / 1e6;
