import { closeLocationOf } from '../close-location-of.ts';
import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { windowed } from '../windowed.ts';

/**
 * Close location value of the bar: −1 closes on the low, 1 on the high.
 * Domain: [−1, 1]; 0 for a bar without range. Warm-up: 1.
 * https://en.wikipedia.org/wiki/Accumulation/distribution_index
 */
export const closeLocation = (): Indicator<Window> =>
  windowed(
    { name: 'close_location', parameters: {}, size: 1, value: (locations) => locations.newest },
    closeLocationOf,
  );
