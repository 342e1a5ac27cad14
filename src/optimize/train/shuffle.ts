import type { SeededRandom } from '../../core/seeded-random.ts';

/** In place, every order as likely as any other (Fisher and Yates). */
export function shuffle(order: Int32Array, random: SeededRandom): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
}
